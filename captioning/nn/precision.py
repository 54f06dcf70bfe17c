"""Mixed precision: matrix products and convolutions in bfloat16 where it is faster.

bfloat16 has float32's range and 8 bits of its 24: enough for the factors of a product,
too few for a loss, or for weights that change by a thousandth in a step (Micikevicius
et al. 2018, "Mixed Precision Training"). Weights, their gradients and moving averages
stay float32. TensorFlow's graph rewriter puts casts around products; an elementwise
operation between two of them (an addition, a tanh) is computed in bfloat16 too.
"""

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import tensorflow as tf

_REWRITER = "auto_mixed_precision_onednn_bfloat16"  # rewrites for oneDNN
# Linux' names of the instructions. Without them bfloat16 is emulated, and slower.
_INSTRUCTIONS = {"avx512_bf16", "amx_bf16", "avx_ne_convert"}
# Processors with avx512_fp16 multiply bfloat16 in AMX tiles. Where a virtual machine
# hides these, their avx512_bf16 is left, at half the speed of float32: a product of
# 2048^3 took 103 ms in bfloat16, 56 ms in float32 (two cores of a Xeon).
_MULTIPLY_IN_TILES, _TILES = "avx512_fp16", "amx_bf16"

# Derivatives of depthwise convolutions take three times as long in bfloat16: a step
# that fine-tunes the encoder went from 1.09 s to 0.72 s without them (AVX-512).
os.environ.setdefault(
    "TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_ALLOWLIST_REMOVE",
    "DepthwiseConv2dNativeBackpropFilter,DepthwiseConv2dNativeBackpropInput",
)


@functools.cache
def has_fast_bfloat16() -> bool:
    """Return whether the processor multiplies faster in bfloat16 than in float32; False
    if that is unknown, which is everywhere but on Linux."""
    try:
        has = set(Path("/proc/cpuinfo").read_text("utf-8").split())
    except OSError:
        return False
    if _MULTIPLY_IN_TILES in has:
        return _TILES in has
    return not _INSTRUCTIONS.isdisjoint(has)


@contextmanager
def matmul_precision(precision: str) -> Iterator[None]:
    """Set the precision of the products of all graphs that run in this context.

    Args:
        precision: "float32", or "bfloat16", which means float32 where the processor
            is not faster with it.
    """
    before = tf.config.optimizer.get_experimental_options()
    use_bfloat16 = precision == "bfloat16" and has_fast_bfloat16()
    tf.config.optimizer.set_experimental_options({_REWRITER: use_bfloat16})
    try:
        yield
    finally:
        after = {_REWRITER: before.get(_REWRITER, False)}
        tf.config.optimizer.set_experimental_options(after)


@contextmanager
def layers_of_policy(policy) -> Iterator[None]:
    """Give layers that are made in this context a dtype policy, where they name none.

    Args:
        policy: a `keras.DTypePolicy`, its name or its config; None for the current one.
    """
    before = keras.config.dtype_policy()
    if policy:
        keras.config.set_dtype_policy(keras.dtype_policies.get(policy))
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
