"""Training: from prepared data sets to a finished run."""
