"""The state that a training begins with: new, started from another run, or resumed."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import keras

from captioning.tasks.registry import task_class
from captioning.tasks.task import Task, TrainingData
from captioning.training import run_config, run_files
from captioning.training.checkpoint import Checkpoint, Part
from captioning.training.history import Epoch
from captioning.training.loading import shared_cell, start_from
from captioning.training.manifest import check_manifest
from captioning.training.objective import Objective
from captioning.training.plans import Plan
from captioning.training.train_step import TrainStep
from captioning.training.workers import ALONE, Workers
from data_prep.console import say


class TrainingState(NamedTuple):
    """Everything that the loop over epochs goes on from.

    Attributes:
        tasks: by name, all over one cell.
        data: by name, the data set as training takes it.
        total_steps: by name, the steps of the whole run.
        steps: takes one step of one task; has the optimizers.
        checkpoint: where the state is saved.
        started: whether the first weights of the run were trained ones.
        workers: that train it together.
        history: of the epochs so far. Empty at the beginning of a new run; one that
            starts from another begins with epoch 0, what it starts with.
        part: what was done of the next epoch.
    """

    tasks: dict[str, Task]
    data: dict[str, TrainingData]
    total_steps: dict[str, int]
    steps: TrainStep
    checkpoint: Checkpoint
    started: bool
    workers: Workers
    history: list[Epoch]
    part: Part = Part()


def training_state(
    plans: Mapping[str, Plan],
    directory: Path,
    *,
    resume: bool = False,
    start: Path | None = None,
    workers: Workers = ALONE,
) -> TrainingState:
    """Return the state that a training goes on from.

    Args:
        plans: by task. Of a resumed run, those it was begun with.
        directory: the run's.
        resume: go on from the last checkpoint. If there is none yet, the training
            begins anew.
        start: a run whose weights a new run starts with.
        workers: that train it together.

    Raises:
        BadInput: a data set is not whole, the directory is not as needed, or the run to
            start from does not fit.
    """
    if resume and run_files.is_run(directory):
        run_config.check_same_data(directory, _data(plans))
        start = run_config.start_of(directory)
        if run_files.has_checkpoint(directory):
            return _resumed(plans, directory, bool(start), workers)
    return _begun(plans, directory, start, workers)


def _begun(plans, directory: Path, start: Path | None, workers) -> TrainingState:
    """Return the state of a new run, with random weights or those of `start`."""
    run_config.check_new(directory)
    state = _state(
        plans,
        directory,
        lambda name, plan, cell: task_class(name).from_data(
            plan.config, plan.data, cell
        ),
        start,
        bool(start),
        workers,
    )
    workers.share_weights(state.steps.model.variables)
    # Not before: everything that the options name was found to exist.
    if workers.is_chief:
        run_config.create(directory, state.tasks, _data(plans), start)
    return state


def _resumed(plans, directory: Path, started: bool, workers) -> TrainingState:
    """Return the state at the last checkpoint of a run."""
    check_manifest(directory)
    state = _state(
        plans,
        directory,
        lambda name, plan, cell: task_class(name).from_run(
            plan.config, directory / name, cell
        ),
        None,
        started,
        workers,
    )
    history, part = state.checkpoint.restore()
    state.history.extend(history)
    for name, task in state.tasks.items():
        numbers = iter(part.metrics.get(name, ()))
        for metric in task.metrics:
            for variable in metric.variables:
                variable.assign(next(numbers, 0.0) * workers.is_chief)
    return state._replace(part=part)


def _state(
    plans: Mapping[str, Plan],
    directory: Path,
    build: Callable[[str, Plan, Any], Task],
    start: Path | None,
    started: bool,
    workers: Workers,
) -> TrainingState:
    """Build everything that all states have.

    Args:
        plans: by task.
        directory: the run's.
        build: name, plan and cell -> the task with its first weights.
        start: a run whose weights replace them.
        started: whether the first weights of the run were trained ones.
        workers: that train it together.
    """
    keras.utils.set_random_seed(next(iter(plans.values())).config.training.seed)
    cell = shared_cell({name: plan.config for name, plan in plans.items()})
    say(f"building the model of {', '.join(plans)} ...")
    tasks = {name: build(name, plan, cell) for name, plan in plans.items()}
    if start:
        start_from(tasks, start)
    data = {}
    with workers.chief_first():  # it makes the caches
        for name, task in tasks.items():
            say(f"reading {plans[name].data} ...")
            data[name] = one = task.training_data(plans[name].data)
            say(
                f"{name}: {one.examples_per_epoch:,} {task.unit} and "
                f"{one.batches_per_epoch:,} steps an epoch"
            )
    total_steps = {
        name: plans[name].config.training.epochs * one.batches_per_epoch
        for name, one in data.items()
    }
    objectives = {
        name: Objective(
            task.model,
            task.loss,
            workers.batches(partial(data[name].batches, 0)).element_spec,
            task.config,
            total_steps[name],
            started,
            task.loss_terms,
        )
        for name, task in tasks.items()
    }
    steps = TrainStep(objectives, workers)
    checkpoint = Checkpoint(steps, directory)
    return TrainingState(
        tasks, data, total_steps, steps, checkpoint, started, workers, []
    )


def _data(plans: Mapping[str, Plan]) -> dict[str, Path]:
    return {name: plan.data for name, plan in plans.items()}
