"""Image encoders: pixels (B, H, W, 3) float32 in 0..255 -> regions (B, R, D)."""

from captioning.encoders.registry import (
    build_encoder,
    default_image_size,
    encoder_fingerprint,
    names,
    split_encoder,
)

__all__ = [
    "build_encoder",
    "default_image_size",
    "encoder_fingerprint",
    "names",
    "split_encoder",
]
