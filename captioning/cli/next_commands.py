"""What to type next: after a training, and after one that was stopped."""

from collections.abc import Mapping
from pathlib import Path

from captioning.training.built_in_data import BUILT_IN
from data_prep.errors import as_typed

# What `captioning.read` calls what it does by a task.
READ_BY = {
    "sentiment": 'sentiment "..."',
    "translation": 'translate --to CODE "..."',
    "associations": "related WORD",
}


def how_to_go_on(directory: Path) -> str:
    """Return the line that a stopped training ends with."""
    from captioning.training.run_files import has_checkpoint, is_run

    command = as_typed(f"python -m captioning.train --run {directory} --resume")
    if has_checkpoint(directory):
        return f"stopped; go on from the last checkpoint by: {command}"
    if is_run(directory):
        return f"stopped before the first checkpoint; begin again by: {command}"
    return "stopped before training began; begin again by the same command"


def next_commands(plans: Mapping, directory: Path) -> list[str]:
    """Return the commands that make use of a finished run.

    Args:
        plans: by task.
        directory: the run's.
    """
    from captioning.training.plans import name_of

    first = next(iter(plans))
    built_in = {name for name, _ in BUILT_IN.values()}
    lines = []
    if "captions" in plans:
        lines.append(f"captioning.caption {directory}/samples --run {directory}")
    lines += [
        f"captioning.read {what} --run {directory}"
        for task, what in READ_BY.items()
        if task in plans
    ]
    # A new run has no reranker; on drawings it was measured to give nothing.
    if "captions" in plans and name_of(plans["captions"].data) not in built_in:
        lines.append(f"captioning rerank --run {directory}")
    lines.append(f"captioning.evaluate --run {directory} --task {first} --split dev")
    if "captions" in plans:  # a file that needs no TensorFlow
        lines.append(
            f"captioning.export --run {directory} --format litert --out mine.tflite"
        )
    else:
        lines.append(f"captioning.export --run {directory} --out exported")
    return [as_typed(f"python -m {line}") for line in lines]
