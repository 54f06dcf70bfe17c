"""Captioners of the package transformers, for comparison.

They have their published sizes and random weights, because time does not depend on the
words. Each searches greedily for exactly as many new tokens as it is told.
"""

import io
from collections.abc import Callable, Sequence

import numpy as np
import torch
from PIL import Image
from transformers import (
    BlipConfig,
    BlipForConditionalGeneration,
    GPT2Config,
    VisionEncoderDecoderConfig,
    VisionEncoderDecoderModel,
    ViTConfig,
)

Captioner = Callable[[Sequence[bytes]], torch.Tensor]


def blip(new_tokens: int) -> Captioner:
    """Return a function: encoded photos -> token ids, by Salesforce's BLIP-base (Li et
    al. 2022)."""
    torch.manual_seed(0)
    return _captioner(BlipForConditionalGeneration(BlipConfig()), 384, new_tokens)


def vit_gpt2(new_tokens: int) -> Captioner:
    """Return a function: encoded photos -> token ids, by what nlpconnect's
    vit-gpt2-image-captioning is: ViT-base, and GPT-2 that attends to it."""
    torch.manual_seed(0)
    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(
        ViTConfig(), GPT2Config()
    )
    model = VisionEncoderDecoderModel(config)
    return _captioner(
        model,
        config.encoder.image_size,
        new_tokens,
        decoder_start_token_id=config.decoder.bos_token_id,
        pad_token_id=0,
    )


def _captioner(model, size: int, new_tokens: int, **tokens: int) -> Captioner:
    model.eval()

    def caption(photos):
        pixels = torch.stack([_pixels(photo, size) for photo in photos])
        with torch.inference_mode():
            return model.generate(
                pixels,
                do_sample=False,
                num_beams=1,
                min_new_tokens=new_tokens,
                max_new_tokens=new_tokens,
                **tokens,
            )

    return caption


def _pixels(photo: bytes, size: int) -> torch.Tensor:
    """Return the input of an encoded photo, float32 ``(3, size, size)``.

    Not by transformers' own processors, which need torchvision as well.
    """
    with Image.open(io.BytesIO(photo)) as picture:
        side = picture.convert("RGB").resize((size, size), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.asarray(side, "float32") / 127.5 - 1.0).permute(2, 0, 1)
