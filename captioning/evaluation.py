"""Evaluation: caption a split, and score the captions against what people wrote."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from captioning import search
from captioning.config import Config
from captioning.models.captioner import Captioner
from captioning.ptb_tokenizer import tokenize
from captioning.runs import Run, frozen_encoder, frozen_fingerprint
from captioning.scores import METEOR_NAME, CiderD, meteor, score_corpus
from data_prep import features
from data_prep.harbour.scene import Scene, facts
from data_prep.harbour.sentences import parse
from data_prep.pipeline import Split, load_split
from data_prep.vocabulary import END, PAD, START, UNK, Vocabulary

TOKENS = search.Tokens(start=START, end=END, pad=PAD, banned=(PAD, UNK, START))

# Pictures searched for at once: the states of all their beams stay within the cache.
BATCH_SIZE = 100


class FactScores(NamedTuple):
    """F1 of the facts parsed from captions, by kind of fact, and of all kinds."""

    by_kind: dict[str, float]
    overall: float


def make_captioner_function(
    captioner: Captioner,
    vocabulary: Vocabulary,
    config: Config,
    num_beams: int | None = None,
):
    """Return inputs ``(batch, ...)`` -> (captions string ``(batch, beams)``, best
    first, scores float32 ``(batch, beams)``), compiled once."""
    num_beams = num_beams or config.num_beams

    @tf.function(reduce_retracing=True)
    def caption(inputs):
        found = captioner.beam_search(
            inputs,
            TOKENS,
            num_beams=num_beams,
            max_length=config.max_length,
            length_penalty=config.length_penalty,
        )
        return vocabulary.decode(found.token_ids), found.scores

    return caption


def caption_rows(caption, rows: np.ndarray, *, progress: str = "") -> list[str]:
    """Return the best caption of each row ``(images, ...)``.

    Args:
        caption: from `make_captioner_function`.
        rows: regions or pixels, from `features.cached`.
        progress: the progress bar's label; none is shown without.
    """
    captions: list[str] = []
    with tqdm(
        total=len(rows), desc=progress, unit=" images", disable=not progress
    ) as bar:
        for first in range(0, len(rows), BATCH_SIZE):
            texts, _ = caption(tf.constant(rows[first : first + BATCH_SIZE]))
            captions += [text.decode("utf-8") for text in texts[:, 0].numpy()]
            bar.update(len(texts))
    return captions


def features_of(config: Config) -> features.Features:
    """Return how rows are made for a captioner of this config."""
    if config.train_encoder:
        return features.pixels(config.image_size)

    def load():
        encoder = frozen_encoder(config)
        return lambda pixels: encoder(pixels, training=False)

    return features.Features(
        name=f"{config.encoder}-{config.image_size}",
        fingerprint=frozen_fingerprint(config),
        load=load,
        image_size=config.image_size,
        dtype="float16",  # an encoder's regions need no more; half the disk
    )


def caption_split(
    run: Run, data: Path, split: str, *, grey: bool = False
) -> dict[str, str]:
    """Return the run's best caption of each picture of a prepared split, by image id.

    Args:
        run: a finished run, loaded without a frozen encoder: its rows are cached.
        data: a prepared data set.
        split: "train", "dev" or "test".
        grey: show a plain grey picture each time; what is right then was guessed.
    """
    image_ids = load_split(data, split).image_ids
    made_by = features_of(run.config)
    caption = make_captioner_function(run.captioner, run.vocabulary, run.config)
    if grey:
        pixels = tf.fill((1, run.config.image_size, run.config.image_size, 3), 128.0)
        (said,) = caption_rows(caption, made_by.load()(pixels).numpy())
        return dict.fromkeys(image_ids, said)
    rows = features.cached(data, split, made_by)
    said = caption_rows(caption, rows, progress=f"captions of {split}")
    return dict(zip(image_ids, said, strict=True))


def reference_tokens(split: Split) -> dict[str, list[list[str]]]:
    """Return each picture's references as coco-caption's tokens."""
    return {
        image_id: [tokenize(text) for text in captions]
        for image_id, captions in zip(split.image_ids, split.captions, strict=True)
    }


class SplitCiderD:
    """CIDEr-D against a split's references, which are tokenised only once."""

    def __init__(self, split: Split):
        self._image_ids = split.image_ids
        self._cider = CiderD(reference_tokens(split))

    def __call__(self, captions: Sequence[str]) -> float:
        tokens = {
            image_id: tokenize(caption)
            for image_id, caption in zip(self._image_ids, captions, strict=True)
        }
        return float(np.mean(list(self._cider.score(tokens).values())))


def score_captions(
    captions: Mapping[str, str], split: Split
) -> dict[str, float | None]:
    """Return every score of one caption a picture, by name, on coco-caption's tokens.

    METEOR is None where NLTK finds no WordNet.
    """
    tokens = {image_id: tokenize(text) for image_id, text in captions.items()}
    references = reference_tokens(split)
    found = meteor(tokens, references)
    return {
        **score_corpus(tokens, references).overall,
        METEOR_NAME: found and found[0],
    }


def score_facts(captions: Mapping[str, str], split: Split) -> FactScores | None:
    """Return the F1 of the facts that captions state, if the split has scenes.

    The facts parsed from a caption are held against all facts that the picture's
    references state; counts of right, false and missed ones are summed over pictures.
    """
    if not any(split.scenes):
        return None
    right, stated = Counter(), Counter()
    for image_id, scene in zip(split.image_ids, split.scenes, strict=True):
        said = parse(captions[image_id])
        true = facts(Scene.from_json(scene))
        right.update(fact.kind for fact in said & true)
        stated.update(fact.kind for fact in [*said, *true])
    by_kind = {kind: 2 * right[kind] / stated[kind] for kind in sorted(stated)}
    return FactScores(by_kind, 2 * right.total() / stated.total())
