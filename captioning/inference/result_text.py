"""The result of a picture as lines of text or of JSON; `--prefix` and `--suffix`."""

from pathlib import Path

from captioning.inference.confidence import unsure
from captioning.inference.results import Caption, PictureResult, Tag
from data_prep.errors import BadInput, printable, printable_json


def between(result: PictureResult, prefix: str, suffix: str) -> PictureResult:
    """Return the result with a text before and one behind each of its captions."""
    captions = [
        best._replace(caption=f"{prefix}{best.caption}{suffix}")
        for best in result.captions
    ]
    return result._replace(captions=captions)


def add_to(files, result: PictureResult) -> PictureResult:
    """Put a result into files, such as `OneFile` or `Sidecars`, and return it; or what
    went wrong there, of this picture alone."""
    try:
        files.add(result)
    except BadInput as error:
        return result._replace(captions=[], error=str(error))
    return result


def lines_of(
    result: PictureResult, shown: int | None = 1, *, json: bool = False
) -> list[str]:
    """Return what is printed of a picture, or stands in a file of captions.

    Args:
        result: of a picture.
        shown: how many captions, at most; None is all of them, with their scores.
        json: whether as one line of JSON; else as text.
    """
    if json:
        return [json_line(result, shown)]
    lines = beam_lines(result) if shown is None else text_lines(result, shown)
    return [printable(line) for line in lines]


def text_lines(result: PictureResult, shown: int = 1) -> list[str]:
    """Return "FILE -> CAPTION", a line a caption, with its score if several are shown.

    Args:
        result: of a picture; of one without captions there is nothing to show.
        shown: how many captions, at most.
    """
    tags = _listed(result.tags)
    return [
        f"{result.path} -> {each.caption}"
        f"{f'  ({each.score:.3f})' if shown > 1 else ''}{unsure(each.confidence)}{tags}"
        for each in result.captions[:shown]
    ]


def beam_lines(result: PictureResult) -> list[str]:
    """Return the file's name, and below it every caption behind its score; before that
    stands its expected CIDEr-D, if captions are in that order."""
    if not result.captions:
        return []
    lines = [f"{result.path}{_listed(result.tags)}"]
    for caption, score, confidence, expected in result.captions:
        first = "" if expected is None else f"  {expected:6.3f}"
        lines.append(f"{first}  {score:6.3f}  {caption}{unsure(confidence)}")
    return lines


def json_line(result: PictureResult, shown: int | None = None) -> str:
    """Return `fields_of` as one line of JSON."""
    return printable_json(fields_of(result, shown))


def fields_of(result: PictureResult, shown: int | None = None) -> dict:
    """Return an object for JSON: {"image", "captions"} or {"image", "error"}.

    Of a picture that was left out the captions are [], and beside them stands the
    "confidence" of the best.

    Args:
        result: of a picture.
        shown: how many captions, at most; None is all of them.
    """
    fields: dict = {"image": unicode_name(result.path)}
    if result.error:
        fields["error"] = unicode_name(result.error)
    else:
        fields["captions"] = [_caption_fields(best) for best in result.captions[:shown]]
        if result.left_out is not None:
            fields["confidence"] = _rounded(result.left_out)
        if result.tags is not None:
            fields["tags"] = [tag._asdict() for tag in result.tags]
    return fields


def _caption_fields(caption: Caption) -> dict:
    fields = {name: one for name, one in caption._asdict().items() if one is not None}
    if caption.confidence is not None:
        fields["confidence"] = _rounded(caption.confidence)
    return fields


def _rounded(confidence: float) -> float:
    return round(confidence, 4)


def _listed(tags: list[Tag] | None) -> str:
    return "" if tags is None else f"  [{', '.join(found.tag for found in tags)}]"


def if_there(path: Path) -> str:
    """Return what to add to "not written": that a file of that name is there."""
    if not path.exists():
        return ""
    return (
        "; the file of that name that is there was left as it is: remove it if it is "
        "of an earlier run"
    )


def unicode_name(text: object) -> str:
    """Spell out bytes of a file's name that are not UTF-8."""
    return str(text).encode("utf-8", "backslashreplace").decode("utf-8")
