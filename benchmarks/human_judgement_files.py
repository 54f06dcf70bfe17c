"""Reading Flickr8k's files of human judgements of captions.

Two studies on Flickr8k's test pictures (Hodosh, Young & Hockenmaier 2013) asked people
how well a caption fits a picture; most captions were written for another picture.

    Expert        5,822 pairs, three judges each, 1 to 4
    CrowdFlower   47,830 pairs, three or more judges each, the share of yes

Pairs that judge a picture's own caption, which is one of the references, are dropped
(158 and 721). On CrowdFlower the literature keeps them and removes the judged captions
from the references, so that most pairs have four references. The study "as published"
does the same, so that figures can be compared.
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
    """Human judgements of captions, and the references to score the captions against.

    Attributes:
        pairs: pictures, each with the caption shown with it.
        values: float ``(pairs, judgements)``, higher is better.
        references: test picture -> the names of its references.
        own: number of pairs of the file that judge a picture's own caption.
    """

    pairs: list[Pair]
    values: np.ndarray
    references: dict[str, list[str]]
    own: int


class Study(NamedTuple):
    """How a study's file is read, and which correlation is used.

    Attributes:
        file: its name.
        line: the form of a line, for messages.
        parse: the fields after picture and caption -> judgements; ValueError if they
            are malformed.
        variant: of Kendall's tau, "b" or "c".
        keep_own: keep pairs of a picture's own caption, and remove the judged captions
            from the references.
    """

    file: str
    line: str
    parse: Callable[[Sequence[str]], list[float]]
    variant: str
    keep_own: bool = False


def read(source: Path) -> tuple[dict[str, str], dict[str, Judgements]]:
    """Return the texts of all captions, and the judgements of each study.

    Args:
        source: a folder with the four text files, at any level.

    Returns:
        "PICTURE#NUMBER" -> text; and the names in `STUDIES` -> judgements.

    Raises:
        BadInput: a file is missing or malformed, or has an unknown picture or caption.
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
                f"{image}, which {IMAGES} names, {without}; expected at least "
                "one reference: get Flickr8k's text files again."
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
        "again."
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
            "captions); expected some to correlate with: get the file again."
        )
    if study.keep_own:
        references = _not_judged(references, pairs, captions)
    return Judgements(pairs, np.array(values, float), references, own)


def _not_judged(references, pairs, captions) -> dict[str, list[str]]:
    """Return the references without captions that were judged of their picture."""
    judged = {(image, captions[name]) for image, name in pairs}
    left = {
        image: [name for name in names if (image, captions[name]) not in judged]
        for image, names in references.items()
    }
    _check_references(left, "has no caption that was not judged of it")
    return left


def _own_picture(caption: str) -> str:
    """Return the picture that a caption was written for; "" if there is no ``#``."""
    return caption.rpartition("#")[0]


def _ratings(fields: Sequence[str]) -> list[float]:
    """Return the ratings of the three experts."""
    ratings = [int(field) for field in fields]
    if len(ratings) != 3 or not all(1 <= rating <= 4 for rating in ratings):
        raise ValueError
    return ratings


def _share_of_yes(fields: Sequence[str]) -> list[float]:
    """Return the share of yes, computed from the counts; the file also states it."""
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
