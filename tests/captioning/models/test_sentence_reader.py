"""The sentence reader reads a sentence in both directions, with any padding."""

import keras
import numpy as np
import pytest

from captioning.models.decoder import Decoder
from captioning.models.sentence_reader import SentenceReader
from captioning.nn.cells import build_cell

SENTENCES = np.array([[4, 7, 8, 9, 3], [5, 9, 6, 3, 0], [4, 3, 0, 0, 0]], np.int32)


@pytest.mark.parametrize("cell", ["elman", "lstm"])
def test_sentences_are_read_forwards_and_backwards(cell, seeded):
    """Against `keras.layers.RNN` over each sentence alone, unpadded."""
    reader = SentenceReader(Decoder(13, 16, build_cell(cell, 12), 8))
    regions = reader(SENTENCES).numpy()
    layer = keras.layers.RNN(reader.cell, return_sequences=True)
    for row, length in enumerate([5, 4, 2]):
        words = reader.embedding(SENTENCES[row : row + 1, :length]) * 4.0  # sqrt(16)
        forwards = layer(words)
        backwards = layer(words[:, ::-1])[:, ::-1]
        np.testing.assert_allclose(
            regions[row, :length],
            np.concatenate([forwards, backwards], axis=-1)[0],
            atol=1e-5,
        )
        np.testing.assert_array_equal(regions[row, length:], 0)
