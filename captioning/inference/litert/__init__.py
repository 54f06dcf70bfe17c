"""LiteRT: one file that captions photos, or reads texts, without TensorFlow."""
