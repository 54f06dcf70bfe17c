"""Rows of the table of `python -m benchmarks`, a file each subject."""
