"""Masked values: what stands in for the logit of an impossible choice, masked means."""

from keras import ops

# The logit of a choice that must not be made: its probability is 0. Finite, unlike
# log 0, so that 0 times it is 0 and a row with every choice masked is not NaN.
MASKED_LOGIT = -1e9


def masked_mean(values, mask=None):
    """Return the mean over time, or over regions, of the real values.

    Args:
        values: ``(batch, time, dim)``.
        mask: bool ``(batch, time)``, True = real; all real if not given.

    Returns:
        ``(batch, dim)``; zeros where none is real.
    """
    if mask is None:
        return ops.mean(values, axis=1)
    real = ops.cast(mask, values.dtype)[..., None]
    return ops.sum(values * real, axis=1) / ops.maximum(ops.sum(real, axis=1), 1)


def running_mean(values, mask):
    """Return at each time the mean of the real values so far.

    Args:
        values: ``(batch, time, dim)``.
        mask: bool ``(batch, time)``, True = real.

    Returns:
        ``(batch, time, dim)``; zeros before the first real one.
    """
    real = ops.cast(mask, values.dtype)[..., None]
    counts = ops.maximum(ops.cumsum(real, axis=1), 1)
    return ops.cumsum(values * real, axis=1) / counts
