"""Ensembles of runs: captioners that were trained apart, and caption together."""

from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from captioning.models.captioner import TOKENS
from captioning.models.ensemble import Ensemble
from captioning.tasks.captions.generation import caption_rows
from captioning.tasks.captions.task import Captions
from captioning.tasks.image_encoding import cached_rows
from data_prep.errors import BadInput
from data_prep.prepared.captions import load_captions


def caption_by_ensemble(
    members: Sequence[Captions], data: Path, split: str
) -> dict[str, str]:
    """Return the best caption of each picture of a split, by image id.

    Args:
        members: their frozen encoders not attached. The first one's options are those
            of the search.
        data: a prepared data set.
        split: "train", "dev" or "test".

    Raises:
        BadInput: they do not have the same words.
    """
    first = members[0]
    if any(other.vocabulary.words != first.vocabulary.words for other in members):
        raise BadInput(
            "The runs do not have the same words, and cannot choose a word together; "
            "expected runs of one data set. Leave out the runs of another one."
        )
    ensemble = Ensemble([member.model for member in members])

    @tf.function(autograph=False, reduce_retracing=True)
    def caption(*inputs):
        found = ensemble.beam_search(
            inputs,
            TOKENS,
            num_beams=first.config.search.num_beams,
            max_length=first.config.search.max_length,
            length_penalty=first.config.search.length_penalty,
        )
        return first.vocabulary.decode(found.token_ids), found.scores

    rows = [cached_rows(member.config, data, split) for member in members]
    said = caption_rows(caption, *rows, label=f"captions of {split}")
    return dict(zip(load_captions(data, split).image_ids, said, strict=True))
