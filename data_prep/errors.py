"""The one exception that means "the input is at fault, not the program"."""

import os
import sys
from collections.abc import Callable
from typing import NoReturn


class BadInput(Exception):
    """Something the user gave cannot be used.

    The message is one sentence a user can act on: what was found, what was expected,
    what to do. Commands print it on stderr and leave with exit status 2.
    """


def exit_on_bad_input(main: Callable[[], int]) -> NoReturn:
    """Run a command and end the program with its exit status.

    `BadInput` is printed on stderr without a stack trace, status 2; Ctrl-C ends
    quietly with the shell's 130, a closed pipe (``| head``) with its 141.
    """
    try:
        status = main()
        sys.stdout.flush()
    except BadInput as error:
        # Names in it come from outside; none may steer the terminal.
        text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(error))
        print(f"error: {text}", file=sys.stderr)
        status = 2
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        # Python flushes stdout once more at its end, which would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 141
    sys.exit(status)
