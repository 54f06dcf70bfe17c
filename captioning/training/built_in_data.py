"""The built-in data sets, which need no source, for a first run without any data."""

import sys
from pathlib import Path

# The built-in data set of each kind, and how many training examples of it: what a few
# minutes on two cores see often enough.
BUILT_IN = {
    "captions": ("harbour", 6000),
    "sentiment": ("moods", 6000),
    "translation": ("phrasebook", 6000),
}


def built_in_data(kind: str) -> Path:
    """Return the built-in data set of a kind, made if it is not there."""
    from data_prep.prepare import prepare

    name, count = BUILT_IN[kind]
    data = Path("data") / name
    if (data / "dataset.json").exists():
        print(f"using the {name} in {data}, as it is", file=sys.stderr)
    else:
        print(f"making the {name} in {data}", file=sys.stderr)
        prepare(name, None, data, count=count, seed=0)
    return data
