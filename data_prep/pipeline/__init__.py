"""A prepared split -> batches: pictures and captions, sentences, cached features."""
