"""A prepared split to batches."""
