"""The state that a training begins with: new, started from another run, or resumed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras
import tensorflow as tf

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


class TrainingState(NamedTuple):
    """Everything that the loop over epochs goes on from.

    Attributes:
        tasks: by name, all over one cell.
        data: by name, the data set as training takes it.
        total_steps: by name, the steps of the whole run.
        steps: takes one step of one task; has the optimizers.
        checkpoint: where the state is saved.
        started: whether the first weights of the run were trained ones.
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
    history: list[Epoch]
    part: Part = Part()


def training_state(
    plans: Mapping[str, Plan],
    directory: Path,
    *,
    resume: bool = False,
    start: Path | None = None,
) -> TrainingState:
    """Return the state that a training goes on from.

    Args:
        plans: by task. Of a resumed run, those it was begun with.
        directory: the run's.
        resume: go on from the last checkpoint. If there is none yet, the training
            begins anew.
        start: a run whose weights a new run starts with.

    Raises:
        BadInput: a data set is not whole, the directory is not as needed, or the run to
            start from does not fit.
    """
    if resume and run_files.is_run(directory):
        run_config.check_same_data(directory, _data(plans))
        start = run_config.start_of(directory)
        if run_files.has_checkpoint(directory):
            return _resumed(plans, directory, bool(start))
    return _begun(plans, directory, start)


def _begun(plans, directory: Path, start: Path | None) -> TrainingState:
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
    )
    # Not before: everything that the options name was found to exist.
    run_config.create(directory, state.tasks, _data(plans), start)
    return state


def _resumed(plans, directory: Path, started: bool) -> TrainingState:
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
    )
    history, part = state.checkpoint.restore()
    state.history.extend(history)
    for name, task in state.tasks.items():
        numbers = iter(part.metrics.get(name, ()))
        for variable in _measured(task):
            variable.assign(next(numbers, 0.0))
    return state._replace(part=part)


def measured(tasks: Mapping[str, Task]) -> dict[str, list[float]]:
    """Return, by task, the numbers that its measurements of this epoch consist of, as
    `Part.metrics` has them."""
    return {name: [float(v) for v in _measured(task)] for name, task in tasks.items()}


def _measured(task: Task) -> list[keras.Variable]:
    return [variable for metric in task.metrics for variable in metric.variables]


def _state(
    plans: Mapping[str, Plan],
    directory: Path,
    build: Callable[[str, Plan, Any], Task],
    start: Path | None,
    started: bool,
) -> TrainingState:
    """Build everything that all states have.

    Args:
        plans: by task.
        directory: the run's.
        build: name, plan and cell -> the task with its first weights.
        start: a run whose weights replace them.
        started: whether the first weights of the run were trained ones.
    """
    keras.utils.set_random_seed(next(iter(plans.values())).config.training.seed)
    with tf.distribute.get_strategy().scope():
        cell = shared_cell({name: plan.config for name, plan in plans.items()})
        tasks = {name: build(name, plan, cell) for name, plan in plans.items()}
        if start:
            start_from(tasks, start)
    data = {name: task.training_data(plans[name].data) for name, task in tasks.items()}
    total_steps = {
        name: plans[name].config.training.epochs * one.batches_per_epoch
        for name, one in data.items()
    }
    with tf.distribute.get_strategy().scope():
        steps = TrainStep(
            {
                name: Objective(
                    task.model,
                    task.loss,
                    distributed(data[name].batches(0)).element_spec,
                    task.config,
                    total_steps[name],
                    started,
                )
                for name, task in tasks.items()
            }
        )
    checkpoint = Checkpoint(steps, directory)
    return TrainingState(tasks, data, total_steps, steps, checkpoint, started, [])


def _data(plans: Mapping[str, Plan]) -> dict[str, Path]:
    return {name: plan.data for name, plan in plans.items()}


def distributed(batches: tf.data.Dataset):
    """Deal whole batches out to the workers: a batch cut in two would lose the rows
    that its captions are about."""
    return tf.distribute.get_strategy().distribute_datasets_from_function(
        lambda context: batches.shard(
            context.num_input_pipelines, context.input_pipeline_id
        )
    )
