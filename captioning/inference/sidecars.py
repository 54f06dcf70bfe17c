"""Sidecars: a file beside each picture, of its name, that holds its caption.

- "txt": dog.txt of dog.jpg, one caption a line; `data_prep.prepare folder` reads them.
- "xmp": dog.xmp, the best caption as its description, which photo programs read.
- "ext.xmp": the same, named dog.jpg.xmp.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from captioning.inference.results import PictureResult
from captioning.inference.xmp import UnusableXMP, new_xmp, with_description
from data_prep.atomic import write_bytes
from data_prep.errors import BadInput, printable
from data_prep.pictures.places import Place

KINDS = ("txt", "xmp", "ext.xmp")


class Sidecars:
    """Writes sidecars, each as soon as its picture is captioned.

    Args:
        pictures: all that are to be captioned.
        kind: one of `KINDS`.
        shown: captions of a picture that "txt" holds, at most.
        overwrite: whether one that exists is replaced; of XMP the description alone.

    Attributes:
        pictures: those to caption. Without `overwrite` these are the ones that have no
            sidecar: a run that was stopped goes on where it was.

    Raises:
        BadInput: there is no such kind, or one of the pictures is in a store.
    """

    def __init__(
        self,
        pictures: Iterable[Place],
        kind: str,
        *,
        shown: int = 1,
        overwrite: bool = False,
    ):
        if kind not in KINDS:
            raise BadInput(
                f"sidecars is {kind!r}; expected {' or '.join(KINDS)}. Name one."
            )
        self._kind, self._shown = kind, shown
        pictures = [_file(picture) for picture in pictures]
        self._pictures = {os.path.abspath(picture) for picture in pictures}
        self._skipped = [
            picture
            for picture in pictures
            if not overwrite and os.path.lexists(self._path(picture))
        ]
        passed_over = set(self._skipped)
        self.pictures = [p for p in pictures if p not in passed_over]
        self._written: dict[Path, Path] = {}  # sidecar -> its picture
        self._outdated: dict[Path, Path] = {}  # the same, of those left out

    def add(self, result: PictureResult) -> None:
        """Write the sidecar of a picture; there is none of one without captions.

        Raises:
            BadInput: it cannot be written, or would take the place of something else.
        """
        path = self._path(result.path)
        is_picture = os.path.abspath(path) in self._pictures
        if not result.captions:
            if result.left_out is not None and os.path.isfile(path) and not is_picture:
                self._outdated[path] = result.path
            return
        if is_picture:
            raise BadInput(
                f"{path} would be the sidecar of {result.path}, and is a picture "
                "itself; nothing was written. Rename the picture."
            )
        owner = self._written.get(path, result.path)
        if owner != result.path:
            raise BadInput(
                f"{path} is the sidecar of {owner} already, so {result.path} got none; "
                "expected pictures with different names: rename one, or take "
                "sidecars ext.xmp, whose names hold the picture's ending."
            )
        try:
            write_bytes(path, self._content(result, path))
        except OSError as error:
            raise BadInput(
                f"{path} cannot be written ({error.strerror}); expected a sidecar "
                f"beside {result.path}: check the folder's permissions."
            ) from error
        self._written[path] = result.path

    def finish(self) -> str:
        """Return a sentence on what was written and what was passed over."""
        said = f"sidecars written: {len(self._written)}"
        if self._skipped:
            example = printable(self._path(self._skipped[0]))
            said += (
                f"; pictures passed over, as they have one: {len(self._skipped)}, e.g. "
                f"{example} (--overwrite writes them again)"
            )
        if outdated := [path for path in self._outdated if path not in self._written]:
            said += (
                "; sidecars of pictures whose caption was left out, as they were: "
                f"{len(outdated)}, e.g. {printable(outdated[0])} (an earlier caption "
                "may stand there: remove that)"
            )
        return said

    def _path(self, picture: Path) -> Path:
        if self._kind == "ext.xmp":
            return picture.with_name(f"{picture.name}.xmp")
        return picture.with_suffix(f".{self._kind}")

    def _content(self, result, path) -> bytes:
        captions = [best.caption for best in result.captions[: self._shown]]
        if self._kind == "txt":
            return "".join(f"{caption}\n" for caption in captions).encode("utf-8")
        if not os.path.isfile(path):
            return new_xmp(captions[0])
        try:
            return with_description(path.read_bytes(), captions[0])
        except UnusableXMP as error:
            raise BadInput(
                f"{path} {error}; expected XMP of which the description can be "
                "changed. It was left as it is: move it away for a new one."
            ) from None


def _file(picture: Place) -> Path:
    if isinstance(picture, str):
        raise BadInput(
            f"{printable(picture)} is in a store, and sidecars are written beside "
            "files; expected files: copy them to a folder, or give --out."
        )
    return picture
