"""data_prep: raw data in, batches of rows and captions out. Knows no model."""

import os

# TensorFlow greets at import, on stderr, where commands speak to their user.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
