"""What people said of captions, and the files that say so, read with care.

Two studies on Flickr8k's test pictures (Hodosh, Young & Hockenmaier 2013) asked people
how well a caption fits a picture; most captions were written for another one.

    Expert        5,822 pairs, three judges each, 1 to 4
    CrowdFlower   47,830 pairs, the share of the three or more judges who said yes

Pairs that judge a picture's own caption, which is among the references, are dropped
(158 and 721). On CrowdFlower the literature keeps them, takes the captions that were
judged out of the references, and so has four of them, mostly, for every pair: that is
"as published", without which the figures could not be compared.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data_prep.errors import BadInput

CAPTIONS = "Flickr8k.token.txt"
IMAGES = "Flickr_8k.testImages.txt"

Pair = tuple[str, str]  # a picture's name, and the "PICTURE#NUMBER" of a caption


class Judgements(NamedTuple):
    """What people said of captions, and what these are scored against.

    Attributes:
        pairs: the pictures and the captions shown with them.
        values: float ``(pairs, judgements)``, more is better.
        references: the names of each test picture's references.
        own: how many pairs of the file judge a picture's own caption.
    """

    pairs: list[Pair]
    values: np.ndarray
    references: dict[str, list[str]]
    own: int


class Study(NamedTuple):
    """How a study's file is read, and how scores are held against it."""

    file: str
    line: str  # what a line looks like, for the message
    parse: Callable[[Sequence[str]], list[float]]  # ValueError if it does not
    variant: str  # of Kendall's tau
    keep_own: bool = False  # and take what was judged out of the references


def read(source: Path) -> tuple[dict[str, str], dict[str, Judgements]]:
    """Return the text of every caption, and what people said, by study.

    Args:
        source: a folder with the four text files, in folders or not.

    Returns:
        By "PICTURE#NUMBER" and by the names in `STUDIES`.

    Raises:
        BadInput: a file is missing or malformed, or names what no other file has.
    """
    from data_prep.readers.files import read_text

    captions = _read_captions(_find(source, CAPTIONS))
    references: dict[str, list[str]] = {
        image: [] for image in read_text(_find(source, IMAGES)).split()
    }
    for name in captions:
        image = _own_picture(name)
        if image in references:
            references[image].append(name)
    _check_references(references, f"has no caption in {CAPTIONS}")
    return captions, {
        name: _read_study(_find(source, study.file), study, captions, references)
        for name, study in STUDIES.items()
    }


def _check_references(references, without: str) -> None:
    for image, names in references.items():
        if not names:
            raise BadInput(
                f"{image}, which {IMAGES} names, {without}; expected a reference at "
                "least: get Flickr8k's text files anew."
            )


def _find(source: Path, name: str) -> Path:
    from data_prep.readers.source_folder import find_file

    if not source.is_dir():
        raise BadInput(
            f"{source} is no folder; expected one with the text files of Flickr8k: "
            "check the path."
        )
    if path := find_file(source, name):
        return path
    raise BadInput(
        f"{source} and the folders in it have no {name}; expected the text files of "
        "Flickr8k: give the folder where Flickr8k_text was unpacked."
    )


def _lines(path: Path) -> Iterable[tuple[int, str]]:
    """Yield the number and the text of each line that is not empty."""
    from data_prep.readers.files import read_text

    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            yield number, line.rstrip("\r")


def _malformed(path: Path, number: int, line: str, expected: str) -> BadInput:
    return BadInput(
        f"line {number} of {path} is {line[:80]!r}; expected {expected}: get the file "
        "anew."
    )


def _read_captions(path: Path) -> dict[str, str]:
    captions = {}
    for number, line in _lines(path):
        name, tab, text = line.partition("\t")
        if not (tab and _own_picture(name)):
            raise _malformed(path, number, line, "'PICTURE#NUMBER<TAB>CAPTION'")
        captions[name] = text
    return captions


def _read_study(path, study, captions, references) -> Judgements:
    pairs, values, own = [], [], 0
    for number, line in _lines(path):
        image, *rest = line.split("\t")
        caption, *fields = rest or [""]
        try:
            found = study.parse(fields)
        except (ValueError, ZeroDivisionError):
            raise _malformed(path, number, line, study.line) from None
        if image not in references:
            raise _malformed(path, number, line, f"a picture that {IMAGES} names")
        if caption not in captions:
            raise _malformed(path, number, line, f"a caption that {CAPTIONS} has")
        is_own = _own_picture(caption) == image
        own += is_own
        if study.keep_own or not is_own:
            pairs.append((image, caption))
            values.append(found)
    if not pairs:
        raise BadInput(
            f"{path} has no judgement of another picture's caption ({own} of own "
            "captions); expected some to correlate with: get the file anew."
        )
    if study.keep_own:
        references = _not_judged(references, pairs, captions)
    return Judgements(pairs, np.array(values, float), references, own)


def _not_judged(references, pairs, captions) -> dict[str, list[str]]:
    """The references less those that say what was judged of their picture."""
    judged = {(image, captions[name]) for image, name in pairs}
    left = {
        image: [name for name in names if (image, captions[name]) not in judged]
        for image, names in references.items()
    }
    _check_references(left, "has no caption that was not judged of it")
    return left


def _own_picture(caption: str) -> str:
    """The picture that a caption was written for; "" if its name has no ``#``."""
    return caption.rpartition("#")[0]


def _ratings(fields: Sequence[str]) -> list[float]:
    """The three experts' ratings."""
    ratings = [int(field) for field in fields]
    if len(ratings) != 3 or not all(1 <= rating <= 4 for rating in ratings):
        raise ValueError
    return ratings


def _share_of_yes(fields: Sequence[str]) -> list[float]:
    """The share of yes, from the counts; it is written before them."""
    share, yes, no = fields
    yes, no = int(yes), int(no)
    if min(yes, no) < 0 or not abs(float(share) - yes / (yes + no)) < 1e-6:
        raise ValueError
    return [yes / (yes + no)]


STUDIES = {
    "Expert": Study(
        "ExpertAnnotations.txt",
        "'PICTURE<TAB>PICTURE#NUMBER' and three ratings of 1 to 4 after tabs",
        _ratings,
        "c",
    ),
    "CrowdFlower": Study(
        "CrowdFlowerAnnotations.txt",
        "'PICTURE<TAB>PICTURE#NUMBER<TAB>SHARE OF YES<TAB>YES<TAB>NO'",
        _share_of_yes,
        "b",
    ),
}
STUDIES["CrowdFlower, as published"] = STUDIES["CrowdFlower"]._replace(keep_own=True)
