"""LiteRT: one file that captions photos at once, without TensorFlow."""
