"""The files of a run: what a training leaves on disk. Imports no TensorFlow.

RUN/config.json              by task: options, data set, the encoder's fingerprint
RUN/TASK/                    its words (vocabulary.txt and the like)
RUN/manifest.json            checksums of what is loaded (`training.manifest`)
RUN/model.weights.h5         the best weights so far, by the dev score (their moving
                             average); without those of a frozen encoder, which come
                             from the encoder's package
RUN/model.compact.h5         instead of it, in a compact run: rounded weights
RUN/confidence.npz           of captions, if it was fitted (`inference.confidence`)
RUN/history.csv              one line an epoch
RUN/curves.png               the same, drawn
RUN/samples/, captions.png   a few pictures with their captions
RUN/checkpoint/              where a stopped training goes on
RUN/tensorboard/             the logs
"""

import json
from pathlib import Path

from data_prep.errors import BadInput

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
COMPACT = "model.compact.h5"
CHECKPOINT = "checkpoint"
CONFIDENCE = "confidence.npz"


def is_run(directory: Path) -> bool:
    """Return whether a training was begun in a directory."""
    return (directory / CONFIG).is_file()


def check_is_run(directory: Path) -> None:
    """Raise BadInput unless a training was begun in a directory."""
    if not is_run(directory):
        found = "has no config.json" if directory.exists() else "does not exist"
        raise BadInput(
            f"{directory} is not a run: it {found}. Expected a directory that "
            "`python -m captioning.train` made: check the path."
        )


def task_names(directory: Path) -> tuple[str, ...]:
    """Return the names of a run's tasks; () of what is no run, which is told later."""
    try:
        facts = json.loads((directory / CONFIG).read_text("utf-8"))
        return tuple(facts["tasks"] if "tasks" in facts else facts["patterns"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def weights_file(directory: Path) -> Path | None:
    """Return the file that has a run's weights, as learned or compact."""
    files = (directory / name for name in (WEIGHTS, COMPACT))
    return next((file for file in files if file.is_file()), None)


def has_checkpoint(directory: Path) -> bool:
    """Return whether a training got as far as its first checkpoint."""
    # TensorFlow writes this file last, at one stroke.
    return (directory / CHECKPOINT / "checkpoint").is_file()
