"""Translation, many-to-many, delayed: a sentence in, a sentence out."""
