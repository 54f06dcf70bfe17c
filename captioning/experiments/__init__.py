"""Experiments, with results in the documentation."""
