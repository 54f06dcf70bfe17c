"""What a program may give as a picture -> an encoded picture that engines take."""

import os
from pathlib import Path
from typing import TypeAlias

import numpy as np
from PIL import Image

from data_prep.errors import printable
from data_prep.pictures.places import Place, place
from data_prep.pictures.reader import BadPicture, PictureReader
from data_prep.pictures.sanitize import Refused, to_png

Picture: TypeAlias = str | os.PathLike | bytes | Image.Image | np.ndarray
_EXPECTED = (
    "expected a path, the bytes of a picture file, a PIL image, or a uint8 array "
    "(height, width, 3)"
)
_BYTES = "the bytes object"  # what it is called in messages


def is_one_picture(images: object) -> bool:
    """Say whether this is a picture, or else something to iterate over.

    Raises:
        BadPicture: it is neither.
    """
    if isinstance(images, np.ndarray):
        return images.ndim < 4
    if isinstance(images, str | os.PathLike | bytes | bytearray | Image.Image):
        return True
    if hasattr(images, "read"):  # an open file, which would be iterated over by lines
        return True
    if not hasattr(images, "__iter__"):
        raise BadPicture(f"got {_kind_of(images)}; {_EXPECTED}, or a list.")
    return False


def name_of(image: Picture) -> Place:
    """Return what a picture is called in messages."""
    if isinstance(image, str | os.PathLike):
        return place(os.fsdecode(image))
    kinds = {bytes: _BYTES, bytearray: _BYTES, np.ndarray: "the array"}
    return Path(kinds.get(type(image), "the image"))


def why_no_link(name: str) -> str:
    """Return why a name is refused, a sentence, if it is a link; else ""."""
    if not name.lower().startswith(("http://", "https://")):
        return ""
    return (
        f"{printable(name)} is a link, and nothing is fetched from the network here; "
        "expected a file: download it first."
    )


def sound_picture(image: Picture, reader: PictureReader) -> bytes:
    """Return a picture as JPEG or PNG that an engine takes.

    Args:
        image: of any form.
        reader: decodes files and bytes.

    Raises:
        BadPicture: it cannot be used.
    """
    if isinstance(image, str | os.PathLike):
        name = os.fsdecode(image)
        if refused := why_no_link(name):
            raise BadPicture(refused)
        return reader.read(place(name))
    if hasattr(image, "read"):
        image = image.read()
    if isinstance(image, bytes | bytearray):
        return reader.read_bytes(bytes(image), _BYTES)
    if isinstance(image, np.ndarray):
        image = _of_array(image)
    elif not isinstance(image, Image.Image):
        raise BadPicture(f"got {_kind_of(image)}; {_EXPECTED}.")
    return _encoded(image)


def _kind_of(value: object) -> str:
    return f"an object of type {type(value).__name__}"


def _of_array(array: np.ndarray) -> Image.Image:
    channels = array.shape[2] if array.ndim == 3 else 1 if array.ndim == 2 else 0
    modes = {1: "L", 3: "RGB", 4: "RGBA"}
    if array.dtype != np.uint8 or channels not in modes or not array.size:
        raise BadPicture(
            f"got an array {array.shape} of {array.dtype}; expected uint8, (height, "
            "width, 3), 0..255. Scale and convert it first."
        )
    if array.ndim == 3 and channels == 1:
        array = array[:, :, 0]
    return Image.fromarray(np.ascontiguousarray(array), modes[channels])


def _encoded(image: Image.Image) -> bytes:
    try:
        return to_png(image.copy())
    except (Refused, OSError, ValueError) as error:
        raise BadPicture(f"the image cannot be used ({error}); {_EXPECTED}.") from error
