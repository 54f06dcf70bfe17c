"""The harbour: an invented world that is sampled, drawn, said and read back."""
