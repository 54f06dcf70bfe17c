"""Checks of the numbers that a program gives; `cli.arguments` has those of flags."""

from numbers import Integral, Real

from data_prep.errors import BadInput


def check_count(name: str, value: object) -> None:
    """Raise BadInput unless an argument is an integer of at least 1, or None.

    Args:
        name: of the argument.
        value: what was given for it.
    """
    is_integer = isinstance(value, Integral) and not isinstance(value, bool)
    if value is not None and not (is_integer and value >= 1):
        raise _bad(name, value, "an integer of at least 1")


def check_share(name: str, value: object) -> None:
    """Raise BadInput unless an argument is a number from 0 to 1, or None."""
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if value is not None and not (is_number and 0 <= value <= 1):
        raise _bad(name, value, "a number from 0 to 1")


def _bad(name: str, value: object, expected: str) -> BadInput:
    return BadInput(f"{name} is {value!r}; expected {expected}, or None. Give another.")
