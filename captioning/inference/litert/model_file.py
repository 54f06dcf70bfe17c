"""A .tflite file, read and checked: what it says of itself, and its graphs.

Neither TensorFlow nor Keras is imported: a command that uses this answers in the time
that they take to be found.
"""

from collections.abc import Sequence
from pathlib import Path

from captioning.inference.litert.metadata import facts_of, metadata_of
from captioning.inference.litert.only_graphs import with_only
from data_prep.atomic import read_whole
from data_prep.errors import DAMAGED, BadInput, printable


class ModelFile:
    """A .tflite file.

    Args:
        path: made by `captioning.export --format litert`.
        task: that it must have learned.

    Attributes:
        path: as given.
        content: its bytes. A file that is replaced later is not mixed with it.
        facts: what it says of itself, see `litert.metadata`.
        buffers: named ones beside the network.

    Raises:
        BadInput: there is no such file, or it is another thing.
    """

    def __init__(self, path: Path, task: str):
        self.path = path
        try:
            self.content = read_whole(path, 2**31)  # the most that a flatbuffer has
        except OSError as error:
            raise BadInput(
                f"{path} cannot be read ({error.strerror}); expected a .tflite file: "
                "check the path."
            ) from error
        self.facts = facts_of(self.content, path, task)
        self.buffers = metadata_of(self.content)

    def only(self, signatures: Sequence[str]) -> bytes:
        """Return the content with some of its graphs alone, see `only_graphs`.

        Raises:
            BadInput: it does not have them, or is damaged.
        """
        try:
            return with_only(self.content, signatures)
        except DAMAGED as error:
            raise self.damaged("cannot be loaded", error) from error

    def damaged(self, how: str, error: Exception) -> BadInput:
        """Return the error to raise for a file that fails."""
        return BadInput(
            f"{self.path} {how} ({printable(error, 200)}); expected a whole .tflite "
            "file. Export the run again."
        )
