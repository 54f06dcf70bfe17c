"""Data sets whose iterators end at once."""

import tensorflow as tf


def without_autotuning(data: tf.data.Dataset) -> tf.data.Dataset:
    """Return the data set without autotuning.

    The tuner's thread sleeps, longer and longer, up to a minute; whoever lets go of an
    iterator waits until it has woken up. A training that reads its data set ten times
    waited ten times, for 8 to 22 s in a run of lesson 01.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return data.with_options(options)
