"""Caption files: CSV, JSON, JSON lines and COCO's JSON, plain or ``.gz``; Parquet.

    image,caption                                    CSV (also .tsv, .txt): see
    dog.jpg,"A dog, running."                        `readers.caption_csv`

    {"dog.jpg": ["A dog, running.", "A dog."]}       JSON: a mapping,
    [{"image": "dog.jpg", "caption": "A dog."}]      a list of objects,
    {"image": ["dog.jpg"], "caption": ["A dog."]}    columns,
    {"images": [{"id": 1, "file_name": "dog.jpg"}],  or COCO's form
     "annotations": [{"image_id": 1, "caption": "A dog."}]}

    {"image": "dog.jpg", "caption": "A dog."}        JSON lines

Names of the columns, in any case: `IMAGE` and `CAPTION` in `readers.caption_csv`;
others are ignored. In JSON and Parquet a caption may also be a list of captions. A
picture may occur several times, with other captions.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from data_prep.errors import BadInput
from data_prep.examples import RawExample, Skipped
from data_prep.readers.arrow_tables import read_parquet
from data_prep.readers.caption_csv import (
    CAPTION,
    IMAGE,
    columns_named,
    read_table,
)
from data_prep.readers.files import by_lines, note_open_end, parse_json, read_text
from data_prep.readers.source_folder import find_picture
from data_prep.text.clean import clean, has_controls


def read_captions(
    path: Path, skipped: Skipped | None = None
) -> Iterator[tuple[str, str]]:
    """Yield (name of a picture, one caption), in the order of the file, whose ending
    decides which form is read.

    Args:
        path: the file.
        skipped: gets what cannot be used, and notes on what was understood.

    Raises:
        BadInput: the file is malformed; the message names the line or the entry.
    """
    skipped = Skipped() if skipped is None else skipped
    if ending(path) not in FORMS:
        raise BadInput(
            f"{path} has an unknown form; expected a file of captions that ends in one "
            f"of {' '.join(FORMS)}: convert it, or rename it."
        )
    return FORMS[ending(path)](path, skipped)


def ending(path: Path) -> str:
    """Return how a name ends, in lower case, but for ``.gz``."""
    packed = path.suffix.lower() == ".gz"
    return Path(path.stem if packed else path.name).suffix.lower()


def captioned(
    split: str, image_id: str, captions: Iterable[str], folder: Path, skipped: Skipped
) -> Iterator[RawExample]:
    """Yield the picture if it is in the folder and has usable captions."""
    texts = usable_captions(captions, image_id, skipped)
    if not texts:
        skipped.add("picture without captions", image_id)
    elif picture := find_picture(folder, image_id, skipped):
        yield RawExample(image_id, split, texts, picture)


def usable_captions(
    captions: Iterable[str], image_id: str, skipped: Skipped
) -> tuple[str, ...]:
    """Return the captions that have words, cleaned (`text.clean`); the others go to
    `skipped`."""
    usable = []
    for caption in captions:
        if has_controls(caption):
            skipped.add("control character, removed from a caption", image_id)
        caption = clean(caption)
        if not any(character.isalnum() for character in caption):
            skipped.add("caption without words", image_id)
        elif re.search("[\ud800-\udfff]", caption):  # which JSON can spell
            skipped.add("caption that is not valid Unicode", image_id)
        else:
            usable.append(caption)
    return tuple(usable)


def _json_lines(path, skipped):
    content = read_text(path)
    note_open_end(content, path, skipped)
    for line, text in enumerate(by_lines(content), start=1):
        if text.strip():
            yield from _entry(parse_json(text, path, line), path, f"line {line}")


def _json(path, skipped):
    content = parse_json(read_text(path), path, object_pairs_hook=_merging)
    if isinstance(content, list):
        for number, entry in enumerate(content):
            yield from _entry(entry, path, f"entry {number}")
    elif not isinstance(content, dict):
        raise _unexpected(path, "content", content)
    elif isinstance(content.get("annotations"), list):
        yield from _coco(content, path, skipped)
    elif _is_entry(content):
        yield from _entry(content, path, "content")
    elif columns := _columns(content):
        for number, pair in enumerate(zip(*columns, strict=True)):
            yield from _pairs(*pair, path, f"row {number}")
    else:
        for name, captions in content.items():
            yield from _pairs(name, captions, path, f"entry {name[:60]!r}")


def _is_entry(content: dict) -> bool:
    """Return whether a JSON object is one picture and its captions."""
    images, captions = _named(content)
    return len(images) == 1 and isinstance(images[0], str) and bool(captions)


def _columns(content: dict) -> tuple[list, list] | None:
    """Return the columns of pictures and of captions, if a JSON object has such: lists
    of the same length, or objects with the same keys, as pandas writes them."""
    images, captions = _named(content)
    if len(images) != 1 or len(captions) != 1:
        return None
    (image,), (caption,) = images, captions
    if isinstance(image, dict) and isinstance(caption, dict):
        if image.keys() == caption.keys():
            return list(image.values()), [caption[key] for key in image]
    if isinstance(image, list) and isinstance(caption, list):
        if len(image) == len(caption):
            return image, caption
    return None


def _named(entry: dict) -> tuple[list[Any], list[Any]]:
    """Return what a JSON object has under the names of pictures, and of captions."""
    images, captions = (columns_named(entry, known) for known in (IMAGE, CAPTION))
    return [entry[key] for key in images], [entry[key] for key in captions]


def _merging(pairs):
    """Return a dict with all values of a repeated key; `json` would keep the last."""
    merged: dict[str, Any] = {}
    for key, value in pairs:
        if key in merged:
            value = [*_listed(merged[key]), *_listed(value)]
        merged[key] = value
    return merged


def _listed(value):
    return value if isinstance(value, list) else [value]


def _entry(entry, path, where):
    if not isinstance(entry, dict):
        raise _unexpected(path, where, entry)
    names, captions = _named(entry)
    if len(names) != 1 or len(captions) != 1:
        raise _unexpected(path, where, entry)
    yield from _pairs(names[0], captions[0], path, where)


def _pairs(name, captions, path, where):
    captions = ["" if c is None else c for c in _listed(captions)]
    if not isinstance(name, str) or not all(isinstance(c, str) for c in captions):
        raise _unexpected(path, where, [name, captions])
    for caption in captions:
        yield name, caption


def _coco(content, path, skipped):
    try:
        names = _coco_names(content["images"], path)
        for number, annotation in enumerate(content["annotations"]):
            image_id, caption = annotation["image_id"], annotation["caption"]
            if str(image_id) in names:
                name = names[str(image_id)]
                yield from _pairs(name, caption, path, f"annotation {number}")
            else:
                skipped.add("annotation of an image that is not listed", str(image_id))
    except (KeyError, TypeError) as error:
        raise BadInput(
            f"{path} has 'annotations' but is not of COCO's form ({error!r} is missing "
            "or of another type); expected images with id and file_name, annotations "
            "with image_id and caption: correct it."
        ) from None


def _coco_names(images, path):
    names: dict[Any, Any] = {}
    for image in images:
        # As text: files have numbers in one place and text in the other.
        name = names.setdefault(str(image["id"]), image["file_name"])
        if name != image["file_name"]:
            raise BadInput(
                f"{path} gives the image id {image['id']!r} to {str(name)[:100]!r} and "
                f"to {str(image['file_name'])[:100]!r}; expected a different id for "
                "each picture, so that captions go to the right one: correct it."
            )
    return names


def _unexpected(path, where, found):
    return BadInput(
        f"{path}, {where}, is {str(found)[:100]}; expected a picture's name and its "
        "caption, e.g. {'image': 'dog.jpg', 'caption': 'A dog.'}: see the top of "
        "data_prep/readers/caption_files.py for all forms."
    )


# Ending of the name -> how the file is read.
FORMS = {".json": _json, ".jsonl": _json_lines, ".parquet": read_parquet}
FORMS |= dict.fromkeys((".csv", ".tsv", ".txt"), read_table)
