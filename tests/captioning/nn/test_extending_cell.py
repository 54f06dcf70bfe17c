"""The page "Write your own cell": its code runs, and says what the page says."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest

PAGE = Path(__file__).parents[3] / "docs" / "extending-cell.md"


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """What the code of the page has defined, run from top to bottom."""
    code = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    names = {"__name__": "page"}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("page"))
        exec(compile("\n".join(code), PAGE.name, "exec"), names)
    return names


def test_it_learns_and_its_captions_are_those_it_learned(names):
    losses = names["history"].history["loss"]
    assert losses[-1] < losses[0] / 4
    said = [text.decode() for text in names["vocabulary"].decode(names["best"]).numpy()]
    right = [re.sub("[,.]", "", text).lower() for text in names["texts"][:3]]
    assert sum(map(str.__eq__, said, right)) >= 2


def test_saved_and_exported_it_says_the_same(names):
    images, best = names["images"][:3], names["best"]
    np.testing.assert_array_equal(names["again"].generate(images), best)
    np.testing.assert_array_equal(names["exported"].generate(images), best)


def test_the_softsign_cell_equals_that_of_keras(names):
    inputs = np.random.default_rng(1).normal(size=(3, 5, 4)).astype("float32")
    ours = names["captioning"].RNN(names["SoftsignCell"](6), return_sequences=True)
    theirs = keras.layers.SimpleRNN(6, activation="softsign", return_sequences=True)
    ours(inputs), theirs(inputs)
    kernel, recurrent_kernel, _ = ours.get_weights()
    bias = np.random.default_rng(2).normal(size=6)
    for layer in (ours, theirs):
        layer.set_weights([kernel, recurrent_kernel, bias])
    np.testing.assert_allclose(ours(inputs), theirs(inputs), rtol=1e-4, atol=1e-6)


def test_the_cell_equals_the_gru_of_keras(names):
    inputs = np.random.default_rng(1).normal(size=(3, 5, 4)).astype("float32")
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [0, 1, 0, 1, 1]], bool)
    ours = names["captioning"].RNN(names["GRUCell"](6), return_sequences=True)
    ours(inputs)
    kernel, recurrent_kernel, _ = ours.get_weights()
    bias = np.random.default_rng(2).normal(size=18)
    ours.set_weights([kernel, recurrent_kernel, bias])
    theirs = keras.layers.RNN(keras.layers.GRUCell(6), return_sequences=True)
    theirs(inputs)
    theirs.set_weights([kernel, recurrent_kernel, np.stack([bias, 0 * bias])])
    np.testing.assert_allclose(
        ours(inputs, mask=mask), theirs(inputs, mask=mask), rtol=1e-4, atol=1e-6
    )
