"""Training: from prepared data sets and their options to a finished run."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from math import nan
from pathlib import Path

import keras
import numpy as np

from captioning.plots.training_curves import draw_history
from captioning.tasks.config import TrainingConfig
from captioning.tasks.registry import task_class
from captioning.tasks.task import Task
from captioning.training.checkpoint import Part
from captioning.training.history import Epoch, best, passes, write_history
from captioning.training.plans import Plan
from captioning.training.run_config import data_digest, save_weights
from captioning.training.run_files import has_checkpoint
from captioning.training.state import TrainingState, training_state
from captioning.training.stop_signals import StopRequest, stop_requests
from captioning.training.streams import streams
from captioning.training.task_schedule import interleave
from captioning.training.workers import ALONE, Workers
from data_prep.atomic import only_writer
from data_prep.console import progress, say

RECENT = 50  # steps whose mean loss is shown


def train(
    plans: Mapping[str, Plan],
    directory: Path,
    *,
    resume: bool = False,
    start: Path | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    workers: Workers = ALONE,
) -> list[Epoch]:
    """Train tasks over one cell; keep the weights that are best on the dev splits.

    Several tasks are interleaved, one batch each. Over the run each takes as many steps
    as if alone; an epoch is a pass over the data of the first.

    Args:
        plans: by task. The first one's options decide when the run ends. Of a resumed
            run, those it was begun with.
        directory: the run's; made here unless resumed.
        resume: go on from the last checkpoint; begin anew if there is none yet.
        start: a run whose weights the new one starts with, and which it has to be
            better than.
        callbacks: further Keras callbacks.
        workers: that train it together; each of them calls this.

    Returns:
        The history, one `Epoch` a pass.

    Raises:
        BadInput: a data set is not whole, or the run's directory is not as needed, or
            another training writes there, or the run to start from does not fit, or
            another worker was lost.
    """
    with only_writer(directory) if workers.is_chief else nullcontext():
        workers.check_same(_found(plans, directory, resume))
        return _train(plans, directory, resume, start, callbacks, workers)


def _found(plans: Mapping[str, Plan], directory: Path, resume: bool) -> str:
    """Return what all workers must have been told and find on disk."""
    facts = [(name, one.config, data_digest(one.data)) for name, one in plans.items()]
    return repr([facts, resume and has_checkpoint(directory)])


def _train(
    plans: Mapping[str, Plan],
    directory: Path,
    resume: bool,
    start: Path | None,
    callbacks: Sequence[keras.callbacks.Callback],
    workers: Workers,
) -> list[Epoch]:
    state = training_state(
        plans, directory, resume=resume, start=start, workers=workers
    )
    workers.part_seeds(state.checkpoint.seeds)
    training = next(iter(plans.values())).config.training
    of_tasks = streams(state, training.epochs)
    if state.started and not state.history:
        _keep(state, _untrained(state), training, directory)
    seen = state.steps.seen_by_callbacks
    logs = keras.callbacks.TensorBoard(directory / "tensorboard", write_graph=False)
    callback_list = keras.callbacks.CallbackList(
        [logs, *callbacks] if workers.is_chief else list(callbacks), model=seen
    )
    callback_list.on_train_begin()
    part = state.part
    say("tracing the graph of the first step, which takes some seconds ...")
    with stop_requests() as stop:
        try:
            while not finished(state.history, training) and not any(
                workers.any(seen.stop_training)
            ):
                number = passes(state.history)
                callback_list.on_epoch_begin(number)
                epoch = _train_epoch(
                    state, of_tasks, training, callback_list, part, stop
                )
                _keep(state, epoch, training, directory)
                callback_list.on_epoch_end(number, _logs(state.history[-1]))
                if workers.is_chief:
                    state.checkpoint.save(number + 1)
                if any(workers.any(stop)):
                    stop.end()
                part = Part()
        finally:
            callback_list.on_train_end()
    return state.history


def finished(history: Sequence[Epoch], training: TrainingConfig) -> bool:
    """Return whether to stop: all epochs done, the target reached, or nothing gained in
    the last `patience` epochs."""
    if passes(history) >= training.epochs:
        return True
    if training.target and best(history)[0] >= training.target:
        return True
    before, recent = history[: -training.patience], history[-training.patience :]
    return bool(before) and best(recent) <= best(before)


# === Steps ===


def _train_epoch(
    state: TrainingState,
    batches: Mapping[str, Iterator],
    training: TrainingConfig,
    callbacks,
    part: Part,
    stop: StopRequest,
) -> Epoch:
    """Take the steps of one epoch that are not done; return its line of the history,
    without dev. Every so often, and before it ends by a signal, a checkpoint is saved
    from which the training goes on with the next step."""
    number, epochs = passes(state.history), training.epochs
    began = saved = time.monotonic()
    losses = {name: list(part.losses.get(name, ())) for name in batches}
    order = interleave(state.total_steps, number, epochs)[part.steps :]

    def save() -> None:
        seconds = part.seconds + time.monotonic() - began
        measured = {name: _measured(state, task) for name, task in state.tasks.items()}
        if state.workers.is_chief:
            state.checkpoint.save(number, Part(losses, measured, seconds))

    with progress(
        order, label=f"epoch {number + 1}/{epochs}", unit="steps"
    ) as progressing:
        for step, name in enumerate(progressing, start=part.steps):
            callbacks.on_train_batch_begin(step)
            losses[name].append(float(state.steps.step(name, next(batches[name]))))
            shown = {n: np.mean(all[-RECENT:]) for n, all in losses.items() if all}
            callbacks.on_train_batch_end(step, {"loss": np.mean(list(shown.values()))})
            progressing.set_postfix_str(
                "loss " + ", ".join(f"{value:.3f}" for value in shown.values()),
                refresh=False,
            )
            due = time.monotonic() - saved > 60 * training.checkpoint_minutes
            ended, due = state.workers.any_at(step, stop, due)
            if ended or due:
                save()
                saved = time.monotonic()
            if ended:
                stop.end()
    seconds = part.seconds + time.monotonic() - began
    examples = sum(
        data.examples_per_epoch * len(losses[name]) / data.batches_per_epoch
        for name, data in state.data.items()
    )
    earlier = state.history[-1].minutes if state.history else 0.0
    return Epoch(
        epoch=number + 1,
        losses={n: float(np.mean(all)) if all else nan for n, all in losses.items()},
        dev={},
        examples_per_second=examples / seconds,
        minutes=seconds / 60 + earlier,
        metrics=_metrics(state),
    )


def _measured(state: TrainingState, task: Task) -> list[float]:
    """Return what a task measured, as `Part.metrics` has it, now all at the chief."""
    variables = [variable for metric in task.metrics for variable in metric.variables]
    state.workers.gather(variables)
    return [float(variable) for variable in variables]


def _metrics(state: TrainingState) -> dict[str, float]:
    """Return the means of what the tasks measured since last asked."""
    found = {}
    for name, task in state.tasks.items():
        _measured(state, task)
        for metric in task.metrics:
            found[f"{name}.{metric.name}"] = float(metric.result())
            metric.reset_state()
    return found


# === Dev ===


def _untrained(state: TrainingState) -> Epoch:
    """Return epoch 0: what a run starts with that starts from another."""
    return Epoch(0, dict.fromkeys(state.tasks, nan), {}, nan, 0.0)


def _keep(
    state: TrainingState, epoch: Epoch, training: TrainingConfig, directory: Path
) -> None:
    """Score an epoch on dev, keep its weights if they are the best, and report it."""
    workers, tasks = state.workers, state.data
    with state.steps.averaged_weights():
        dev = workers.from_chief({n: data.dev_score for n, data in tasks.items()})
        on_dev = workers.from_chief(
            {
                name: tasks[name].dev_loss
                for name, score in dev.items()
                if score == 0 and tasks[name].dev_loss
            }
        )
        epoch = epoch._replace(dev=dev, dev_loss=on_dev)
        is_best = epoch.rank > best(state.history)
        if is_best and workers.is_chief:
            save_weights(directory, state.steps.model)
    state.history.append(epoch)
    if not workers.is_chief:
        return
    if on_dev and not any(earlier.dev_loss for earlier in state.history[:-1]):
        say(
            f"the dev score of {', '.join(on_dev)} is 0, which tells no epoch from "
            "another: epochs are compared by the loss on dev while it is"
        )
    _report(epoch, is_best, training)
    write_history(directory, state.history)
    names = {name: task_class(name).score_name for name in state.tasks}
    draw_history(state.history, names, directory / "curves.png")


def _report(epoch: Epoch, is_best: bool, training: TrainingConfig) -> None:
    """Print the line of an epoch."""
    tasks = []
    for name, loss in epoch.losses.items():
        facts = f"dev {task_class(name).score_name} {epoch.dev[name]:.4f}"
        if name in epoch.dev_loss:
            facts += f", dev loss {epoch.dev_loss[name]:.3f}"
        if epoch.epoch:
            facts = f"loss {loss:.3f}, {facts}"
        tasks.append(f"{name}: {facts}")
    line = "; ".join(tasks) + " (best so far, kept)" * is_best
    line += "".join(f", {name} {value:.4f}" for name, value in epoch.metrics.items())
    if not epoch.epoch:
        say(f"before training: {line}")
        return
    say(
        f"epoch {epoch.epoch}/{training.epochs}: {line}, "
        f"{epoch.examples_per_second:.0f} examples/s, {epoch.minutes:.1f} min"
    )


def _logs(epoch: Epoch) -> dict[str, float]:
    """Return what Keras callbacks are told of an epoch."""
    scores = {f"dev_{name}": score for name, score in epoch.dev.items()}
    loss = float(np.mean(list(epoch.losses.values())))
    return {"loss": loss, **scores, **epoch.metrics}
