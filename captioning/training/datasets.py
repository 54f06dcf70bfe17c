"""Which data set each task of a run learns from; a leak of test pictures is refused."""

from collections.abc import Sequence
from pathlib import Path

from captioning.tasks.registry import task_class
from captioning.training.built_in_data import built_in_data
from data_prep.errors import BadInput
from data_prep.prepared.dataset_info import DatasetInfo


def data_sets(tasks: Sequence[str], given: Sequence[Path]) -> dict[str, Path]:
    """Return the data set of each task: that of its kind, or the built-in one.

    Args:
        tasks: names.
        given: prepared data sets, one of a kind; none takes the built-in ones, made now
            where they are not there.

    Raises:
        BadInput: they are not one of each kind that is needed, or one of them tells
            what another is scored on.
    """
    by_kind: dict[str, Path] = {}
    for data in given:
        kind = DatasetInfo.load(data).kind
        if kind in by_kind:
            raise BadInput(
                f"{by_kind[kind]} and {data} are both data sets of {kind}; expected "
                "one of a kind. Leave one out."
            )
        by_kind[kind] = data
    needed = {task_class(task).kind for task in tasks}
    if unused := set(by_kind) - needed:
        kind = min(unused)
        raise BadInput(
            f"{by_kind[kind]} is a data set of {kind}; expected one of "
            f"{' and '.join(sorted(needed))} for {', '.join(tasks)}. Give another "
            "--data or another --task."
        )
    if given and (missing := needed - set(by_kind)):
        raise BadInput(
            f"The data sets given are of {' and '.join(sorted(by_kind))}; expected one "
            f"of {' and '.join(sorted(missing))} too. Add --data, or give none at all "
            "to learn on the built-in ones."
        )
    _check_leak(by_kind)
    return {
        task: by_kind.get(task_class(task).kind) or built_in_data(task_class(task).kind)
        for task in tasks
    }


def _check_leak(by_kind: dict[str, Path]) -> None:
    """Raise BadInput if the translations describe photos that captions are scored on.

    Multi30k's photos are Flickr30k's, of which Flickr8k's are a part.
    """
    infos = {kind: DatasetInfo.load(data) for kind, data in by_kind.items()}
    names = {info.name for info in infos.values()}
    if {"flickr8k", "multi30k"} <= names:
        if "left out" not in infos["translation"].notes:
            raise BadInput(
                f"{by_kind['translation']} describes photos of Flickr8k's test split; "
                "expected it without them, as one cell learns both. Prepare it with "
                "--leave-out FLICKR8K."
            )
