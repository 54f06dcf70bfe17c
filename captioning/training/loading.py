"""Finished runs, loaded for use; and their weights, for a training to start with."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import h5py

from captioning.models.multitask import Multitask
from captioning.nn.cells import build_cell
from captioning.tasks.config import TaskConfig
from captioning.tasks.image_encoding import naming_bad_input
from captioning.tasks.registry import task_class
from captioning.tasks.task import Cell, Task
from captioning.tasks.warm_start import carry_weights
from captioning.training import compact_weights
from captioning.training.hdf5_weights import (
    check_arrays,
    check_finite,
    num_weights,
    write_weights,
)
from captioning.training.manifest import check_manifest
from captioning.training.run_config import check_has, load_facts
from captioning.training.run_files import CONFIG, WEIGHTS, weights_file
from data_prep.console import say
from data_prep.errors import DAMAGED, BadInput, printable


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


def load_run(
    directory: Path,
    *,
    encoder: bool = True,
    only: str | None = None,
    rerank: bool = True,
) -> Run:
    """Return the run at `directory` with its best weights.

    Args:
        directory: what `--run` names.
        encoder: False leaves frozen encoders out; the models then take cached rows.
        only: the one task whose encoder is needed; None for all of them.
        rerank: False leaves the reranker of captions out, if there is one.

    Raises:
        BadInput: it is not a whole run.
    """
    check_manifest(directory)
    facts = load_facts(directory)
    cell = shared_cell({name: f.config for name, f in facts.items()})
    tasks = {
        name: task_class(name).from_run(f.config, directory / name, cell)
        for name, f in facts.items()
    }
    weights = weights_file(directory)
    if weights is None:
        raise BadInput(
            f"{directory} has no {WEIGHTS}; expected the weights of a training that "
            "finished at least one epoch. Begin it again, by the same command with "
            f"--run {directory}."
        )
    try:
        _load_weights(multitask(tasks), weights)
    except DAMAGED as error:
        raise BadInput(
            f"{weights} does not fit the run's {CONFIG} and its words, or is damaged "
            f"({_reason(error)}). Restore the run's files, or train again."
        ) from error
    if not rerank and "captions" in tasks:
        tasks["captions"].reranker = None
    if encoder:
        for name, task in tasks.items():
            if only in (None, name):
                task.attach_encoder()
    return Run(directory, tasks, {name: f.data for name, f in facts.items()})


def multitask(tasks: Mapping[str, Task]) -> Multitask:
    """Return the models of tasks as one model."""
    return Multitask({name: task.model for name, task in tasks.items()})


def _load_weights(model: Multitask, weights: Path) -> None:
    with h5py.File(weights) as file:
        check_arrays(file, num_weights(model))
    if weights.name == WEIGHTS:
        model.load_weights(weights)
    else:
        with tempfile.TemporaryDirectory() as folder:
            whole = Path(folder) / WEIGHTS
            # With ImageNet's, of stages that are fine-tuned.
            write_weights(model, whole)
            compact_weights.unpack(weights, whole)
            model.load_weights(whole)
    check_finite(model)


def _reason(error: Exception) -> str:
    """Return why weights could not be loaded; Keras says it in its second paragraph."""
    paragraphs = str(error).strip().split("\n\n")
    lines = paragraphs[min(1, len(paragraphs) - 1)].splitlines()
    return printable(lines[0] if lines else type(error).__name__, 200)


def shared_cell(configs: Mapping[str, TaskConfig]) -> Cell:
    """Return the one new cell that all tasks of a run share.

    Raises:
        BadInput: the tasks do not agree about it.
    """
    first = next(iter(configs.values())).recurrent
    for name in ("cell", "units", "embedding_dim"):
        if any(c.get(name) != getattr(first, name) for c in configs.values()):
            found = {task: config.get(name) for task, config in configs.items()}
            raise BadInput(
                f"The tasks have {name} {found}; expected the same for all, because "
                f"they share one cell. Give --{name.replace('_', '-')}."
            )
    with naming_bad_input():
        return build_cell(first.cell, first.units)


def start_from(tasks: Mapping[str, Task], start: Path) -> None:
    """Let new tasks start with the weights of a run, and say what was carried over.

    Raises:
        BadInput: it is not whole, lacks one of the tasks, or has other sizes.
    """
    run = load_run(start, encoder=False)
    for name, task in tasks.items():
        try:
            carried = carry_weights(task, run.task(name))
        except ValueError as error:
            raise BadInput(
                f"{start} does not fit, as it has weights of other sizes or of other "
                f"parts ({str(error).splitlines()[0]}); expected those that the "
                "options ask for. Leave the options of the model as they were there."
            ) from error
        line = f"{name}: training starts from the weights of {start}"
        for one in carried:
            line += f"; {one.shared:,} of {one.all:,} words are known there"
            if new := one.all - one.shared:
                line += f", the embeddings of the other {new:,} begin at random"
        say(line)
