"""What a path names: a run, an export, or a .tflite file. Imports no TensorFlow."""

from pathlib import Path

from captioning.training.run_files import is_run
from data_prep.errors import BadInput


def is_one_file(path: Path) -> bool:
    """Say by its name or kind whether a path is meant to be a .tflite file."""
    return path.is_file() or path.suffix == ".tflite"


def is_saved_model(path: Path) -> bool:
    """Say whether a directory holds a SavedModel."""
    return (path / "saved_model.pb").is_file()


def check_run_or_export(path: Path, also: str = "") -> None:
    """Raise BadInput if a path is neither the directory of a run nor of an export.

    Args:
        path: what a user named.
        also: what else was expected, for the message.
    """
    if is_run(path) or is_saved_model(path):
        return
    found = (
        "has neither config.json nor saved_model.pb"
        if path.exists()
        else "does not exist"
    )
    raise BadInput(
        f"{path} is not a run or an export: it {found}. Expected a directory that "
        "`python -m captioning.train` or `python -m captioning.export` made"
        f"{also}: check the path."
    )
