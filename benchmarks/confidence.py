"""python -m benchmarks.confidence: fit the confidence of captions, and measure it.

A caption is right here if its main noun is one that two of the five people wrote. The
probes learn from the photos of the training split, and from pictures that are no photos
(`benchmarks.not_photos`); the dev split fits how the probe and the score make a
probability; the test split is measured: how well the confidence orders right and wrong
captions (area under the ROC curve), and how far it is from the share that is right
(expected calibration error over ten equal intervals, Naeini et al. 2015).
"""

import dataclasses
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks import not_photos
from benchmarks.arguments import add_data_flag, parser_of
from captioning import pretrained
from captioning.inference.confidence import UNSURE, Confidence
from captioning.inference.litert.engine import LiteRTEngine
from captioning.metrics.main_noun import main_noun, shared_nouns, wordnet_noun
from captioning.metrics.ptb_tokenizer import tokenize
from captioning.training.manifest import replacing_file
from captioning.training.run_files import CONFIDENCE
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.console import progress
from data_prep.errors import exit_on_bad_input
from data_prep.prepared.captions import load_captions
from data_prep.prepared.records import read_shards

NOT_PHOTOS = 300  # of each kind, for the probes
WEIGHT = 3.0  # of such a picture, in photos: they are a seventh of the pictures
# A noun that fewer training photos have gets no probe, and this logit.
PHOTOS, UNPROBED = 20, -3.0
INVERSE_REGULARIZATION = 1e-3  # of four, the best on dev
MEASURED = 200  # drawings, and as many of noise and diagrams


class Said(NamedTuple):
    """What is known of some pictures: the captions, and what they go by."""

    words: list[list[str]]
    scores: np.ndarray
    images: np.ndarray  # (pictures, region_dim)


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "confidence",
        "Measure how far a run's confidence can be believed, on the test split.",
        "--data data/flickr8k",
        "--data data/flickr8k --fit",
    )
    add_data_flag(parser)
    parser.add_argument(
        "--run",
        type=Path,
        default=pretrained.RUN,
        help="a run of captions (default: the pretrained one)",
    )
    parser.add_argument(
        "--fit",
        action="store_true",
        help=f"first fit it anew, and write it into the run, as {CONFIDENCE}",
    )
    flags = parser.parse_args(argv)
    engine = _engine(flags.run)
    path = flags.run / CONFIDENCE
    if flags.fit:
        with replacing_file(flags.run, CONFIDENCE) as partial:
            partial.write_bytes(fit(engine, flags.data).to_bytes())
    confidence = Confidence.from_bytes(path.read_bytes())
    for split in ("dev", "test"):
        said = _of_split(engine, flags.data, split)
        found, right = _all(confidence, said), _right(said, flags.data, split)
        print(
            f"{split}: area under ROC {roc_auc_score(right, found):.3f}, calibration "
            f"error {calibration_error(found, right):.3f}, right {right.mean():.3f}, "
            f"unsure {(found < UNSURE).mean():.3f}"
        )
    for name, pictures in zip(
        ("drawings", "noise and diagrams"), not_photos.measured(MEASURED), strict=True
    ):
        found = _all(confidence, _said(engine, pictures, name))
        print(f"{name}: unsure {(found < UNSURE).mean():.3f}")
    return 0


def _engine(run: Path) -> LiteRTEngine:
    import_tensorflow()
    from captioning.inference.litert.conversion import write_litert

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "captioner.tflite"
        write_litert(run, file, "float16")
        return LiteRTEngine(file)


def fit(engine: LiteRTEngine, data: Path) -> Confidence:
    """Return a confidence, fitted on the train and dev splits of a data set."""
    images = _images(engine, _pictures(data, "train"), "photos of train")
    others = not_photos.learned(NOT_PHOTOS)
    others = _images(engine, others, "pictures that are no photos")
    nouns = [shared_nouns(map(_words, people)) for people in _captions(data, "train")]
    counts = Counter(noun for shared in nouns for noun in shared)
    probed = sorted(noun for noun, count in counts.items() if count >= PHOTOS)
    nouns += [set()] * len(others)
    weights, biases = _probes(images, others, nouns, probed)
    vocabulary = {word: wordnet_noun(word) for word in engine.words}
    vocabulary = {word: noun for word, noun in vocabulary.items() if noun}
    unscaled = Confidence(
        words=np.array(list(vocabulary)),
        nouns=np.array(list(vocabulary.values())),
        probed=np.array(probed),
        weights=weights.astype(np.float16),
        biases=biases.astype(np.float32),
        unprobed=np.float32(UNPROBED),
        scales=np.zeros(3, np.float32),
    )
    said = _of_split(engine, data, "dev")
    right = _right(said, data, "dev")
    logits = [
        unscaled.probe(w, image)
        for w, image in zip(said.words, said.images, strict=True)
    ]
    platt = LogisticRegression().fit(np.stack([logits, said.scores], axis=1), right)
    scales = np.array([*platt.coef_[0], *platt.intercept_], np.float32)
    return dataclasses.replace(unscaled, scales=scales)


def _probes(images, others, nouns, probed):
    """Return weights ``(probed, region_dim)`` and biases ``(probed,)``."""
    mean, deviation = images.mean(axis=0), images.std(axis=0) + 1e-6
    inputs = (np.concatenate([images, others]) - mean) / deviation
    importance = np.repeat([1.0, WEIGHT], [len(images), len(others)])
    weights, biases = [], []
    for noun in progress(probed, label="probes", unit="nouns"):
        probe = LogisticRegression(C=INVERSE_REGULARIZATION, max_iter=300)
        probe.fit(inputs, [noun in own for own in nouns], sample_weight=importance)
        weights.append(probe.coef_[0] / deviation)
        biases.append(probe.intercept_[0] - weights[-1] @ mean)
    return np.array(weights), np.array(biases)


def _all(confidence: Confidence, said: Said) -> np.ndarray:
    rows = zip(said.words, said.scores, said.images, strict=True)
    return np.array([confidence.of(*row) for row in rows])


def calibration_error(confidences: np.ndarray, right: np.ndarray) -> float:
    """Return the mean distance of confidence and share of right captions over ten equal
    intervals of confidence, each weighted by its captions."""
    places = np.minimum((confidences * 10).astype(int), 9)
    return sum(
        (places == place).mean()
        * abs(confidences[places == place].mean() - right[places == place].mean())
        for place in np.unique(places)
    )


def _right(said: Said, data: Path, split: str) -> np.ndarray:
    return np.array(
        [
            main_noun(words, wordnet_noun) in shared_nouns(map(_words, people))
            for words, people in zip(said.words, _captions(data, split), strict=True)
        ]
    )


def _words(caption: str) -> list[str]:
    return tokenize(caption)


def _captions(data: Path, split: str) -> list[tuple[str, ...]]:
    return load_captions(data, split).captions


def _pictures(data: Path, split: str) -> Iterable[bytes]:
    records = read_shards(data, split).as_numpy_iterator()
    return (record["image"] for record in records)


def _of_split(engine: LiteRTEngine, data: Path, split: str) -> Said:
    return _said(engine, _pictures(data, split), f"captions of {split}")


def _said(engine: LiteRTEngine, pictures: Iterable[bytes], label: str) -> Said:
    words, scores, images = [], [], []
    for picture in progress(pictures, label=label, unit="pictures"):
        found = engine.search(picture)
        words.append(found.words[0])
        scores.append(found.scores[0])
        images.append(found.image)
    return Said(words, np.array(scores), np.array(images))


def _images(engine: LiteRTEngine, pictures: Iterable[bytes], label: str) -> np.ndarray:
    shown = progress(pictures, label=label, unit="pictures")
    return np.array([engine.regions(picture).mean(axis=0) for picture in shown])


if __name__ == "__main__":
    exit_on_bad_input(main)
