"""python -m benchmarks.start_from: few photos, from scratch or from the pretrained run.

For each number of photos, a part of Flickr8k's training split is trained on twice by
the public command: by the preset, and with ``--start-from`` the pretrained captioner.
Flickr8k's own dev photos choose the epoch, its test photos are scored.

The pretrained captioner has learned from all 6,000 training photos of Flickr8k. So this
measures how much of it is kept when a training starts from it, on similar photos.

Finished trainings are kept in the folder and not repeated, so that the benchmark can be
stopped and started again.
"""

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.arguments import parser_of
from captioning import pretrained
from data_prep.console import say
from data_prep.datasets.flickr8k import CAPTIONS, SPLIT_LISTS
from data_prep.errors import BadInput, exit_on_bad_input
from data_prep.readers.source_folder import find_file

# From the pretrained run fewer epochs suffice. Its encoder is frozen, because it would
# overfit to a few hundred photos.
WAYS = {
    "new training": [],
    "start from pretrained": [
        *("--start-from", str(pretrained.RUN)),
        *("--epochs", "4", "--encoder-learning-rate", "0", "--learning-rate", "3e-4"),
    ],
}
NUM_DEV = 300  # dev photos, which choose the epoch


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "start_from",
        "Train on a few photos from scratch and from the pretrained captioner, and "
        "score both on Flickr8k's test photos.",
        "--source FLICKR8K --out runs/few --photos 300 1000 3000",
    )
    parser.add_argument(
        "--source", type=Path, required=True, metavar="DIR", help="Flickr8k"
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder for data and runs",
    )
    parser.add_argument(
        "--photos",
        type=int,
        nargs="+",
        default=[300, 1000, 3000],
        metavar="N",
        help="numbers of training photos (default: 300 1000 3000)",
    )
    flags = parser.parse_args(argv)
    print("| photos | " + " | ".join(WAYS) + " |")
    print("|---|" + "---|" * len(WAYS))
    for photos in flags.photos:
        data = _data(flags.source, flags.out, photos)
        scores = [_score(data, flags.out, photos, way) for way in WAYS]
        found = " | ".join(f"{score:.3f}" for score in scores)
        print(f"| {photos:,} | {found} |", flush=True)
    return 0


def _data(source: Path, out: Path, photos: int) -> Path:
    """Return a prepared data set: Flickr8k with `photos` training photos."""
    data = out / f"data-{photos}"
    if (data / "dataset.json").is_file():
        return data
    part = out / f"source-{photos}"
    part.mkdir(parents=True, exist_ok=True)
    captions = find_file(source, CAPTIONS[0])
    if captions is None:
        raise BadInput(
            f"{source} has no {CAPTIONS[0]}; expected Flickr8k as its authors "
            "distribute it: give another --source."
        )
    shutil.copy(captions, part)
    lists = {split: find_file(source, name) for split, name in SPLIT_LISTS.items()}
    for split, path in lists.items():
        names = path.read_text().split()
        # The same order for every number: a larger part holds the smaller ones.
        random.Random(0).shuffle(names)
        names = {"train": names[:photos], "dev": names[:NUM_DEV]}.get(split, names)
        (part / path.name).write_text("\n".join(names) + "\n")
        for name in names:
            shutil.copy(find_file(source, name), part / name)
    _run("data_prep.prepare", "flickr8k", "--source", part, "--out", data)
    shutil.rmtree(part)
    return data


def _score(data: Path, out: Path, photos: int, way: str) -> float:
    """Return CIDEr-D on test of one training, which is run if it is not finished."""
    name = f"{photos}-{way.split()[0]}"
    run, scores = out / name, out / f"{name}.json"
    if not scores.is_file():
        say(f"{photos} photos, {way}")
        _run(
            "captioning.train",
            *("--task", "captions", "--data", data, "--run", run, "--resume"),
            *WAYS[way],
        )
        found = _run("captioning.evaluate", "--run", run, "--split", "test", "--json")
        scores.write_text(found)
    return json.loads(scores.read_text())["CIDEr-D"]


def _run(module: str, *arguments) -> str:
    """Run a command and return what it prints."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    found = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if found.returncode:
        raise BadInput(
            f"{module} ended with status {found.returncode}; expected 0: see its "
            "message above."
        )
    return found.stdout


if __name__ == "__main__":
    exit_on_bad_input(main)
