"""Precision: matrix products and convolutions in bfloat16, as TensorFlow sees fit.

bfloat16 has float32's range and 8 bits of its 24: enough for what a product sums up,
too little for a loss, or for weights that move a thousandth of themselves a step
(Micikevicius et al. 2018, "Mixed Precision Training"). Weights, their gradients and
moving averages stay float32; TensorFlow's graph rewriter puts casts around products,
and leaves what lies between two of them (an addition, a tanh) as narrow as they are.
"""

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tensorflow as tf

_REWRITER = "auto_mixed_precision_onednn_bfloat16"  # of oneDNN's products
# What Linux calls the instructions: without them bfloat16 is emulated, and slower.
_INSTRUCTIONS = {"avx512_bf16", "amx_bf16", "avx_ne_convert"}

# Derivatives of depthwise convolutions take three times as long in bfloat16: a step
# that fine-tunes the encoder went from 1.09 s to 0.72 s without them (AVX-512).
os.environ.setdefault(
    "TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_ALLOWLIST_REMOVE",
    "DepthwiseConv2dNativeBackpropFilter,DepthwiseConv2dNativeBackpropInput",
)


@functools.cache
def has_bfloat16() -> bool:
    """Say whether the processor multiplies in bfloat16; False where nothing tells."""
    try:
        facts = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return False
    return not _INSTRUCTIONS.isdisjoint(facts.split())


@contextmanager
def products_in(precision: str) -> Iterator[None]:
    """Within, graphs that run compute their products so.

    Args:
        precision: "float32", or "bfloat16", which is float32 too where the processor
            has no such products.
    """
    before = tf.config.optimizer.get_experimental_options()
    narrow = precision == "bfloat16" and has_bfloat16()
    tf.config.optimizer.set_experimental_options({_REWRITER: narrow})
    try:
        yield
    finally:
        after = {_REWRITER: before.get(_REWRITER, False)}
        tf.config.optimizer.set_experimental_options(after)
