"""What the generated data sets share: sizes, splits, and checks of their options."""

from collections.abc import Iterable, Iterator

from data_prep.errors import BadInput
from data_prep.examples import SPLITS

_HELD_OUT = {0: "test", 3: "dev"}  # class -> split; the other five are train


def split_sizes(count: int) -> dict[str, int]:
    """Return the number of examples of each split, for `count` training examples.

    Dev and test get a tenth of it each, at least 100: with fewer, a score says little.
    """
    small = max(100, count // 10)
    return dict(zip(SPLITS, (count, small, small), strict=True))


def numbered(count: int) -> Iterator[tuple[str, int]]:
    """Yield split and index of each example, for `count` training examples."""
    for split, total in split_sizes(count).items():
        for index in range(total):
            yield split, index


def split_of_class(number: int) -> str:
    """Return "train", "dev" or "test", by the seven classes of a Latin square."""
    return _HELD_OUT.get(number % 7, "train")


def check_at_least(data_set: str, least: int, **options: int) -> None:
    """Raise BadInput if an option of a generated data set is below `least`."""
    for name, number in options.items():
        if number < least:
            raise BadInput(
                f"{data_set} got {name}={number}; expected at least {least}: give a "
                f"larger {name}."
            )


def check_language(data_set: str, language: str, languages: Iterable[str]) -> None:
    """Raise BadInput unless a language of a generated data set is one that it has, or
    "both"."""
    choices = ("both", *languages)
    if language not in choices:
        raise BadInput(
            f"{data_set} got language={language!r}; expected one of "
            f"{', '.join(choices)}: choose one."
        )
