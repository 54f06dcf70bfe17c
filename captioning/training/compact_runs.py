"""Compact runs: a run that is small enough to give to others."""

import json
import tempfile
from pathlib import Path

from captioning.models.multitask import Multitask
from captioning.tasks.registry import TASKS
from captioning.training.compact_weights import pack
from captioning.training.run_directory import (
    COMPACT,
    CONFIG,
    Plan,
    load_run,
    shared_cell,
)
from data_prep.atomic import write_text


def write_compact(directory: Path, out: Path) -> None:
    """Write a run as one that is small enough to give to others: words, knobs and
    rounded weights. Every command takes it as `--run`.

    Args:
        directory: a finished run.
        out: a folder that exists, and is empty.

    Raises:
        BadInput: the run is not whole.
    """
    run = load_run(directory, encoder=False)
    told = json.loads((directory / CONFIG).read_text("utf-8"))
    for name, task in run.tasks.items():
        (out / name).mkdir()
        task.save(out / name)
        # Where it lay is nobody's business; this is where it would lie by the README.
        told["patterns"][name]["data"] = f"data/{run.data[name].name}"
    cell = shared_cell({n: Plan(p.config, run.data[n]) for n, p in run.tasks.items()})
    fresh = {
        name: TASKS[name].of_run(task.config, out / name, cell)
        for name, task in run.tasks.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{n}.weights.h5" for n in ("learned", "first")]
        for tasks, file in zip((run.tasks, fresh), files, strict=True):
            Multitask({n: p.model for n, p in tasks.items()}).save_weights(file)
        moved = [f"{n}/encoder/" for n, p in fresh.items() if p.config.fine_tune]
        pack(*files, out / COMPACT, tuple(moved))
    write_text(out / CONFIG, json.dumps(told, indent=2) + "\n")
