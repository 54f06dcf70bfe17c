"""From prepared data sets to a finished run."""
