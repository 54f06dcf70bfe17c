"""The schedule of tasks: in which order the steps of several tasks are taken."""

from collections.abc import Mapping


def interleave(steps: Mapping[str, int], epoch: int, epochs: int) -> list[str]:
    """Return the task of each step of one epoch of a run.

    Each task takes as many steps over the whole run as if alone, spread evenly: one
    with twice as many steps comes twice as often.

    Args:
        steps: by task, how many in the whole run.
        epoch: which, from 0.
        epochs: how many the run has.

    Returns:
        Names. Those of all epochs, one after the other, hold each name `steps` times.

    Example:
        >>> interleave({"captions": 4, "tags": 2}, epoch=0, epochs=1)
        ['captions', 'tags', 'captions', 'captions', 'tags', 'captions']
    """
    places = [
        ((step + 0.5) / number, order, name)
        for order, (name, number) in enumerate(steps.items())
        for step in steps_of_epoch(number, epoch, epochs)
    ]
    return [name for *_, name in sorted(places)]


def steps_of_epoch(steps: int, epoch: int, epochs: int) -> range:
    """Return which of a task's steps are taken in an epoch of the run."""
    return range(steps * epoch // epochs, steps * (epoch + 1) // epochs)
