"""Benchmarks: what was chosen by measurement, measured again on the machine at hand."""
