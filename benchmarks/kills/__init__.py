"""python -m benchmarks.kills: commands stopped at random moments, and gone on with."""
