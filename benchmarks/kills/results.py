"""What a command left in its folder, comparable with what another run of it left."""

import csv
import hashlib
import io
import json
import re
from pathlib import Path

# Files that hold times or random numbers, so that no two runs have equal ones: of these
# only the names are compared.
_NAME_ONLY = re.compile(r".*/checkpoint/.+|.*/fingerprint\.pb|.*/curves\.png")
_LOGS = re.compile(r".*/tensorboard/.+")  # a file a process
_NUMBER = re.compile(r"(?<=checkpoint/ckpt-)\d+")  # a stop is a checkpoint more
_TIMES = ("examples_per_second", "minutes")  # columns of history.csv


def digests(folder: Path) -> dict[str, str]:
    """Return the sha256 of each file of a folder, by its name, hidden ones too; "" of
    folders, and of files of which no two runs have equal ones."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not _LOGS.fullmatch(name):
            alike = _NUMBER.sub("N", name)
            # Beside another checkpoint, which should have gone, it keeps its number.
            found[name if alike in found else alike] = _digest(path, name, folder)
    return found


def _digest(path: Path, name: str, folder: Path) -> str:
    if not path.is_file() or _NAME_ONLY.fullmatch(name):
        return ""
    content = path.read_bytes()
    if path.name == "config.json":  # names the data set, which may lie in the folder
        content = content.replace(bytes(folder.resolve()), b"")
    if path.name == "manifest.json":
        sums = json.loads(content)["sha256"]
        sums.pop("config.json", None)  # of what was just left out of it
        content = json.dumps(sums).encode()
    if path.name == "history.csv":
        content = _without_times(content)
    return hashlib.sha256(content).hexdigest()


def _without_times(table: bytes) -> bytes:
    rows = csv.DictReader(io.StringIO(table.decode("utf-8"), newline=""))
    kept = [{k: v for k, v in row.items() if k not in _TIMES} for row in rows]
    return repr(kept).encode()
