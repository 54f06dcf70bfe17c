"""Which run a command uses."""

import argparse
from pathlib import Path

from captioning import pretrained
from captioning.training.newest_run import newest
from data_prep.console import say
from data_prep.errors import BadInput


def chosen_run(flags: argparse.Namespace, task: str) -> Path:
    """Return `--run`, or the newest run of a task, and say on stderr which.

    Raises:
        BadInput: no run was named and there is none.
    """
    if flags.run:
        return flags.run
    run = newest(task)
    say(f"using {run}, the newest run of {task}")
    return run


def chosen_reader(flags: argparse.Namespace, task: str) -> Path:
    """Return `--run`, or the pretrained reader that learned a task, and say so on
    stderr; of `--language`, if it is a flag of the command.

    Raises:
        BadInput: a run was named and a language too.
    """
    language = getattr(flags, "language", None)
    if flags.run:
        if language:
            raise BadInput(
                f"--language is {language}, which chooses a reader that comes with the "
                "project, and --run names one of yours; expected one of these two "
                "options. Leave one out."
            )
        return flags.run
    file = pretrained.reader_of(task, language or "")
    say(f"using {file.name}, which comes with the project; --run takes one of yours")
    return file


def chosen_captioner(flags: argparse.Namespace) -> Path:
    """Return `--run`, or the pretrained captioner, and say so on stderr."""
    if flags.run:
        return flags.run
    say_pretrained()
    return pretrained.RUN


def say_pretrained() -> None:
    """Say on stderr that the pretrained captioner is used."""
    say("using the captioner that comes with the project; --run takes one of yours")
