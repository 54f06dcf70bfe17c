"""Reading from folders that users give: texts, JSON, pictures' files, hash splits.

What the readers of `data_prep.datasets` share.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from data_prep.errors import BadInput
from data_prep.examples import Skipped

_MAX_DEPTH = 2  # folders below the source: what archives inside archives make
_SAMPLE = 1000  # names tried in each folder: enough even if most are missing
_IGNORED = {"__MACOSX"}  # archives made on a Mac: shadows of all files


def check_folder(flag: str, path: Path) -> None:
    """Raise BadInput unless what a flag names is a folder that can be read."""
    if not os.path.isdir(path) or not os.access(path, os.R_OK | os.X_OK):
        raise BadInput(
            f"{path} is not a folder that can be read; expected one: check {flag}."
        )


def read_text(path: Path) -> str:
    """Return the content of a UTF-8 file, without its byte order mark.

    Raises:
        BadInput: it cannot be read or is in another encoding.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}); expected a text file: check "
            "the path and its permissions."
        ) from error
    mark = b"\xef\xbb\xbf"
    start = len(mark) if data.startswith(mark) else 0
    try:
        return data[start:].decode("utf-8")
    except UnicodeDecodeError as error:
        offset = start + error.start
        raise BadInput(
            f"{path} is not UTF-8: byte {offset} is 0x{data[offset]:02x}, which fits "
            "nothing there; expected UTF-8 text: convert it, e.g. by "
            "`iconv -f LATIN1 -t UTF-8`, or save it anew as UTF-8."
        ) from None


def parse_json(text: str, path: Path, first_line: int = 1, **hooks: Any) -> Any:
    """Parse JSON that stands in a file.

    Args:
        text: the JSON.
        path: the file, for the message.
        first_line: number of the line where the text begins.
        hooks: of `json.loads`.

    Raises:
        BadInput: it is malformed; the message names the line.
    """
    expected = "expected JSON: mend it there"
    try:
        return json.loads(text, **hooks)
    except json.JSONDecodeError as error:
        line = first_line + error.lineno - 1
        raise BadInput(
            f"{path} is malformed in line {line}, column {error.colno} ({error.msg}); "
            f"{expected}."
        ) from None
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits; [[[[...
        raise BadInput(
            f"{path} cannot be parsed ({error}) in the value that begins in line "
            f"{first_line}; {expected}."
        ) from None


def folders(source: Path) -> Iterator[Path]:
    """Yield the source and the folders in it, shallow ones first, each level sorted."""
    level = [source]
    for _ in range(_MAX_DEPTH + 1):
        yield from level
        level = [child for folder in level for child in _folders_in(folder)]


def _folders_in(folder):
    try:
        with os.scandir(folder) as entries:
            # Unlike entry.is_dir(), no error for links in a circle.
            found = [Path(entry.path) for entry in entries if os.path.isdir(entry)]
    except OSError:  # lost+found and the like; gone meanwhile
        return []
    return sorted(
        f for f in found if f.name not in _IGNORED and not f.name.startswith(".")
    )


def find_file(source: Path, name: str) -> Path | None:
    """Return the file of this name in the source or in a folder in it, or None."""
    paths = (folder / name for folder in folders(source))
    return next((path for path in paths if os.path.isfile(path)), None)


def find_picture_folder(source: Path, image_ids: Iterable[str]) -> Path:
    """Return the folder, within the source, that the names of pictures start from.

    Args:
        source: where to look.
        image_ids: some names of pictures; a few may not exist.

    Raises:
        BadInput: no folder has any of these pictures.
    """
    image_ids = list(image_ids)
    image_ids = image_ids[:: len(image_ids) // _SAMPLE + 1]
    for folder in folders(source):
        # os.path.isfile is False, not an error, for a name that no file can have.
        if any(os.path.isfile(folder / image_id) for image_id in image_ids):
            return folder
    example = image_ids[0] if image_ids else "any picture"
    raise BadInput(
        f"{source} and the folders in it do not have the pictures that the captions "
        f"are about, e.g. {example}; expected them together: put the pictures' folder "
        f"into {source}."
    )


def find_picture(folder: Path, name: str, skipped: Skipped) -> Path | None:
    """Return the file of a picture, or None and a line in `skipped`.

    A name from a file that somebody else wrote must not make us read, and keep a copy
    of, a file elsewhere on this machine: links are followed, but not out of the folder.
    """
    try:
        name.encode("utf-8")  # as records have it; half a pair may stand for a byte
        root = folder.resolve()
        path = (root / name).resolve()
        if os.path.isabs(name) or not path.is_relative_to(root):
            skipped.add("picture outside of its folder", name)
        elif not path.is_file():
            skipped.add("picture does not exist", name)
        else:
            return path
    except (OSError, ValueError, RuntimeError):
        # Links in a circle; a null or half a character pair; a name too long.
        skipped.add("name that no picture can have", name)
    return None


def usable_captions(
    captions: Iterable[str], image_id: str, skipped: Skipped
) -> tuple[str, ...]:
    """Return the captions that have words; the others go to `skipped`."""
    usable = []
    for caption in captions:
        caption = " ".join(caption.split())
        if not any(character.isalnum() for character in caption):
            skipped.add("caption without words", image_id)
        elif not _is_unicode(caption):
            skipped.add("caption that is not valid Unicode", image_id)
        else:
            usable.append(caption)
    return tuple(usable)


def _is_unicode(text):
    """False for half a surrogate pair, which JSON can spell and UTF-8 cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def split_by_hash(image_id: str, train: float, dev: float) -> str:
    """Return the split of a picture: always the same one for the same name.

    The sha256 of the name decides, so that adding or removing pictures moves no other
    picture from one split into another.

    Args:
        image_id: the picture's name.
        train: share of train.
        dev: share of dev; what remains is test.
    """
    digest = hashlib.sha256(image_id.encode("utf-8")).digest()
    point = int.from_bytes(digest[:8], "big") / 2**64
    if point < train:
        return "train"
    return "dev" if point < train + dev else "test"
