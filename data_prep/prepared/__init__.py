"""What a prepared data set is on disk."""
