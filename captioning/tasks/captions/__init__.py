"""Captions, one-to-many: a picture in, a sentence out."""
