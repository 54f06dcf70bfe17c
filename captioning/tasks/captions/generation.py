"""The search for captions; and captions of many pictures, from cached features."""

import numpy as np
import tensorflow as tf

from captioning.decoding import Hypotheses, Reranker, rerank, undetected
from captioning.models.captioner import TOKENS, Captioner
from captioning.tasks.config import SearchConfig
from data_prep.console import progress

# Pictures searched for at once: the states of all their beams stay within the cache,
# and three beams of each are enough rows for oneDNN's fast products (`nn.matmul`).
BATCH_SIZE = 128
NO_REPEAT_NGRAM_SIZE = 3  # of hypotheses that are re-ranked


def search(
    model: Captioner,
    inputs: tf.Tensor,
    options: SearchConfig,
    num_beams: int | None = None,
    reranker: Reranker | None = None,
    *,
    attention: bool = False,
) -> Hypotheses:
    """Return the captions that beam search finds, best first.

    Args:
        model: a captioner.
        inputs: what it is fed, ``(batch, ...)``.
        options: of the search.
        num_beams: hypotheses; if not given, as many as the reranker says, or the
            options.
        reranker: orders the hypotheses, none of which then repeats three words in a
            row, or has a word that its detectors do not find in the picture. None
            leaves them in the order of their scores.
        attention: whether the state has, as its second part, the attention from which
            each token was chosen, float32 ``(batch, beams, time, regions)``.
    """
    regions = model.encode(inputs)
    decoder = Captioner(None, model.decoder)
    if num_beams is None:
        num_beams = int(reranker.num_beams) if reranker else options.num_beams
    given = {
        "num_beams": num_beams,
        "max_length": options.max_length,
        "length_penalty": options.length_penalty,
    }
    if reranker is not None:
        images = tf.reduce_mean(tf.cast(regions, tf.float32), axis=1)
        given["no_repeat_ngram_size"] = NO_REPEAT_NGRAM_SIZE
        given["bias"] = undetected(images, reranker)
    if attention:
        found, _ = decoder.beam_search_with_attention(regions, TOKENS, **given)
    else:
        found = decoder.beam_search(regions, TOKENS, **given)
    if reranker is None:
        return found
    return rerank(found, images, reranker, TOKENS)


def caption_rows(caption, *rows: np.ndarray, label: str = "") -> list[str]:
    """Return the best caption of each picture.

    Args:
        caption: from `Captions.captioner`, or from `captioning.inference.ensemble`.
        rows: the features of the pictures, ``(images, ...)``, from `cached_rows`; of
            an ensemble each member's.
        label: of the progress; none is shown without.
    """
    captions: list[str] = []
    with progress(
        total=len(rows[0]), label=label, unit="images", shown=bool(label)
    ) as shown:
        for first in range(0, len(rows[0]), BATCH_SIZE):
            texts, _ = caption(
                *(tf.constant(own[first : first + BATCH_SIZE]) for own in rows)
            )
            captions += [text.decode("utf-8") for text in texts[:, 0].numpy()]
            shown.update(len(texts))
    return captions
