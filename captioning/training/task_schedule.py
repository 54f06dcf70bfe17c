"""Turns: in which order several tasks learn, a batch each, in one run."""

from collections.abc import Mapping


def turns(steps: Mapping[str, int], epoch: int, epochs: int) -> list[str]:
    """Return who learns at each step of one epoch of a run.

    Everybody takes as many steps over the whole run as if alone, spread evenly: who has
    twice as many comes twice as often.

    Args:
        steps: by name, how many in the whole run.
        epoch: which, from 0.
        epochs: how many the run has.

    Returns:
        Names. Those of all epochs, one after the other, hold each name `steps` times.

    Example:
        >>> turns({"captions": 4, "tags": 2}, epoch=0, epochs=1)
        ['captions', 'tags', 'captions', 'captions', 'tags', 'captions']
    """
    places = [
        ((step + 0.5) / number, order, name)
        for order, (name, number) in enumerate(steps.items())
        for step in range(*span(number, epoch, epochs))
    ]
    return [name for *_, name in sorted(places)]


def span(steps: int, epoch: int, epochs: int) -> tuple[int, int]:
    """Return the first of somebody's steps in an epoch, and the first after it."""
    return steps * epoch // epochs, steps * (epoch + 1) // epochs
