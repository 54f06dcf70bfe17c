"""Mutated inputs: how many, and how they are made.

    FUZZ=20000 python -m pytest tests/fuzz -n 2       # a longer run

FUZZ is the number of inputs of each reader, 100 if it is not set.
"""

import os

import hypothesis

hypothesis.settings.register_profile(
    "fuzz",
    max_examples=int(os.environ.get("FUZZ", "100")),
    deadline=None,
    derandomize="FUZZ"
    not in os.environ,  # the same inputs each time, but in a long run
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile("fuzz")
