"""python -m benchmarks.serving: the service under load, and under attack."""
