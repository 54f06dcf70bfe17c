"""The works that `benchmarks.kills` stops: small commands of seven kinds.

Each writes into a folder of its own, and reads what `make_inputs` made once for all.
"""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.kills.commands import run

SCENES = 100  # of the training split; dev and test have as many
PHOTOS = 60

# The smallest captioner that learns: a second or two an epoch.
_SIZES = ["--image-size", "32", "--units", "32", "--embedding-dim", "32"]
_SIZES += ["--attention-dim", "32", "--num-beams", "1"]


class Work(NamedTuple):
    """A command that may be stopped.

    Attributes:
        kind: one of `KINDS`.
        command: makes its arguments of the inputs and of the folder to write into. The
            same command goes on after a stop.
        before: puts what the command changes into the folder; gets the same two.
        until: a file of the folder: the work may be stopped until it is there. "" is
            until the end.
        done: a file that is there at the end, where the command would refuse to begin
            again.
    """

    kind: str
    command: Callable[[Path, Path], list[str]]
    before: Callable[[Path, Path], object] = lambda inputs, folder: None
    until: str = ""
    done: str = ""


def make_inputs(folder: Path, kinds: set[str]) -> None:
    """Make what the works of some kinds read: harbours, photos with captions, a run."""
    harbour, run_of_it = folder / "harbour", folder / "run"
    run(_harbour(SCENES, harbour))
    if {"features"} & kinds:
        run(_harbour(2000, folder / "many"))
    if {"prepare", "folder captioning"} & kinds:
        _draw_photos(folder / "photos")
    if {"self-critical training", "export"} & kinds:
        run([*_training(harbour, run_of_it), "--epochs", "2"])
    if "fine-tuning" in kinds:  # the pixels, which all trainings of it share
        run(_fine_tuning(folder, folder / "first"))
        shutil.rmtree(folder / "first")


def _draw_photos(folder: Path) -> None:
    """Write drawn pictures, and captions.csv beside them."""
    from data_prep.datasets import harbour
    from data_prep.examples import Skipped

    folder.mkdir()
    with open(folder / "captions.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["image", "caption"])
        examples = harbour.read(None, Skipped(), count=PHOTOS, seed=1)
        for example, _ in zip(examples, range(PHOTOS), strict=False):
            (folder / example.image_id).write_bytes(example.image)
            table.writerows([example.image_id, words] for words in example.captions)


def _harbour(count: int, out: Path) -> list[str]:
    return ["data_prep.prepare", "harbour", "--count", str(count), "--out", str(out)]


def _training(data: Path, out: Path) -> list[str]:
    return ["captioning.train", "--data", str(data), "--run", str(out), *_SIZES]


def _fine_tuning(inputs: Path, out: Path) -> list[str]:
    return [
        *_training(inputs / "harbour", out),
        *("--encoder", "efficientnet_lite0", "--no-train-encoder"),
        *("--fine-tune", "1", "--epochs", "1", "--resume"),
    ]


def _export(form: str, name: str) -> Work:
    def command(inputs: Path, folder: Path) -> list[str]:
        paths = ["--run", str(inputs / "run"), "--out", str(folder / name)]
        return ["captioning.export", *paths, "--format", form, "--force"]

    return Work("export", command)


WORKS = (
    Work(
        "training",
        lambda inputs, folder: [
            *_training(inputs / "harbour", folder / "run"),
            *("--epochs", "3", "--resume"),
        ],
    ),
    Work(
        "self-critical training",
        lambda inputs, folder: [
            *_training(inputs / "harbour", folder / "run"),
            *("--objective", "self_critical", "--start-from", str(inputs / "run")),
            *("--epochs", "1", "--resume"),
        ],
    ),
    Work("fine-tuning", lambda inputs, folder: _fine_tuning(inputs, folder / "run")),
    Work(
        "prepare",
        # Enough scenes that several processes draw them.
        lambda inputs, folder: _harbour(2000, folder / "data"),
    ),
    Work(
        "prepare",
        lambda inputs, folder: [
            *("data_prep.prepare", "folder", "--source", str(inputs / "photos")),
            *("--out", str(folder / "data")),
        ],
    ),
    Work(
        "features",
        lambda inputs, folder: [
            *_training(folder / "data", folder / "run"),
            *("--epochs", "1", "--captions-per-image", "1", "--resume"),
        ],
        before=lambda inputs, folder: shutil.copytree(
            inputs / "many", folder / "data", copy_function=_link
        ),
        until="data/features/pixels-32/dev.json",
    ),
    _export("savedmodel", "exported"),
    _export("litert", "captioner.tflite"),
    _export("compact", "compact"),
    Work(
        "folder captioning",
        lambda inputs, folder: [
            *("captioning.caption", str(inputs / "photos")),
            *("--out", str(folder / "captions.csv"), "--resume"),
        ],
        done="captions.csv",
    ),
)
KINDS = tuple(dict.fromkeys(work.kind for work in WORKS))
CHEAP = ("prepare", "folder captioning")  # these get more kills


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)
