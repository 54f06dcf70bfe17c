"""Re-ranking by consensus: the captions of a beam, by what people may be expected to
have written of the picture.

A linear map from the mean of a picture's regions gives P, the expected tf-idf vectors
of the picture's captions, for each n in 1..4 of length 1 at most. The candidate c
has the expected CIDEr-D

    10 * f(words of c) * mean over n of <v_n(c), P_n> / |v_n(c)|

where v_n(c) is its own tf-idf vector and f the expected penalty of its length. So the
best candidate is the one that agrees most with all captions that the picture might have
(minimum Bayes risk, Kumar & Byrne 2004), without any caption to compare with. END is no
word, as in CIDEr-D.

All is gathers, comparisons and one product, which LiteRT has too.
"""

import io
import zipfile
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from captioning.decoding.search import Hypotheses, SpecialTokens
from captioning.decoding.word_detectors import WordDetectors, undetected_bias
from captioning.nn.masking import MASKED_LOGIT

LONGEST = 4  # n-grams of one to so many tokens, as CIDEr-D has them
SCALE = 10.0  # of CIDEr-D's published numbers
_ROWS = 1024  # of weights, cast at a time


class Reranker(NamedTuple):
    """The linear map, and what is known of n-grams; made by
    `tasks.captions.reranker_fitting`.

    An n-gram of the tokens i, j, ... has the key (i + 1) + (j + 1) (V + 1) + ..., with
    the number V of words: n-grams of all lengths have keys of their own. The last row
    of the tables stands for n-grams that are not among the keys.

    Attributes:
        keys: int64 ``(ngrams,)``, in ascending order.
        idf: float32 ``(ngrams + 1,)``, the log of the share of pictures that have it,
            negated.
        weights: int8 ``(ngrams + 1, region_dim)``, of the standardised mean of regions.
        scales: float32 ``(ngrams + 1,)``, of a step of the weights of a row.
        biases: float32 ``(ngrams + 1,)``.
        mean: float32 ``(region_dim,)``, of the mean of regions over pictures.
        deviation: float32 ``(region_dim,)``, the standard deviation of the same.
        length_factors: float32 ``(longest + 1,)``, by the number of words.
        vocabulary_size: int64 (), V.
        num_beams: int64 (), how many hypotheses are searched for, if none says another
            number.
        detected: int32 ``(words,)``; with the next two the `detectors`.
        detector_weights: float32 ``(words, region_dim)``.
        detector_margins: float32 ``(words,)``.
    """

    keys: np.ndarray
    idf: np.ndarray
    weights: np.ndarray
    scales: np.ndarray
    biases: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    length_factors: np.ndarray
    vocabulary_size: np.ndarray
    num_beams: np.ndarray
    detected: np.ndarray
    detector_weights: np.ndarray
    detector_margins: np.ndarray

    @property
    def detectors(self) -> WordDetectors:
        """What keeps the search from words that a picture rules out."""
        return WordDetectors(*self[-len(WordDetectors._fields) :])

    @classmethod
    def from_bytes(cls, content: bytes) -> "Reranker":
        """Return what `to_bytes` wrote; older versions wrote no detectors."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            found = {name: _computed(arrays[name]) for name in arrays}
        without = WordDetectors.none(found["weights"].shape[1])
        absent = dict(zip(_DETECTORS, without, strict=True))
        return cls(**{name: (absent | found)[name] for name in cls._fields})

    def to_bytes(self) -> bytes:
        """Return the arrays as the content of an .npz file, floats as float16."""
        content = io.BytesIO()
        # As `np.savez_compressed`, but LZMA packs small integers better than deflate.
        with zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as file:
            for name, array in self._asdict().items():
                with file.open(f"{name}.npy", "w") as member:
                    np.lib.format.write_array(member, _kept(array), allow_pickle=False)
        return content.getvalue()

    def rounded(self) -> "Reranker":
        """Return what a file of it will hold: so a graph of float16 weights computes
        the same."""
        return self._make(_computed(_kept(array)) for array in self)


_DETECTORS = Reranker._fields[-len(WordDetectors._fields) :]


def _kept(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float16) if array.dtype == np.float32 else array


def _computed(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float32) if array.dtype == np.float16 else array


def undetected(images, reranker: Reranker):
    """Return the bias of logits for words that the reranker's detectors do not find in
    pictures, as `undetected_bias`; None if it has no detector.

    Args:
        images: float32 ``(batch, region_dim)``, the mean of each picture's regions.
        reranker: of the same words and regions.
    """
    if not len(reranker.detected):
        return None
    size = int(reranker.vocabulary_size)
    return undetected_bias(_standardised(images, reranker), reranker.detectors, size)


def rerank(
    hypotheses: Hypotheses, images, reranker: Reranker, tokens: SpecialTokens
) -> Hypotheses:
    """Return the hypotheses in the order of their expected CIDEr-D, the best first.

    Their scores stay those of the search; `expected` is set.

    Args:
        hypotheses: of a beam search; the state's tensors have the axes ``(batch, beams,
            ...)``.
        images: float32 ``(batch, region_dim)``, the mean of each picture's regions.
        reranker: of the same words and regions.
        tokens: the special tokens.
    """
    expected = expected_cider_d(hypotheses.token_ids, images, reranker, tokens)
    # Where there are fewer sequences than beams, the search fills up with impossible
    # ones.
    expected = tf.where(hypotheses.scores > MASKED_LOGIT / 100, expected, -1.0)
    expected, order = tf.math.top_k(expected, hypotheses.token_ids.shape[1])
    ordered = tf.nest.map_structure(
        lambda tensor: tf.gather(tensor, order, batch_dims=1), hypotheses
    )
    return ordered._replace(expected=expected)


def expected_cider_d(
    token_ids, images, reranker: Reranker, tokens: SpecialTokens
) -> tf.Tensor:
    """Return the expected CIDEr-D of captions, float32 ``(batch, beams)``.

    Args:
        token_ids: int32 ``(batch, beams, time)``, padded behind END.
        images: float32 ``(batch, region_dim)``, the mean of each picture's regions.
        reranker: of the same words and regions.
        tokens: the special tokens.
    """
    weights = _expected_weights(token_ids, images, reranker)  # (batch, ngrams + 1)
    is_word = (token_ids != tokens.end) & (token_ids != tokens.pad)
    total = tf.zeros(tf.shape(token_ids)[:2])
    for keys, is_ngram in _ngrams(token_ids, is_word, reranker):
        places = _places(keys, reranker.keys)  # (batch, beams, time)
        real = tf.cast(is_ngram, tf.float32)
        idf = real * tf.gather(reranker.idf, places)
        # An n-gram that occurs k times has the weight k * idf, and stands here k times.
        same = tf.cast(keys[..., None, :] == keys[..., None], tf.float32)
        times = tf.reduce_sum(same * real[..., None, :], axis=-1)
        norm = tf.sqrt(tf.reduce_sum(times * idf**2, axis=-1))
        flat = tf.reshape(places, (-1, places.shape[1] * places.shape[2]))
        own = tf.reshape(tf.gather(weights, flat, batch_dims=1), tf.shape(places))
        agreement = tf.reduce_sum(idf * own, axis=-1)
        total += agreement / tf.maximum(norm, 1e-6)
    num_words = tf.reduce_sum(tf.cast(is_word, tf.int32), axis=-1)
    longest = len(reranker.length_factors) - 1
    factors = tf.gather(reranker.length_factors, tf.minimum(num_words, longest))
    return SCALE / LONGEST * factors * total


def _standardised(images, reranker: Reranker):
    """Return images ``(batch, region_dim)`` as the linear maps take them."""
    # A .tflite file of float16 weights has these factors in float16: here too.
    factors = np.minimum(1 / reranker.deviation, np.finfo(np.float16).max)
    return (images - reranker.mean) * _computed(factors.astype(np.float16))


def _expected_weights(token_ids, images, reranker: Reranker) -> tf.Tensor:
    """Return P, ``(batch, ngrams + 1)``.

    The weights are cast to floats some rows at a time, which takes little memory. They
    are gathered first, all of them, by numbers that are not known before the graph
    runs. Else LiteRT's converter would write them as floats, in four times the bytes.
    """
    standardised = _standardised(images, reranker)
    zero = tf.minimum(tf.reduce_min(token_ids), 0)  # no id is below 0
    products = []
    for first in range(0, len(reranker.weights), _ROWS):
        block = reranker.weights[first : first + _ROWS]
        rows = tf.gather(block, tf.range(len(block)) + zero)
        rows = tf.cast(rows, tf.float32)
        products.append(tf.matmul(standardised, rows, transpose_b=True))
    return tf.concat(products, axis=1) * reranker.scales + reranker.biases


def _ngrams(token_ids, is_word, reranker: Reranker):
    """Yield, for n in 1..4, the keys of the n-grams that begin at each place, int64
    ``(batch, beams, time)``, and whether there is one."""
    base = int(reranker.vocabulary_size) + 1
    digits = tf.cast(token_ids, tf.int64) + 1
    keys = tf.zeros_like(digits)
    for n in range(1, LONGEST + 1):
        keys += _from_place(digits, n - 1) * base ** (n - 1)
        yield keys, _from_place(is_word, n - 1)


def _from_place(tensor, place: int):
    """Return ``(batch, beams, time)`` with what stands `place` places further on, and
    zeros (or False) behind the end."""
    if not place:
        return tensor
    rest = tensor[..., place:]
    return tf.concat([rest, tf.zeros_like(tensor[..., :place])], axis=-1)


def _places(keys, table: np.ndarray):
    """Return where each key stands in a sorted table, int32; its length if it does not.

    A binary search that all keys take together, one gather a step.
    """
    num_steps = len(table).bit_length()
    last = np.iinfo(np.int64).max
    padded = np.pad(table, (0, 2**num_steps - len(table)), constant_values=last)
    below = tf.zeros_like(keys, tf.int32)  # entries that are no greater
    for step in reversed(range(num_steps)):
        further = below + 2**step
        below = tf.where(tf.gather(padded, further - 1) <= keys, further, below)
    there = tf.gather(padded, tf.maximum(below - 1, 0)) == keys
    return tf.where(there, below - 1, len(table))
