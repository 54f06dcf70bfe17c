"""The built-in data sets, which need no source, for a first run without any data."""

import sys
import tempfile
import time
from pathlib import Path

# The built-in data set of each kind, and how many training examples of it: what a few
# minutes on two cores see often enough.
BUILT_IN = {
    "captions": ("harbour", 6000),
    "sentiment": ("moods", 6000),
    "translation": ("phrasebook", 6000),
}


def built_in_data(kind: str) -> Path:
    """Return the built-in data set of a kind, made if it is not there."""
    from data_prep.prepare import prepare

    name, count = BUILT_IN[kind]
    data = Path("data") / name
    if (data / "dataset.json").exists():
        print(f"using the {name} in {data}, as it is", file=sys.stderr)
    else:
        print(f"making the {name} in {data}", file=sys.stderr)
        prepare(name, None, data, count=count, seed=0)
    return data


def train_built_in(task: str, root: Path = Path("runs")) -> Path:
    """Return a new run of a task, trained now on the built-in data set.

    It gets its name when it is finished: a training that was stopped leaves nothing
    that could be taken for a run.

    Args:
        task: its name.
        root: the directory to put it in.

    Raises:
        BadInput: nothing can be written there.
    """
    from captioning.tasks.registry import preset_for, task_class
    from captioning.training.plans import Plan
    from captioning.training.trainer import train
    from data_prep.errors import BadInput

    data = built_in_data(task_class(task).kind)
    config = preset_for(data.name, task)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    run = root / f"{data.name}-{task}-{config.recurrent.cell}-{stamp}"
    try:
        root.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix="unfinished-") as folder:
            unfinished = Path(folder) / run.name
            train({task: Plan(config, data)}, unfinished)
            unfinished.rename(run)
    except OSError as error:
        raise BadInput(
            f"{run} cannot be written ({error.strerror}); expected to train a small "
            "model there. Work in a folder that can be written, or give --run."
        ) from error
    return run
