"""Training: from prepared data sets and their configs to a finished run."""

import itertools
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from math import nan
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from captioning.plots.runs import draw_history
from captioning.tasks.registry import TASKS
from captioning.tasks.task import Feed, Task
from captioning.training import run_directory
from captioning.training.checkpoint import Checkpoint
from captioning.training.history import Epoch, best, finished, passes, write_history
from captioning.training.run_directory import Plan
from captioning.training.task_schedule import span, turns
from captioning.training.train_step import Objective, TrainStep


def train(
    plans: Mapping[str, Plan],
    directory: Path,
    *,
    resume: bool = False,
    start: Path | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> list[Epoch]:
    """Train tasks over one cell; keep what is best on the dev splits.

    Several tasks take turns, one batch each. Over the run each takes as many steps
    as if alone; an epoch is a pass over the data of the first.

    Args:
        plans: by task. The first one's knobs decide when the run ends. Of a resumed
            run, those it was started with.
        directory: the run's; made here unless resumed.
        resume: go on from the last checkpoint.
        start: a run whose words and weights the new one starts with, and which it has
            to be better than; its tasks must have the same sizes.
        callbacks: further Keras callbacks.

    Returns:
        The history, one `Epoch` a pass.

    Raises:
        BadInput: a data set is not whole, or the run's directory is not as needed, or
            the run to start from does not fit.
    """
    config = next(iter(plans.values())).config
    if resume:
        run_directory.check_same_data(directory, plans)
    else:
        run_directory.check_new(directory)
    keras.utils.set_random_seed(config.seed)
    with tf.distribute.get_strategy().scope():
        cell = run_directory.shared_cell(plans)
        learned = directory if resume else start
        tasks = {
            name: TASKS[name].of_run(plan.config, learned / name, cell)
            if learned
            else TASKS[name].of_data(plan.config, plan.data, cell)
            for name, plan in plans.items()
        }
        if start and not resume:
            run_directory.take_weights(tasks, start)
    feeds = {name: task.feed(plans[name].data) for name, task in tasks.items()}
    total_steps = {
        name: plans[name].config.epochs * feed.batches_per_epoch
        for name, feed in feeds.items()
    }
    started = bool(run_directory.start_of(directory) if resume else start)
    with tf.distribute.get_strategy().scope():
        steps = TrainStep(
            {
                name: Objective(
                    p.model,
                    p.loss,
                    _spec_of(feeds[name]),
                    p.config,
                    total_steps[name],
                    started,
                )
                for name, p in tasks.items()
            }
        )
    if not resume:  # not before all that the knobs name was found to exist
        run_directory.create(directory, plans, tasks, start)
    checkpoint = Checkpoint(steps, directory)
    history = checkpoint.restore() if resume else []
    if start and not resume:
        dev = {name: feed.dev_score() for name, feed in feeds.items()}
        history.append(Epoch(0, dict.fromkeys(plans, nan), dev, nan, 0.0))
        run_directory.save_weights(directory, steps.model)
        _report(history, config, directory)
    callback_list = keras.callbacks.CallbackList(
        [
            keras.callbacks.TensorBoard(directory / "tensorboard", write_graph=False),
            *callbacks,
        ],
        model=steps.seen_by_callbacks,
    )
    # One stream a task: its own epochs end where they end, not where the run's do.
    streams = {
        name: _batches(feed, span(total_steps[name], passes(history), config.epochs)[0])
        for name, feed in feeds.items()
    }
    callback_list.on_train_begin()
    try:
        while (
            not finished(history, config) and not steps.seen_by_callbacks.stop_training
        ):
            number = passes(history)
            callback_list.on_epoch_begin(number)
            began = time.monotonic()
            losses = _take_turns(
                steps,
                streams,
                turns(total_steps, number, config.epochs),
                f"epoch {number + 1}/{config.epochs}",
                callback_list,
            )
            epoch = _told(losses, feeds, history, time.monotonic() - began)
            epoch = epoch._replace(metrics=_measured(tasks))
            with steps.averaged_weights():
                dev = {name: feed.dev_score() for name, feed in feeds.items()}
                epoch = epoch._replace(dev=dev)
                if epoch.dev_score > best(history):
                    run_directory.save_weights(directory, steps.model)
            history.append(epoch)
            _report(history, config, directory)
            logs = {"loss": np.mean(list(epoch.losses.values())), **_logs(epoch)}
            callback_list.on_epoch_end(number, logs)
            checkpoint.save(number + 1)
    finally:
        callback_list.on_train_end()
    return history


def _spec_of(feed: Feed):
    return _distributed(feed.batches(0)).element_spec


def _take_turns(
    steps: TrainStep,
    streams: Mapping[str, Iterator],
    order: Sequence[str],
    label: str,
    callbacks,
) -> dict[str, list[float]]:
    """Take one step after the other; return by task the losses of its steps."""
    losses: dict[str, list[float]] = {name: [] for name in streams}
    with tqdm(order, desc=label, unit=" steps") as progress:
        for step, name in enumerate(progress):
            callbacks.on_train_batch_begin(step)
            losses[name].append(float(steps.step(name, next(streams[name]))))
            last = {n: np.mean(recent[-50:]) for n, recent in losses.items() if recent}
            callbacks.on_train_batch_end(step, {"loss": np.mean(list(last.values()))})
            progress.set_postfix_str(
                "loss " + ", ".join(f"{value:.3f}" for value in last.values()),
                refresh=False,
            )
    return losses


def _told(
    losses: Mapping[str, list[float]],
    feeds: Mapping[str, Feed],
    history: Sequence[Epoch],
    seconds: float,
) -> Epoch:
    """Return an epoch's line of the history; dev scores are still to be found."""
    seen = sum(
        feed.examples_per_epoch * len(losses[name]) / feed.batches_per_epoch
        for name, feed in feeds.items()
    )
    return Epoch(
        epoch=passes(history) + 1,
        losses={n: float(np.mean(all)) if all else nan for n, all in losses.items()},
        dev={},
        examples_per_second=seen / seconds,
        minutes=seconds / 60 + (history[-1].minutes if history else 0.0),
    )


def _measured(tasks: Mapping[str, Task]) -> dict[str, float]:
    """Return the means of what the tasks measured since last asked."""
    found = {}
    for name, task in tasks.items():
        for metric in task.metrics:
            found[f"{name}.{metric.name}"] = float(metric.result())
            metric.reset_state()
    return found


def _batches(feed: Feed, first: int) -> Iterator:
    """Yield the batches of all epochs without end, from the one numbered `first` on."""
    each_pass, skip = divmod(first, feed.batches_per_epoch)
    for number in itertools.count(each_pass):
        batches = feed.batches(number)
        yield from _distributed(batches.skip(skip) if skip else batches)
        skip = 0


def _distributed(batches: tf.data.Dataset):
    """Deal whole batches out to the workers: a batch cut in two would lose the rows
    that its captions are about."""
    return tf.distribute.get_strategy().distribute_datasets_from_function(
        lambda context: batches.shard(
            context.num_input_pipelines, context.input_pipeline_id
        )
    )


def _logs(epoch: Epoch) -> dict[str, float]:
    scores = {f"dev_{name}": score for name, score in epoch.dev.items()}
    return scores | dict(epoch.metrics)


def _report(history: Sequence[Epoch], config, directory: Path) -> None:
    last = history[-1]
    kept = " (best so far, kept)" if last.dev_score > best(history[:-1]) else ""
    learned = "; ".join(
        f"{name}: loss {last.losses[name]:.3f}, "
        f"dev {TASKS[name].score_name} {last.dev[name]:.4f}"
        for name in last.losses
    )
    measured = "".join(f", {n} {value:.4f}" for n, value in last.metrics.items())
    tqdm.write(
        f"epoch {last.epoch}/{config.epochs}: {learned}{kept}{measured}, "
        f"{last.examples_per_second:.0f} examples/s, {last.minutes:.1f} min",
        file=sys.stderr,
    )
    write_history(directory, history)
    names = {name: TASKS[name].score_name for name in last.losses}
    draw_history(history, names, directory / "curves.png")
