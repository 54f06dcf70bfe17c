"""Commands that are functions too: `captioning.train(...)` is `captioning/train.py`."""

import sys
import types
from collections.abc import Callable
from os import PathLike, fspath


def make_callable(name: str, function: Callable) -> None:
    """Let an imported module be called as a function.

    The module `captioning.train` and the function that `captioning.train(...)` calls
    have one name, and importing the module would hide the function.

    Args:
        name: of the module, its ``__name__``.
        function: what a call of the module calls.
    """

    class CallableModule(types.ModuleType):
        __call__ = staticmethod(function)

    sys.modules[name].__class__ = CallableModule


def flags_of(**options) -> list[str]:
    """Return options of a function as the flags of its command.

    Args:
        **options: ``batch_size=32`` is ``--batch-size 32``; True is the flag alone,
            False ``--no-FLAG``; of a list the flag is repeated; None is left out.
    """
    flags = []
    for name, value in options.items():
        flag = name.replace("_", "-")
        for one in value if isinstance(value, list | tuple) else [value]:
            if isinstance(one, bool):
                flags.append(f"--{flag}" if one else f"--no-{flag}")
            elif one is not None:
                text = fspath(one) if isinstance(one, PathLike) else str(one)
                flags.append(f"--{flag}={text}")
    return flags
