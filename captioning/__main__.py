"""python -m captioning, and captioning: runs a command, or lists the commands."""

import importlib
import sys

from data_prep.errors import BadInput, exit_on_bad_input, printable

_MODULES = {
    "prepare": "data_prep.prepare",
    "train": "captioning.train",
    "rerank": "captioning.commands.rerank",
    "caption": "captioning.caption",
    "read": "captioning.read",
    "evaluate": "captioning.evaluate",
    "export": "captioning.export",
    "page": "captioning.commands.page",
    "gap": "captioning.gap",
}
COMMANDS = """\
captioning prepare     photos and captions, or texts -> a data set on disk
captioning train       a data set -> a run (without --data: the harbour)
captioning rerank      a run -> its captions in a better order
captioning caption     photos -> captions, and tags
captioning read        texts -> moods, translations, related words
captioning evaluate    a run, or a file of captions -> scores
captioning export      a run -> a SavedModel, one file, or a small run
captioning page        the captioner -> a page that runs in a browser
captioning gap         why the LSTM was needed: accuracy against distance

Each has a --help with an example. Start with: captioning caption photo.jpg,
or, with TensorFlow: captioning train. Where the package is not installed, the same
commands are python -m captioning caption, and so on; --version says the version."""


def main(argv: list[str] | None = None) -> int:
    argv = sys.argv[1:] if argv is None else argv
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(COMMANDS)
        return 0
    if argv[0] == "--version":
        import captioning

        print(captioning.__version__)
        return 0
    if argv[0] not in _MODULES:
        raise BadInput(
            f"there is no command {printable(argv[0])}; expected one of "
            f"{', '.join(_MODULES)}. `captioning --help` says what they do."
        )
    return importlib.import_module(_MODULES[argv[0]]).main(argv[1:])


def console() -> None:
    """The console script `captioning`."""
    exit_on_bad_input(main)


if __name__ == "__main__":
    console()
