"""Sizes and options of generated data sets."""

from data_prep.errors import BadInput
from data_prep.examples import SPLITS


def split_sizes(count: int) -> dict[str, int]:
    """Return the number of examples of each split, for `count` training examples.

    Dev and test get a tenth of it each, at least 100: with fewer, a score says little.
    """
    small = max(100, count // 10)
    return dict(zip(SPLITS, (count, small, small), strict=True))


def check_at_least(data_set: str, least: int, **options: int) -> None:
    """Raise BadInput if an option of a generated data set is below `least`."""
    for name, number in options.items():
        if number < least:
            raise BadInput(
                f"{data_set} got {name}={number}; expected at least {least}: give a "
                f"larger {name}."
            )
