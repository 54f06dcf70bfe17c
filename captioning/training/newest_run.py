"""Which run answers where none is named: the newest that learned the task."""

from pathlib import Path

from captioning.training.run_files import weights_file
from data_prep.errors import BadInput


def newest(task: str, root: Path = Path("runs")) -> Path:
    """Return the run under `root` with the newest weights of a task; it may still be
    in training.

    Raises:
        BadInput: there is none.
    """
    found = filter(None, map(weights_file, root.glob("*")))
    for weights in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True):
        if (weights.parent / task).is_dir():
            return weights.parent
    raise BadInput(
        f"There is no run under {root}/ that learned {task}; expected one. "
        f"Make one by `python -m captioning.train --task {task}`, or name one by --run."
    )
