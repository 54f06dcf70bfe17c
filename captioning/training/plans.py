"""Plans: what each task of a run learns from, and with which options."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from captioning.tasks.config import TaskConfig
from captioning.tasks.registry import task_class
from captioning.training.datasets import data_sets
from captioning.training.run_config import check_has, load_facts
from data_prep.errors import BadInput
from data_prep.prepared.dataset_info import DatasetInfo

# The options that decide which weights a model has, and what their numbers mean.
MODEL_OPTIONS = (
    "encoder",
    "train_encoder",
    "fine_tune",
    "image_size",
    "cell",
    "units",
    "embedding_dim",
    "attention_dim",
    "longest_gram",
    "gram_dim",
    "gram_buckets",
)


class Plan(NamedTuple):
    """What one task of a run learns from, and how.

    Attributes:
        config: its options.
        data: a prepared data set's directory.
    """

    config: TaskConfig
    data: Path


def name_of(data: Path) -> str:
    """Return the name of a prepared data set.

    Raises:
        BadInput: it is none.
    """
    return DatasetInfo.load(data).name


def model_options(run: Path, tasks: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return by task the options of a run that decide which weights it has: those that
    a training that starts from it must share.

    Raises:
        BadInput: it is not a run, or did not learn one of the tasks.
    """
    facts = load_facts(run)
    for task in tasks:
        check_has(run, facts, task)
    return {
        task: {
            name: facts[task].config.get(name)
            for name in MODEL_OPTIONS
            if name in facts[task].config.leaves()
        }
        for task in tasks
    }


def resumed(
    run: Path, given: Sequence[Path], options: Mapping[str, Mapping[str, Any]]
) -> dict[str, Plan]:
    """Return the plans that a run was begun with.

    Args:
        run: its directory.
        given: data sets that were named again, where they may lie elsewhere now.
        options: by task, options that were given again.

    Raises:
        BadInput: it is not a run, or was begun with other options or data.
    """
    facts = load_facts(run)
    for task, values in options.items():
        if values:
            check_has(run, facts, task)
        for name, value in values.items():
            begun_with = facts[task].config.get(name)
            if value != begun_with:
                raise BadInput(
                    f"{run} was begun with {name} {begun_with}, and {value} was given; "
                    "expected the same. Leave it out, or start a new run."
                )
    sets = data_of_run(run, tuple(facts), given)
    return {task: Plan(f.config, sets[task]) for task, f in facts.items()}


def data_of_run(
    run: Path, tasks: Sequence[str], given: Sequence[Path]
) -> dict[str, Path]:
    """Return each task's data set: of those given the one of its kind, else the one
    that a run learned from.

    Raises:
        BadInput: it is not a run, or one of those given is of no use.
    """
    facts = load_facts(run)
    for task in tasks:
        check_has(run, facts, task)
    if not given:
        return {task: facts[task].data for task in tasks}
    kinds = {DatasetInfo.load(data).kind for data in given}
    kept = {facts[task].data for task in tasks if task_class(task).kind not in kinds}
    return data_sets(tasks, [*given, *sorted(kept)])
