"""Tags of pictures, by TensorFlow: of a run, or of an export of one."""

from pathlib import Path

from captioning.inference.results import Tag
from captioning.inference.saved_model import load_server, tasks_of
from captioning.inference.tensorflow_engine import ask_pictures
from captioning.training.newest_run import newest
from data_prep.console import say

# Tags this probable are shown, or the best one. Generous: one that is likelier wrong
# than right may still be worth a look.
LIKELY = 0.3


class Tagger:
    """A run, or an export of one, that tags batches of encoded pictures.

    Args:
        path: of the run or the export.
        trust_model: whether an export may do more than compute.

    Raises:
        BadInput: it is neither, or did not learn tags.
    """

    def __init__(self, path: Path, *, trust_model: bool = False):
        self._ask = load_server(path, "tags", trust_model=trust_model).ask

    def tag(self, pictures: list[bytes]) -> list[list[Tag]]:
        """Return the likely tags of each picture, best first, at least one.

        Raises:
            BadPicture: one of the pictures cannot be decoded.
        """
        found = ask_pictures(self._ask, pictures)
        return [
            [
                Tag(tag.decode("utf-8"), float(probability))
                for place, (tag, probability) in enumerate(zip(*row, strict=True))
                if place == 0 or probability >= LIKELY
            ]
            for row in zip(
                found["tags"].numpy(), found["probabilities"].numpy(), strict=True
            )
        ]


def run_with_tags(run: Path) -> Path:
    """Return a run if it learned tags too, else the newest that did, saying which.

    Args:
        run: what captions: a run, an export, or a .tflite file, which has no tags.

    Raises:
        BadInput: there is none.
    """
    if not run.is_file() and "tags" in tasks_of(run):
        return run
    found = newest("tags")
    say(f"using {found}, the newest run of tags")
    return found
