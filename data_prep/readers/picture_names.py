"""The names that a caption file gives its pictures -> the pictures in a folder."""

import contextlib
import functools
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.pictures.folders import find_pictures
from data_prep.readers.source_folder import existing, find_picture_folder
from data_prep.text.clean import folded, nfc

_FOLDERS = ("", "images", "Images")


class PictureNames:
    """Finds the one name of each picture: with two it could be in two splits.

    A name is looked for as it is, in the folder, in `images` in it, and in the first
    folder in it that has any of the names; then without what all names of the file
    begin with, such as a folder of another machine; at last in another case, and
    without its ending.

    Args:
        source: the folder.
        names: all names that will be asked for.
        skipped: gets names that fit several pictures, and a note of those that were
            found otherwise than as they are.
    """

    def __init__(self, source: Path, names: Iterable[str], skipped: Skipped):
        names = list(names)
        self._source = source
        self._skipped = skipped
        self._folders = list(_FOLDERS)
        with contextlib.suppress(BadInput):
            found = find_picture_folder(source, (name.strip() for name in names))
            self._folders.append(os.path.relpath(found, source))
        self._real_folder = functools.cache(os.path.realpath)
        self._roots = {os.path.abspath(source), self._real_folder(source)}
        self._shared_folder = _shared_folder(names)
        self._others, self._example = 0, ""

    def find(self, name: str) -> str | None:
        """Return the name of a picture relative to the folder, in NFC.

        A name that leads to no picture comes back as it is, for `find_picture` to say
        why. One that fits several goes to `skipped`: None.
        """
        ways = list(dict.fromkeys(self._ways(name.strip())))
        for place in self._places(ways):
            path = existing(self._source / place)
            if path and not os.path.isdir(path):
                return self._found(name, self._without_links(place))
        for index in self._indexes:
            fits = {fit for way in ways for fit in index.get(_key(way), ())}
            if len(fits) == 1:
                return self._found(name, fits.pop())
            if fits:
                reason = "name of several pictures, by capitals or endings"
                self._skipped.add(reason, name)
                return None
        return nfc(os.path.normpath(name.strip()))

    def _ways(self, name: str) -> Iterator[str]:
        """Yield the ways to write a name."""
        yield name if not os.path.isabs(name) else self._relative(name)
        slashed = name.replace("\\", "/")
        yield slashed
        if self._shared_folder and slashed.startswith(self._shared_folder):
            yield slashed.removeprefix(self._shared_folder).lstrip("/")

    def _places(self, ways: Iterable[str]) -> Iterator[str]:
        """Yield where a picture may lie, relative to the source."""
        for way in ways:
            for folder in self._folders:
                yield os.path.normpath(os.path.join(folder, way))

    def _relative(self, name: str) -> str:
        """Return an absolute name relative to the folder, if it leads into it."""
        for path in (os.path.normpath(name), self._real(name)):
            for root in self._roots:
                if Path(path).is_relative_to(root):
                    return os.path.relpath(path, root)
        return name

    def _without_links(self, place: str) -> str:
        """Return a place without the links to folders that it leads through, but as it
        is if these lead out of the folder."""
        relative = self._relative(self._real(os.path.join(self._source, place)))
        return place if os.path.isabs(relative) else relative

    def _real(self, name: str) -> str:
        folder, file = os.path.split(os.path.normpath(name))
        with contextlib.suppress(ValueError, OSError):  # of a name that none can have
            folder = self._real_folder(folder)
        return os.path.join(folder, file)

    def _found(self, name: str, picture: str) -> str:
        """Return the picture, and note if its name does not end as it was written."""
        picture = nfc(picture)
        if not f"/{picture}".endswith(f"/{nfc(os.path.normpath(name.strip()))}"):
            self._others += 1
            self._example = self._example or f"{name} is {picture}"
            self._skipped.notes["names"] = (
                f"{self._others:,} were found otherwise than written, e.g. "
                f"{self._example}"
            )
        return picture

    @functools.cached_property
    def _indexes(self) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """The pictures by their names in lower case, with and without ending."""
        whole, bare = defaultdict(set), defaultdict(set)
        for folder in self._folders:
            real = os.path.realpath(self._source / folder)
            if not os.path.isdir(real) or os.path.isabs(self._relative(real)):
                continue  # none, or a link that leads out
            for path in find_pictures([self._source / folder]):
                name = path.relative_to(self._source / folder).as_posix()
                picture = self._without_links(os.path.join(folder, name))
                whole[_key(name)].add(picture)
                bare[_key(os.path.splitext(name)[0])].add(picture)
        return whole, bare


def _key(name: str) -> str:
    return folded(os.path.normpath(name))


def _shared_folder(names: Iterable[str]) -> str:
    """Return the folder that all names begin with, or ""."""
    folders = {os.path.dirname(name.strip().replace("\\", "/")) for name in names}
    try:
        return os.path.commonpath(folders) if folders else ""
    except ValueError:  # some are absolute, others are not
        return ""
