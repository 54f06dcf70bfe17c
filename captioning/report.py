"""Reports: what a run says, as a table, a few lines and a sheet of pictures."""

from pathlib import Path

from captioning import evaluation, plots
from captioning.runs import load_run
from data_prep import images, pipeline
from data_prep.records import read_shards

NUM_SAMPLES = 8  # two rows of pictures: enough to see, few enough to look at


def score_table(captions: dict[str, str], references: pipeline.Split) -> str:
    """Return all scores of one caption a picture of a split, one line a score."""
    scores = evaluation.score_captions(captions, references)
    lines = [_line(name, value) for name, value in scores.items()]
    facts = evaluation.score_facts(captions, references)
    if facts:
        lines += [_line(f"F1 of {kind}", f1) for kind, f1 in facts.by_kind.items()]
        lines.append(_line("F1 of all facts", facts.overall))
    return "\n".join(lines)


def show_run(directory: Path, data: Path, split: str) -> str:
    """Caption a split by a finished run, and return what people want to see of it.

    Leaves ``samples/`` (a few of the pictures) and ``captions.png`` (the same, with
    what the run says of them) in the run's directory.
    """
    run = load_run(directory, encoder=False)
    references = pipeline.load_split(data, split)
    captions = evaluation.caption_split(run, data, split)
    lines = [
        f"{split} split, {len(captions)} pictures",
        score_table(captions, references),
    ]
    facts = evaluation.score_facts(captions, references)
    if facts:
        grey = evaluation.caption_split(run, data, split, grey=True)
        blind = evaluation.score_facts(grey, references)
        lines.append(_line("  on grey pictures", blind.overall))
    lines.append("")
    samples = _write_samples(directory / "samples", data, split)
    said = {path: captions[image_id] for image_id, path in samples.items()}
    lines += [f"{path} -> {caption}" for path, caption in said.items()]
    pictures = [images.decode(path.read_bytes()).numpy() for path in said]
    plots.draw_captions(pictures, list(said.values()), directory / "captions.png")
    return "\n".join(lines)


def _write_samples(folder: Path, data: Path, split: str) -> dict[str, Path]:
    """Write a few of a split's pictures as files; return image id -> file."""
    folder.mkdir(exist_ok=True)
    samples = {}
    for record in read_shards(data, split).take(NUM_SAMPLES).as_numpy_iterator():
        image_id = record["image_id"].decode("utf-8")
        # Data sets may keep pictures in folders; here they lie side by side.
        samples[image_id] = folder / image_id.replace("/", "-")
        samples[image_id].write_bytes(record["image"])
    return samples


def _line(name: str, value: float | None) -> str:
    shown = "not measured: NLTK finds no WordNet" if value is None else f"{value:.4f}"
    return f"{name:<18} {shown}"
