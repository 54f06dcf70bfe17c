"""Runs: what a training leaves on disk, and how it is read again.

RUN/config.json              of each task: knobs, data set, the encoder's fingerprint
RUN/TASK/                 its words (vocabulary.txt and the like)
RUN/model.weights.h5         the best weights so far, by the dev score (their moving
                             average); without the encoder's where it is frozen:
                             those come from the package they always came from
RUN/model.compact.h5         instead of these, in a run to give to others: rounded
RUN/history.csv              one line an epoch
RUN/curves.png               the same, drawn
RUN/samples/, captions.png   a few pictures, and what the run says of them
RUN/checkpoint/              where `--resume` goes on from
RUN/tensorboard/             the logs
"""

import dataclasses
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from captioning.models.multitask import Multitask
from captioning.nn.cells import build_cell
from captioning.tasks import image_encoding
from captioning.tasks.config import Config
from captioning.tasks.registry import TASKS
from captioning.tasks.task import Cell, Task
from captioning.training import compact_weights
from data_prep.atomic import write_text
from data_prep.errors import BadInput
from data_prep.prepared.dataset_info import DatasetInfo, examples_digest

FORMAT = 3  # raised when the code of today can't read a run of yesterday
CONFIG, WEIGHTS = "config.json", "model.weights.h5"
COMPACT = "model.compact.h5"  # in its place, in a run made to be given to others


class Plan(NamedTuple):
    """What one task of a run learns from, and how.

    Attributes:
        config: the knobs.
        data: a prepared data set's directory.
    """

    config: Config
    data: Path


class Run(NamedTuple):
    """A finished run, ready for use.

    Attributes:
        directory: where it lies.
        tasks: by name; all over one cell.
        data: by name, the prepared data set that it learned from.
    """

    directory: Path
    tasks: dict[str, Task]
    data: dict[str, Path]

    def task(self, name: str) -> Task:
        """Return one task, or raise BadInput if the run did not learn it."""
        check_has(self.directory, self.tasks, name)
        return self.tasks[name]


def check_has(directory: Path, tasks: Mapping, name: str) -> None:
    """Raise BadInput unless `name` is one of a run's tasks."""
    if name not in tasks:
        raise BadInput(
            f"{directory} learned {', '.join(tasks)}, not {name}; expected a run of "
            f"`python -m captioning.train --task {name}`. Give another --run."
        )


def shared_cell(plans: Mapping[str, Plan]) -> Cell:
    """Return the one new cell that all plans share.

    Raises:
        BadInput: it is not known, or the plans do not agree about it.
    """
    first, *others = [plan.config for plan in plans.values()]
    for knob in ("cell", "units", "embedding_dim"):
        if any(getattr(config, knob) != getattr(first, knob) for config in others):
            found = {name: getattr(p.config, knob) for name, p in plans.items()}
            raise BadInput(
                f"The tasks have {knob} {found}; expected the same for all, because "
                f"they share one cell. Give --{knob.replace('_', '-')}."
            )
    with image_encoding.naming_bad_input():
        return build_cell(first.cell, first.units)


def check_new(directory: Path) -> None:
    """Raise BadInput if `directory` can't become a new run's."""
    if directory.exists() and not directory.is_dir():
        raise BadInput(
            f"{directory} is a file; expected a new directory. Give another --run."
        )
    # One that was stopped before it had learned anything may be begun again.
    if _weights_of(directory) and (directory / CONFIG).exists():
        raise BadInput(
            f"{directory} already holds a run; expected a new directory. "
            f"Go on with it by --run {directory} --resume, or give another --run."
        )


def create(
    directory: Path,
    plans: Mapping[str, Plan],
    tasks: Mapping[str, Task],
    start: Path | None = None,
) -> None:
    """Make the directory of a new run; `start` is one whose weights it starts with.

    Raises:
        BadInput: there is one already, or it cannot be written.
    """
    check_new(directory)
    facts = {
        "format": FORMAT,
        "start": start and start.resolve().name,
        "patterns": {
            name: {
                "data": str(plan.data.resolve()),
                "data_digest": _data_digest(plan.data),
                "encoder_fingerprint": image_encoding.fingerprint(plan.config),
                "config": dataclasses.asdict(plan.config),
            }
            for name, plan in plans.items()
        },
    }
    try:
        for name, task in tasks.items():
            (directory / name).mkdir(parents=True, exist_ok=True)
            task.save(directory / name)
        write_text(directory / CONFIG, json.dumps(facts, indent=2) + "\n")
    except OSError as error:
        raise BadInput(
            f"{directory} cannot be written ({error.strerror}); expected to make a run "
            "there. Give another --run."
        ) from error


def check_same_data(directory: Path, plans: Mapping[str, Plan]) -> None:
    """Raise BadInput unless the plans' data sets are those the run was started with."""
    for name, facts in load_facts(directory).items():
        data = plans[name].data
        if facts.data_digest != _data_digest(data):
            raise BadInput(
                f"{data} is another data set than {directory} was started with; "
                "expected the same examples. Prepare it as before, or start a new run."
            )


def _data_digest(data: Path) -> str:
    info = DatasetInfo.load(data)
    return examples_digest(info, "train") + info.vocabulary_sha256


def save_weights(directory: Path, model: Multitask) -> None:
    """Write the weights of a run's heads, all at once or not at all."""
    partial = directory / ("partial-" + WEIGHTS)
    model.save_weights(partial)
    os.replace(partial, directory / WEIGHTS)


def _weights_of(directory: Path) -> Path | None:
    """Return the file that has a run's weights, as learned or compact."""
    files = (directory / name for name in (WEIGHTS, COMPACT))
    return next((file for file in files if file.is_file()), None)


class Facts(NamedTuple):
    """What a run's config.json says of one task.

    Attributes:
        config: the knobs.
        data: the prepared data set's directory.
        data_digest: changes whenever its training records or its words do.
    """

    config: Config
    data: Path
    data_digest: str


def load_facts(directory: Path) -> dict[str, Facts]:
    """Return what a run's config.json says, by task.

    Raises:
        BadInput: it is missing, unreadable, or of another version.
    """
    path = directory / CONFIG
    try:
        if not path.is_file():
            raise BadInput(
                f"{directory} is not a run: it has no config.json. "
                "Expected a directory that `python -m captioning.train` made."
            )
        facts = json.loads(path.read_text("utf-8"))
        if facts["format"] != FORMAT:
            raise BadInput(
                f"{path} has format {facts['format']}; this version reads {FORMAT}. "
                "Train again, or use the version that made it."
            )
        return {
            name: _facts_of(directory, name, said)
            for name, said in facts["patterns"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"{path} cannot be read ({error}); expected what training wrote. "
            "Restore the file, or train again."
        ) from error


def start_of(directory: Path) -> str | None:
    """Return the name of the run whose weights a run started with; None if random.

    Args:
        directory: a run that `load_facts` reads.
    """
    return json.loads((directory / CONFIG).read_text("utf-8")).get("start")


def _facts_of(directory: Path, name: str, said: dict) -> Facts:
    if name not in TASKS:
        raise ValueError(f"no task is called {name!r}")
    config = Config(**said["config"])
    installed = image_encoding.fingerprint(config)
    if said["encoder_fingerprint"] != installed:
        raise BadInput(
            f"{directory} was trained on regions of another {config.encoder} "
            f"({said['encoder_fingerprint']}; installed is {installed}). "
            "Install the version of its weights that requirements.txt names, "
            "or train again."
        )
    return Facts(config, Path(said["data"]), said["data_digest"])


def load_run(directory: Path, *, encoder: bool = True) -> Run:
    """Return the run at `directory` with its best weights.

    Args:
        directory: what `--run` names.
        encoder: False leaves frozen encoders out; the models then take regions.

    Raises:
        BadInput: it is not a whole run.
    """
    facts = load_facts(directory)
    cell = shared_cell({name: Plan(f.config, f.data) for name, f in facts.items()})
    tasks = {
        name: TASKS[name].of_run(f.config, directory / name, cell)
        for name, f in facts.items()
    }
    weights = _weights_of(directory)
    if weights is None:
        raise BadInput(
            f"{directory} has no {WEIGHTS}; expected the weights of a training that "
            "finished at least one epoch. Begin it again, by the same command with "
            f"--run {directory}."
        )
    try:
        _load_weights(Multitask({n: p.model for n, p in tasks.items()}), weights)
    except (ValueError, OSError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise BadInput(
            f"{weights} does not fit the run's {CONFIG} and its words "
            f"({reason}). Restore the run's files, or train again."
        ) from error
    if encoder:
        for task in tasks.values():
            task.attach_encoder()
    return Run(directory, tasks, {name: f.data for name, f in facts.items()})


def _load_weights(model: Multitask, weights: Path) -> None:
    if weights.name == WEIGHTS:
        model.load_weights(weights)
        return
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / WEIGHTS
        model.save_weights(whole)  # with ImageNet's, of stages that are fine-tuned
        compact_weights.unpack(weights, whole)
        model.load_weights(whole)


def take_weights(tasks: Mapping[str, Task], start: Path) -> None:
    """Let new tasks start with the weights of a run.

    Raises:
        BadInput: it is not whole, lacks one of them, or has other sizes.
    """
    run = load_run(start, encoder=False)
    for name, task in tasks.items():
        try:
            task.start_from(run.task(name))
        except ValueError as error:
            raise BadInput(
                f"{start} does not fit, as it has weights of other sizes or of other "
                f"parts ({str(error).splitlines()[0]}); expected those that the knobs "
                "ask for. Leave the knobs of the model as they were there."
            ) from error


def newest(task: str, root: Path = Path("runs")) -> Path:
    """Return the run under `root` with the newest weights of a task; it may still
    be learning.

    Raises:
        BadInput: there is none.
    """
    found = filter(None, map(_weights_of, root.glob("*")))
    for weights in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True):
        if (weights.parent / task).is_dir():
            return weights.parent
    raise BadInput(
        f"There is no run under {root}/ that learned {task}; expected one. "
        f"Make one by `python -m captioning.train --task {task}`, or name one "
        "by --run."
    )
