"""Where the .tflite export of the pretrained captioner lies: in the user's cache."""

import hashlib
import os
import sys
from pathlib import Path

from captioning import pretrained
from captioning.inference.litert.metadata import FORMAT

KEY_DIGITS = 16  # hexadecimal; 64 bits tell any two models apart


def cached_litert(num_beams: int | None = None) -> Path:
    """Return the file that is, or would be, the export of the pretrained captioner.

    Its name holds a checksum of the model and the version of the file format: an
    export of an earlier model is never found.

    Args:
        num_beams: hypotheses of its search; None is the run's own number.
    """
    beams = f"-{num_beams}-beams" if num_beams else ""
    name = f"{pretrained.RUN.name}-{_key(pretrained.RUN)}{beams}.tflite"
    return _cache_folder() / "captioning" / name


def _key(run: Path) -> str:
    digest = hashlib.sha256(f"format {FORMAT}".encode())
    for path in sorted(path for path in run.rglob("*") if path.is_file()):
        digest.update(path.relative_to(run).as_posix().encode("utf-8"))
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:KEY_DIGITS]


def _cache_folder() -> Path:
    """Return the folder of the user's caches, by the system's custom."""
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    # The XDG Base Directory Specification: a relative path is to be ignored.
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return named if named.is_absolute() else home / ".cache"
