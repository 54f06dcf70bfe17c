"""Rows about a folder: photos a second of the whole command, with default settings.

`captioning caption FOLDER --out FILE.csv`, from Python's start to its end, against the
same command of an earlier version. And, if PyTorch and transformers are installed,
against BLIP-base and ViT-GPT2, which are loaded before; they search greedily for as
many tokens as our captions have words, and for fewer photos.
"""

import csv
import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import benchmarks
from benchmarks.arguments import add_count_flags
from benchmarks.many_pictures import linked
from benchmarks.performance.row import Row
from benchmarks.performance.timing import in_turn, spread, times_as_long
from benchmarks.performance.whole_process import peak_bytes_of
from data_prep.cli.parser import Parser
from data_prep.errors import BadInput, printable

CHECKOUT = Path(benchmarks.__path__[0]).parent
FEW, BATCH = 64, 16  # photos of the others, which take much longer


class Folder(NamedTuple):
    """What is captioned, and by which earlier version.

    Attributes:
        photos: a folder; None is refused by `rows`.
        count: how many of its photos, the first by name; if it has fewer, they come
            again under other names.
        before: a checkout of an earlier version, if there is one.
    """

    photos: Path | None
    count: int
    before: Path | None


def add_folder_flags(parser: Parser) -> None:
    """Add the flags of a `Folder`."""
    parser.add_argument(
        "--photos", type=Path, metavar="FOLDER", help="of photos, for --rows folder"
    )
    add_count_flags(parser, ("--count", 2000, "of these photos, the first by name"))
    parser.add_argument(
        "--before",
        type=Path,
        metavar="PATH",
        help="a checkout of an earlier version, for --rows folder: `git worktree add "
        "../before COMMIT` makes one",
    )


def rows(folder: Folder, rounds: int):
    """Yield the rows."""
    photos = _checked(folder)
    with tempfile.TemporaryDirectory() as work:
        few = Path(work) / "few"
        names = linked(photos, few, FEW)
        said = _Version(CHECKOUT, few)
        others = _others([few / name for name in names], said)
        if not folder.before and not others:
            raise BadInput(
                "There is nothing to compare with; expected --before with a checkout "
                "of an earlier version, or PyTorch and transformers: `pip install -r "
                "benchmarks/requirements.txt`."
            )
        many = Path(work) / "photos"
        linked(photos, many, folder.count)
        versions = {"ours": _Version(CHECKOUT, many)}
        if folder.before:
            versions["before"] = _Version(folder.before, many)
        seconds = in_turn(versions | others, rounds)
    a_photo = {
        way: [each / (FEW if way in others else folder.count) for each in all_]
        for way, all_ in seconds.items()
    }
    per_second = {way: 1 / spread(each).median for way, each in a_photo.items()}
    measured = f"a folder of {folder.count:,} photos, the whole command"
    if folder.before:
        yield Row(
            measured,
            "the same command of the version before",
            times_as_long(seconds["before"], seconds["ours"]),
            2.2,
            absolute=f"{per_second['ours']:.1f} photos/s against "
            f"{per_second['before']:.1f}; " + _compared(**versions),
        )
    for way in others:
        yield Row(
            measured,
            f"{way} (random weights), greedy, as many words, {FEW} photos, batch "
            f"{BATCH}",
            times_as_long(a_photo[way], a_photo["ours"]),
            None,
            absolute=f"{per_second['ours']:.1f} photos/s against {per_second[way]:.2f}",
        )


def _checked(folder: Folder) -> Path:
    """Return the folder of photos, or raise BadInput."""
    if not folder.photos:
        raise BadInput(
            "It is measured on photos of yours; expected a folder of them: add "
            "--photos FOLDER."
        )
    if not folder.photos.is_dir():
        raise BadInput(
            f"--photos is {printable(folder.photos)}, which is no folder; expected a "
            "folder of photos."
        )
    if folder.before and not (folder.before / "captioning" / "__main__.py").exists():
        raise BadInput(
            f"--before is {printable(folder.before)}, which has no "
            "captioning/__main__.py; expected a checkout of an earlier version: make "
            "one by `git worktree add ../before COMMIT`."
        )
    return folder.photos


class _Version:
    """The command of a version, to be called; what it said last, and its most memory.

    Args:
        checkout: of the version.
        photos: a folder.
    """

    def __init__(self, checkout: Path, photos: Path):
        paths = [str(checkout.resolve()), *filter(None, [os.getenv("PYTHONPATH")])]
        self.environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
        self.photos = photos
        self.captions: dict[str, str] = {}
        self.peak_bytes = 0

    def __call__(self) -> None:
        # It runs where there is nothing else to import.
        with tempfile.TemporaryDirectory() as work:
            command = [sys.executable, "-m", "captioning", "caption", str(self.photos)]
            command += ["--out", "captions.csv"]
            peak = peak_bytes_of(command, Path(work), self.environment)
            out = Path(work) / "captions.csv"
            with open(out, newline="", encoding="utf-8") as file:
                self.captions = {
                    row["image"]: row["caption"] for row in csv.DictReader(file)
                }
        self.peak_bytes = max(self.peak_bytes, peak)


def _compared(ours: _Version, before: _Version) -> str:
    """Return in words how memory and captions of two versions compare."""
    same = sum(
        before.captions.get(image) == text for image, text in ours.captions.items()
    )
    return (
        f"at most {ours.peak_bytes / 1e6:.0f} MB against "
        f"{before.peak_bytes / 1e6:.0f}; {same:,} of {len(ours.captions):,} captions "
        "word for word the same"
    )


def _others(photos: list[Path], said: _Version) -> dict:
    """Return the captioners of transformers, each a function without arguments, by
    name; none if that is not installed.

    Args:
        photos: what they caption.
        said: the command for the same photos; it is called for the number of words.
    """
    try:
        from benchmarks.performance.transformers_captioners import blip, vit_gpt2
    except ImportError:
        return {}
    said()
    words = [len(caption.split()) for caption in said.captions.values()]
    new_tokens = round(sum(words) / len(words))

    def way(caption):
        def all_batches():
            for first in range(0, len(photos), BATCH):
                batch = photos[first : first + BATCH]
                caption([photo.read_bytes() for photo in batch])

        return all_batches

    return {"BLIP-base": way(blip(new_tokens)), "ViT-GPT2": way(vit_gpt2(new_tokens))}
