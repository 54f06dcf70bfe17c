"""Compact runs: a finished run, written again in a third of its size."""

import json
import shutil
import tempfile
from pathlib import Path

from captioning.tasks.registry import task_class
from captioning.training.compact_weights import pack
from captioning.training.hdf5_weights import write_weights
from captioning.training.loading import load_run, multitask, shared_cell
from captioning.training.manifest import files_in, write_manifest
from captioning.training.run_config import FORMAT, read_config
from captioning.training.run_files import COMPACT, CONFIDENCE, CONFIG
from data_prep.atomic import marked, replacing, write_text


def write_compact(directory: Path, out: Path) -> int:
    """Write a run as one that is small enough to give to others: words, options and
    rounded weights. Every command takes it as `--run`.

    Args:
        directory: a finished run.
        out: a new folder, or a run of this form that this one replaces.

    Returns:
        The size of the new run, in bytes.

    Raises:
        BadInput: the run is not whole, or `out` holds something else.
    """
    with replacing(out, marked("a compact run", COMPACT)) as partial:
        _write(directory, partial)
    return sum(file.stat().st_size for file in out.rglob("*") if file.is_file())


def _write(directory: Path, out: Path) -> None:
    run = load_run(directory, encoder=False)
    fields = read_config(directory)
    fields |= {"format": FORMAT, "start": None}
    for name, task in run.tasks.items():
        (out / name).mkdir()
        task.save(out / name)
        # Not the path on this machine, but the one of docs/results.md.
        fields["tasks"][name]["data"] = f"data/{run.data[name].name}"
    cell = shared_cell({n: task.config for n, task in run.tasks.items()})
    fresh = {
        name: task_class(name).from_run(task.config, out / name, cell)
        for name, task in run.tasks.items()
    }
    with tempfile.TemporaryDirectory(dir=out) as folder:
        files = [Path(folder) / f"{n}.weights.h5" for n in ("learned", "first")]
        for tasks, file in zip((run.tasks, fresh), files, strict=True):
            write_weights(multitask(tasks), file)
        moved = [
            f"{name}/encoder/"
            for name, task in fresh.items()
            if getattr(task.config, "vision", None) and task.config.vision.fine_tune
        ]
        pack(*files, out / COMPACT, tuple(moved))
    if (directory / CONFIDENCE).is_file():
        shutil.copy(directory / CONFIDENCE, out)
    write_text(out / CONFIG, json.dumps(fields, indent=2) + "\n")
    write_manifest(out, files_in(out))
