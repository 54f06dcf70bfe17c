"""data_prep: raw data in, batches to train on out. It knows no model."""

import os

# TensorFlow greets at import, on stderr, where commands speak to their user.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN's kernels, which TensorFlow uses unasked where there is AVX-512 only: with AVX2
# a step of the translator takes 23 % less time with them.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
