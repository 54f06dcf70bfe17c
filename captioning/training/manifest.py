"""The manifest of a run or an export: checksums of the files that it is loaded from.

FOLDER/manifest.json      {"sha256": {"config.json": ["9f86d08188..."], ...}}

A file that was replaced has two: of what it is, and of what it was before. The manifest
is written before the file takes its place, and a process may be killed between.

A folder without one is not checked: it is of an earlier version.
"""

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from data_prep.atomic import write_text
from data_prep.errors import BadInput, printable
from data_prep.prepared.checksums import file_sha256

MANIFEST = "manifest.json"


def write_manifest(folder: Path, names: Iterable[str]) -> None:
    """Write the manifest of files as they are now, named from the folder on."""
    _write(folder, {name: [file_sha256(folder / name)] for name in names})


def files_in(folder: Path) -> list[str]:
    """Return the names of all files in a folder, from the folder on, but for its
    manifest."""
    found = (path for path in folder.rglob("*") if path.is_file())
    names = sorted(path.relative_to(folder).as_posix() for path in found)
    return [name for name in names if name != MANIFEST]


def check_manifest(folder: Path) -> None:
    """Check that the files of a run or an export are as they were written.

    Files that are not there are passed over: some may be removed, such as a reranker,
    and what needs the others says so.

    Raises:
        BadInput: one is not, or the manifest cannot be read.
    """
    if not (folder / MANIFEST).exists():
        return
    # Once more before it is said: a training may have replaced a file meanwhile.
    if _altered(folder) and (name := _altered(folder)):
        raise BadInput(
            f"{folder / printable(name)} was altered after it was written (its sha256 "
            f"is not that of {MANIFEST}); expected it untouched. Restore it, or make "
            f"it again; if you changed it on purpose, remove {folder / MANIFEST}."
        )


def _altered(folder: Path) -> str | None:
    """Return the name of a file that is not as it was written, if there is one."""
    for name, allowed in _read(folder).items():
        path = folder / name
        try:
            is_whole = path.is_file() and file_sha256(path) in allowed
            if not is_whole and path.exists():
                return name
        except OSError:  # it cannot be read, or no file can have such a name
            return name
    return None


@contextlib.contextmanager
def replacing_file(folder: Path, name: str) -> Iterator[Path]:
    """Give a path to write a file to, which takes the place of one of a run, and in its
    manifest, if the block succeeds. If it fails, all is as it was.

    Args:
        folder: of the run.
        name: of the file, from the folder on.
    """
    path = folder / name
    partial = path.with_name(f"partial-{path.name}")
    try:
        yield partial
        if (folder / MANIFEST).exists():
            sums, found = _read(folder), file_sha256(partial)
            before = sums.get(name, [])[:1] if path.exists() else []
            # A training that was killed writes the same once more.
            if before != [found]:
                _write(folder, sums | {name: [found, *before]})
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _read(folder: Path) -> dict[str, list[str]]:
    path = folder / MANIFEST
    try:
        sums = json.loads(path.read_text("utf-8"))["sha256"]
        if not all(isinstance(allowed, list) for allowed in sums.values()):
            raise ValueError("sha256 is of another form")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"{path} cannot be read ({printable(error, 200)}); expected the checksums "
            "of the files beside it. Restore it, or make them again."
        ) from error
    return sums


def _write(folder: Path, sums: dict[str, list[str]]) -> None:
    text = json.dumps({"sha256": sums}, indent=2, ensure_ascii=False)
    write_text(folder / MANIFEST, text + "\n")
