"""The folder that a user gives with ``--source``: finding files and pictures in it."""

import functools
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.text.clean import folded, forms

_MAX_DEPTH = 2  # levels of folders searched: archives packed inside archives need two
_SAMPLE = 1000  # picture names tried in each folder; enough even if most are missing
_IGNORED = {"__MACOSX"}  # in archives made on a Mac: metadata under the files' names


def check_folder(flag: str, path: Path) -> None:
    """Raise BadInput unless the value of a flag is a folder that can be read."""
    if not os.path.isdir(path) or not os.access(path, os.R_OK | os.X_OK):
        raise BadInput(
            f"{path} is not a folder that can be read; expected one: check {flag}."
        )


def folders(source: Path) -> Iterator[Path]:
    """Yield the source and the folders in it, level by level, each level sorted."""
    level = [source]
    for _ in range(_MAX_DEPTH + 1):
        yield from level
        level = [child for folder in level for child in _folders_in(folder)]


def _folders_in(folder):
    try:
        with os.scandir(folder) as entries:
            # os.path.isdir and not entry.is_dir(), which raises for links in a circle.
            found = [Path(entry.path) for entry in entries if os.path.isdir(entry)]
    except OSError:  # no permission (lost+found), or removed in the meantime
        return []
    return sorted(
        f for f in found if f.name not in _IGNORED and not f.name.startswith(".")
    )


def find_file(source: Path, *names: str) -> Path | None:
    """Return the first file with one of these names in the source or a folder in it.

    None if there is none. Earlier names win, also over a later one that is less deep.
    """
    for name in names:
        for folder in folders(source):
            if os.path.isfile(folder / name):
                return folder / name
    return None


def find_plain_or_gz(source: Path, name: str) -> Path | None:
    """Return the file `name` or `name.gz` in the source or a folder in it, or None."""
    return find_file(source, name, f"{name}.gz")


def find_all(source: Path, names: Mapping[str, str], what: str) -> dict[str, Path]:
    """Return the path of each file, plain or ``.gz``, by the key of its name.

    Raises:
        BadInput: files of the data set (`what`) are missing; the message names all.
    """
    paths = {key: find_plain_or_gz(source, name) for key, name in names.items()}
    absent = [names[key] for key, path in paths.items() if path is None]
    if absent:
        raise missing_files(source, absent, what)
    return paths


def missing_files(source: Path, names: Iterable[str], what: str) -> BadInput:
    """Return the error that a source lacks these files of a data set (`what`)."""
    return BadInput(
        f"{source} and the folders in it have no {' nor '.join(names)}; expected "
        f"{what}: give the folder where it was unpacked."
    )


def find_picture_folder(source: Path, image_ids: Iterable[str]) -> Path:
    """Return the source or the folder in it that the names of the pictures, of which
    some may not exist, are relative to; BadInput if no folder has any of them."""
    image_ids = list(image_ids)
    image_ids = image_ids[:: len(image_ids) // _SAMPLE + 1]
    for folder in folders(source):
        # os.path.isfile returns False, not an error, for an impossible file name.
        if any(os.path.isfile(folder / image_id) for image_id in image_ids):
            return folder
    example = image_ids[0] if image_ids else "any picture"
    raise BadInput(
        f"{source} and the folders in it do not have the pictures that the captions "
        f"describe, e.g. {example}; expected captions and pictures together: put the "
        f"pictures' folder into {source}."
    )


def existing(path: Path) -> Path | None:
    """Return the path under which something is there: its name as it is, or in NFC or
    NFD; None if nothing is."""
    for name in forms(os.fspath(path)):
        if os.path.lexists(name):
            return Path(name)
    return None


def alike(path: Path) -> list[Path]:
    """Return the files of a folder whose names are a path's but for capitals, the form
    of Unicode, or an ending that the path lacks."""
    try:
        changed = os.stat(path.parent).st_mtime_ns
    except OSError:
        return []
    by_name, by_stem = _names_in(path.parent, changed)
    key = folded(path.name)
    found = by_name.get(key) or by_stem.get(key, [])
    return [path.parent / name for name in found]


@functools.lru_cache(maxsize=64)  # folders; a data set has pictures in a few
def _names_in(
    folder: Path, changed: int
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the names of the files in a folder, by name and by stem, folded; `changed`
    is when it was changed last, so that it is listed again after that."""
    by_name: dict[str, list[str]] = {}
    by_stem: dict[str, list[str]] = {}
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        names = []
    for name in names:
        by_name.setdefault(folded(name), []).append(name)
        by_stem.setdefault(folded(os.path.splitext(name)[0]), []).append(name)
    return by_name, by_stem


def find_picture(
    folder: Path, name: str, skipped: Skipped, what: str = "picture"
) -> Path | None:
    """Return the file of a picture, or None and an entry in `skipped`.

    A caption file may come from an untrusted source. A name in it must not lead to a
    file elsewhere on this machine, which would be copied into the prepared data set:
    links are followed only inside the folder.

    A name that is not there stands for the one file whose name is alike, see `alike`.

    Args:
        folder: where it lies, at any depth.
        name: relative to the folder.
        skipped: gets the name if there is no such file in the folder.
        what: the file is, for `skipped`.
    """
    try:
        name.encode("utf-8")  # records hold UTF-8; a lone surrogate is a raw byte
        root = folder.resolve()
        named = existing(root / name) or root / name
        path = named.resolve()
        if os.path.isabs(name) or not path.is_relative_to(root):
            skipped.add(f"{what} outside of its folder", name)
            return None
        if not path.is_file():
            found = alike(named)
            if len(found) > 1:
                skipped.add(f"name of several {what}s, by capitals or endings", name)
                return None
            path = found[0].resolve() if found else path
        if not path.is_relative_to(root):
            skipped.add(f"{what} outside of its folder", name)
        elif not path.is_file():
            reason = "is no ordinary file" if path.exists() else "does not exist"
            skipped.add(f"{what} {reason}", name)
        else:
            return path
    except PermissionError:
        skipped.add(f"{what} that may not be read", name)
    except (OSError, ValueError, RuntimeError):
        # Links in a circle, a null character, a lone surrogate, or a name too long.
        skipped.add(f"name that no {what} can have", name)
    return None
