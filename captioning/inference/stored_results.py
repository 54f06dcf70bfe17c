"""A result as a line of JSON that a later command reads back, in ASCII.

`Unfinished` and `shards` keep results so; `result_text.json_line` is for users.
"""

import json

from captioning.inference.results import Caption, PictureResult, Tag
from data_prep.pictures.places import place


def to_line(result: PictureResult) -> str:
    """Return a result as a line, without its end."""
    return json.dumps(result._asdict() | {"path": str(result.path)})


def from_line(line: str) -> PictureResult:
    """Return the result that `to_line` made a line of.

    Raises:
        ValueError, KeyError or TypeError: it is no such line.
    """
    fields = json.loads(line)
    tags = fields["tags"]
    return PictureResult(
        place(fields["path"]),
        [Caption(*one) for one in fields["captions"]],
        fields["error"],
        tags and [Tag(*one) for one in tags],
        fields["left_out"],
    )
