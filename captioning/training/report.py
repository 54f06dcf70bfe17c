"""The report of a finished run: scores, a few examples, a sheet of its captions."""

from itertools import islice
from pathlib import Path

from captioning.metrics.score_table import score_line, score_table
from captioning.plots import training_curves as plots
from captioning.tasks.caption_scores import scores_of
from captioning.tasks.captions.task import Captions
from captioning.training.loading import load_run
from data_prep.console import say
from data_prep.errors import printable
from data_prep.pictures.decode import decode_picture
from data_prep.prepared.captions import load_captions
from data_prep.prepared.records import read_pictures

NUM_SAMPLES = 8  # two rows of pictures: enough to see, few enough to look at


def show_run(directory: Path, name: str, data: Path, split: str) -> str:
    """Return the scores and a few examples of one task of a finished run, as text.

    For captions it also writes ``samples/``, a few of the pictures, and
    ``captions.png``, the same with their captions, into the directory.
    """
    run = load_run(directory, encoder=False)
    task = run.task(name)
    if name == "captions":
        return _show_captions(task, directory, data, split)
    lines = [f"{name}, {split} split", score_table(task.scores(data, split)), ""]
    examples = map(printable, task.examples(data, split, NUM_SAMPLES))
    return "\n".join([*lines, *examples])


def _show_captions(task: Captions, directory: Path, data: Path, split: str) -> str:
    captions = task.caption_split(data, split)
    references = load_captions(data, split)
    lines = [
        f"captions, {split} split, {len(captions)} pictures",
        score_table(scores_of(captions, references)),
    ]
    if any(references.scenes):
        grey = task.caption_split(data, split, grey=True)
        blind = scores_of(grey, references)["F1 of all facts"]
        lines.append(score_line("  on grey pictures", blind))
    lines.append("")
    samples = _write_samples(directory / "samples", data, split)
    said = {path: captions[image_id] for image_id, path in samples.items()}
    lines += [printable(f"{path} -> {caption}") for path, caption in said.items()]
    pictures = [decode_picture(path.read_bytes()).numpy() for path in said]
    sheet = directory / "captions.png"
    if lacking := plots.draw_captions(pictures, list(said.values()), sheet):
        say(
            f"{sheet}: no installed font has {printable(lacking, 10)}, for which "
            "squares stand; install one, such as Debian's fonts-noto-cjk, and draw the "
            "sheet again by the same command with --resume"
        )
    return "\n".join(lines)


def _write_samples(folder: Path, data: Path, split: str) -> dict[str, Path]:
    """Write a few of a split's pictures as files; return image id -> file."""
    folder.mkdir(exist_ok=True)
    samples = {}
    for image_id, picture in islice(read_pictures(data, split), NUM_SAMPLES):
        # Data sets may keep pictures in folders; here they lie side by side.
        name = printable(image_id).replace("/", "-").lstrip(".")
        samples[image_id] = folder / name
        samples[image_id].write_bytes(picture)
    return samples
