"""The directory of a run, read and written; `run_files` says what lies in it."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras

from captioning.tasks.config import TaskConfig
from captioning.tasks.image_encoding import fingerprint
from captioning.tasks.registry import TASK_NAMES, config_class
from captioning.tasks.task import Task
from captioning.training.hdf5_weights import write_weights
from captioning.training.manifest import (
    MANIFEST,
    files_in,
    replacing_file,
    write_manifest,
)
from captioning.training.run_files import (
    CHECKPOINT,
    CONFIG,
    WEIGHTS,
    check_is_run,
    has_checkpoint,
    is_run,
    weights_file,
)
from data_prep.errors import BadInput
from data_prep.prepared.dataset_info import DatasetInfo, examples_digest

FORMAT = 4  # of config.json
_TASKS = {3: "patterns", 4: "tasks"}  # by format: the key of the tasks


class Facts(NamedTuple):
    """What a run's config.json says of one task.

    Attributes:
        config: its options.
        data: the prepared data set's directory.
        data_digest: changes whenever its training examples or its words do.
    """

    config: TaskConfig
    data: Path
    data_digest: str


# === Reading ===


def load_facts(directory: Path) -> dict[str, Facts]:
    """Return what a run's config.json says, by task.

    Raises:
        BadInput: it is missing, unreadable, or of another version.
    """
    fields = read_config(directory)
    try:
        return {
            name: _task_facts(directory, name, task)
            for name, task in fields["tasks"].items()
        }
    except BadInput:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(directory, error) from error


def read_config(directory: Path) -> dict[str, Any]:
    """Return the fields of a run's config.json, with the tasks under "tasks".

    Raises:
        BadInput: it is missing, unreadable, or of another version.
    """
    path = directory / CONFIG
    try:
        check_is_run(directory)
        fields = json.loads(path.read_text("utf-8"))
        written_as = fields["format"]
        if written_as in _TASKS:
            fields["tasks"] = fields.pop(_TASKS[written_as])
    except BadInput:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(directory, error) from error
    if written_as not in _TASKS:
        raise BadInput(
            f"{path} has format {written_as}; this version reads {FORMAT}. "
            "Train again, or use the version that made it."
        )
    return fields


def _unreadable(directory: Path, error: Exception) -> BadInput:
    return BadInput(
        f"{directory / CONFIG} cannot be read ({error}); expected what training wrote. "
        "Restore the file, or train again."
    )


def _task_facts(directory: Path, name: str, fields: dict) -> Facts:
    if name not in TASK_NAMES:
        raise ValueError(f"no task is called {name!r}")
    config = config_class(name).from_json(fields["config"])
    if fields["encoder_fingerprint"] != (installed := _fingerprint(config)):
        raise BadInput(
            f"{directory} was trained on regions of another {config.vision.encoder} "
            f"({fields['encoder_fingerprint']}; installed is {installed}). "
            "Install the version of its weights that requirements.txt names, "
            "or train again."
        )
    return Facts(config, Path(fields["data"]), fields["data_digest"])


def _fingerprint(config: TaskConfig) -> str:
    if not hasattr(config, "vision"):
        return "no encoder"
    return fingerprint(config)


def start_of(directory: Path) -> Path | None:
    """Return the run whose weights a run started with; None if they were random."""
    start = read_config(directory).get("start")
    return Path(start) if start else None


def check_has(directory: Path, tasks: Mapping, name: str) -> None:
    """Raise BadInput unless `name` is one of a run's tasks."""
    if name not in tasks:
        raise BadInput(
            f"{directory} learned {', '.join(tasks)}, not {name}; expected a run of "
            f"`python -m captioning.train --task {name}`. Give another --run."
        )


# === Writing ===


def check_new(directory: Path) -> None:
    """Raise BadInput if `directory` can't become a new run's."""
    if directory.exists() and not directory.is_dir():
        raise BadInput(
            f"{directory} is a file; expected a new directory. Give another --run."
        )
    # A training that was stopped before its first checkpoint has nothing to lose. It
    # has a folder for checkpoints, which a compact run has not.
    begun_only = (directory / CHECKPOINT).is_dir() and not has_checkpoint(directory)
    if weights_file(directory) and is_run(directory) and not begun_only:
        raise BadInput(
            f"{directory} already holds a run; expected a new directory. "
            f"Go on with it by --run {directory} --resume, or give another --run."
        )


def create(
    directory: Path,
    tasks: Mapping[str, Task],
    data: Mapping[str, Path],
    start: Path | None = None,
) -> None:
    """Make the directory of a new run.

    Args:
        directory: of the run.
        tasks: by name.
        data: by task, the prepared data set.
        start: the run whose weights it starts with.

    Raises:
        BadInput: there is one already, or it cannot be written.
    """
    check_new(directory)
    fields = {
        "format": FORMAT,
        "start": start and str(start.resolve()),
        "tasks": {
            name: {
                "data": str(data[name].resolve()),
                "data_digest": data_digest(data[name]),
                "encoder_fingerprint": _fingerprint(task.config),
                "config": dataclasses.asdict(task.config),
            }
            for name, task in tasks.items()
        },
    }
    try:
        for stopped in (MANIFEST, WEIGHTS):  # of a training that was stopped
            (directory / stopped).unlink(missing_ok=True)
        for name, task in tasks.items():
            (directory / name).mkdir(parents=True, exist_ok=True)
            task.save(directory / name)
        (directory / CHECKPOINT).mkdir(exist_ok=True)
        words = [
            f"{name}/{file}" for name in tasks for file in files_in(directory / name)
        ]
        write_manifest(directory, words)
        with replacing_file(directory, CONFIG) as partial:
            partial.write_text(json.dumps(fields, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise BadInput(
            f"{directory} cannot be written ({error.strerror}); expected to make a run "
            "there. Give another --run."
        ) from error


def check_same_data(directory: Path, data: Mapping[str, Path]) -> None:
    """Raise BadInput unless these are the data sets that a run was begun with."""
    for name, facts in load_facts(directory).items():
        if facts.data_digest != data_digest(data[name]):
            raise BadInput(
                f"{data[name]} is another data set than {directory} was started with; "
                "expected the same examples. Prepare it as before, or start a new run."
            )


def data_digest(data: Path) -> str:
    """Return what changes whenever a data set's training examples or words do."""
    info = DatasetInfo.load(data)
    return examples_digest(info, "train") + info.vocabulary_sha256


def save_weights(directory: Path, model: keras.Model) -> None:
    """Write the weights of a run, all at once or not at all."""
    with replacing_file(directory, WEIGHTS) as partial:
        write_weights(model, partial)
