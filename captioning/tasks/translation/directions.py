"""Directions of translation: from which language into which."""

from collections.abc import Iterable
from typing import NamedTuple


class Direction(NamedTuple):
    """From which language into which, by their codes."""

    source: str
    target: str

    def __str__(self) -> str:
        return f"{self.source}-{self.target}"


def directions_of(languages: Iterable[str]) -> list[Direction]:
    """Return the pivot, the first language, into each other one, and each of these
    into the pivot."""
    pivot, *others = languages
    return [
        direction
        for other in others
        for direction in (Direction(pivot, other), Direction(other, pivot))
    ]
