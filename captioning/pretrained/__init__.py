"""What comes trained with the project, for use without a training.

flickr8k/                       a captioner as a compact run, to train on from and to
                                export
flickr8k.tflite.packed          the same, exported: what captions photos at once
                                (`packing` says how; `file` unpacks it)
LICENSE-Apache-2.0.txt          of its encoder, whose last stages were fine-tuned
MODEL_CARD.md                   what it learned from, what it scores, where it fails
flickr8k_test_captions.json     what it says of Flickr8k's test photos
seen_photos.npy                 fingerprints of the photos that it learned from
NAME.tflite, NAME.md            a reader of texts, of `READERS`, and its card
"""

import functools
import hashlib
import os
import tempfile
import threading
from pathlib import Path

RUN = Path(__file__).with_name("flickr8k")
PACKED = RUN.with_suffix(".tflite.packed")
SEEN_PHOTOS = RUN.with_name("seen_photos.npy")  # uint8 (photos, 8)
# Readers of texts that come trained: their names, and what they have learned.
READERS = {
    "sentiment": "sentiment",
    "translation": "translation",
    "related": "associations",
    "related_de": "associations",
}

_DIGITS = 16  # of a file's sha256, in its name
_LOCK = threading.Lock()
_ALTERED: set[Path] = set()  # copies of the captioner that cannot be removed


@functools.cache
def file() -> Path:
    """Return the captioner as a .tflite file, in the user's cache folder.

    The first time it is unpacked there, which takes half a second and is said on
    stderr. Where no such folder can be written, it is unpacked into a temporary one,
    once a process.

    Raises:
        BadInput: the package is not whole, or there is no room.
    """
    from captioning.pretrained.packing import plan_of, unpack
    from data_prep.atomic import write_bytes
    from data_prep.console import say
    from data_prep.errors import DAMAGED, BadInput

    with _LOCK:
        try:
            plan = plan_of(PACKED)
            name = f"{RUN.name}-{plan['sha256'][:_DIGITS]}.tflite"
            path = cache_folder() / name
            there = path.is_file() and path.stat().st_size == plan["bytes"]
            if there and path not in _ALTERED:
                return path
            say(f"unpacking the captioner that comes with the project, once, to {path}")
            model = unpack(PACKED, RUN)
        except DAMAGED as error:
            raise BadInput(
                f"{PACKED} cannot be unpacked ({error}); expected it, and the run "
                "beside it, as they were installed. Install captioning again."
            ) from error
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(path, model)
            _ALTERED.discard(path)
        except OSError:
            say(f"{path.parent} cannot be written; unpacked for this process alone")
            path = Path(_temporary_folder().name) / name
            write_bytes(path, model)
        return path


def is_whole(path: Path) -> bool:
    """Return whether the content of `file` is what was unpacked, and can be read."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return path.stem.endswith(hashlib.sha256(content).hexdigest()[:_DIGITS])


def file_anew() -> Path:
    """Return `file`, unpacked once more; elsewhere, if its folder is read-only."""
    path = file()
    if not is_whole(path):  # else another thread was here before
        try:
            path.unlink(missing_ok=True)
        except OSError:
            _ALTERED.add(path)
    file.cache_clear()
    return file()


def is_ours(path: Path) -> bool:
    """Return whether a path is that of `file`."""
    return path.name.startswith(f"{RUN.name}-") and path == file()


def cache_folder() -> Path:
    """Return where files of ours are kept that can be made again."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "captioning"


@functools.cache
def _temporary_folder() -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix="captioning-")  # until the process ends


def run_named(name: str) -> Path:
    """Return the path of a run; of "flickr8k", if there is no such path here, that of
    the pretrained captioner, wherever the package lies."""
    path = Path(name)
    return RUN if name == RUN.name and not path.exists() else path


def reader(name: str) -> Path:
    """Return the file of a pretrained reader, of `READERS`."""
    return RUN.with_name(f"{name}.tflite")


def reader_of(task: str, language: str = "") -> Path:
    """Return the file of the pretrained reader that has learned a task: the first, or
    that of a language, if it has one of its own."""
    first = next(name for name, learned in READERS.items() if learned == task)
    own = f"{first}_{language}"
    return reader(own if own in READERS else first)
