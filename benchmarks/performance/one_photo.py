"""Rows about one photo: the whole process, from Python's start to its end.

`captioning.caption --run FILE.tflite`, which imports no TensorFlow, against
`captioning.caption --run RUN`.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.performance.row import Row
from benchmarks.performance.timing import in_turn, spread, times_as_long
from data_prep.errors import BadInput


def rows(run: Path, rounds: int):
    """Yield the rows, of a run that learned captions."""
    with tempfile.TemporaryDirectory() as folder:
        photo, model = Path(folder) / "photo.png", Path(folder) / "captioner.tflite"
        _photo().save(photo)
        _call("captioning.export", "--run", run, "--format", "litert", "--out", model)
        said = {}
        ways = {"litert": ("--run", model), "tensorflow": ("--run", run)}

        def way(name):
            def caption():
                line = _call("captioning.caption", *ways[name], "--json", photo)
                said[name] = json.loads(line)["captions"][0]["caption"]

            return caption

        # Warmed up: the first one fills the file cache.
        seconds = in_turn({name: way(name) for name in ways}, rounds)
    fast, slow = (spread(seconds[name]) for name in ways)
    same = said["litert"] == said["tensorflow"]
    measured = "one photo, the whole process, LiteRT"
    yield Row(
        measured,
        "the same command with TensorFlow",
        times_as_long(seconds["tensorflow"], seconds["litert"]),
        8,
        absolute=f"{fast.median:.2f} s against {slow.median:.1f} s; "
        + ("the same words" if same else f"DIFFERENT words: {said}"),
    )
    yield Row(measured + ", seconds", "a clock", fast, 0.35, unit=" s", at_most=True)


def _photo():
    """Return a photo that comes with an installed package."""
    try:
        from skimage import data
    except ImportError as error:
        raise BadInput(
            "The photo is scikit-image's, which is not installed; expected what "
            "requirements.txt names. Run `pip install scikit-image`."
        ) from error
    from PIL import Image

    return Image.fromarray(data.astronaut())


def _call(module: str, *arguments) -> str:
    answer = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        capture_output=True,
        text=True,
    )
    if answer.returncode:
        raise BadInput(
            f"python -m {module} ended with status {answer.returncode}: "
            f"{answer.stderr.strip()}"
        )
    return answer.stdout
