"""The sentiment classifier: its equation, its order, its padding and its dropouts."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.models.sentiment import SentimentClassifier
from captioning.nn.cells import ElmanCell, LSTMCell, build_cell
from data_prep.text.special_tokens import PAD, START, UNK

VOCABULARY, UNITS, EMBEDDING_DIM = 13, 6, 5
# The second sentence is padded, the third is START alone.
TOKEN_IDS = np.array([[2, 5, 6, 7, 12], [2, 4, 8, 0, 0], [2, 0, 0, 0, 0]], np.int32)
LENGTHS = [5, 3, 1]


@pytest.fixture
def reader(seeded):
    """Return a function that builds a small model whose n-grams are not zeros."""

    def build(cell="lstm", longest_gram=3, **options):
        if isinstance(cell, str):
            cell = build_cell(cell, UNITS)
        model = SentimentClassifier(
            VOCABULARY,
            EMBEDDING_DIM,
            cell,
            longest_gram=longest_gram,
            gram_buckets=29,
            **options,
        )
        model.build()
        random = np.random.default_rng(4)
        for table in model.gram_embeddings:
            table.embeddings.assign(random.normal(size=table.embeddings.shape))
        return model

    return build


@pytest.mark.parametrize("cell", ["elman", "lstm"])
def test_last_logits_equal_those_of_call_at_the_last_token(reader, cell):
    model = reader(cell)
    every = model(TOKEN_IDS)
    assert every.shape == (3, 5, 2)
    last = model.last_logits(TOKEN_IDS)
    for row, length in enumerate(LENGTHS):
        np.testing.assert_allclose(last[row], every[row, length - 1], atol=1e-6)


def test_the_verdict_of_a_prefix_is_that_after_one_of_its_words(reader):
    model = reader()
    every = model(TOKEN_IDS).numpy()
    found = set()
    for _ in range(20):
        last, prefix = model.logits_of_prefix(TOKEN_IDS)
        np.testing.assert_allclose(last, model.last_logits(TOKEN_IDS), atol=1e-6)
        for row in range(3):
            near = np.abs(every[row] - prefix[row]).max(axis=-1) < 1e-6
            found |= {(row, place) for place in np.flatnonzero(near[: LENGTHS[row]])}
    # Of START alone there is no prefix, of two tokens one.
    assert found == {(0, 1), (0, 2), (0, 3), (1, 1), (2, 0)}


@pytest.mark.parametrize("longest_gram", [1, 3])
def test_equal_to_the_equation(reader, longest_gram):
    """Against NumPy, with the table rows that the n-grams are hashed to."""
    model = reader("elman", longest_gram=longest_gram)
    kernel, recurrent, bias = model.cell.get_weights()
    h, past = np.zeros(UNITS), []
    weights, offset = model.readout.get_weights()
    inputs = np.asarray(model.embedding.embeddings)[TOKEN_IDS[0]]
    if longest_gram > 1:
        tables = [np.asarray(table.embeddings) for table in model.gram_embeddings]
        rows = [rows[0] for rows in model._gram_indices(TOKEN_IDS[:1])]
        grams = [table[of] for table, of in zip(tables, rows, strict=True)]
        inputs += (
            np.concatenate(grams, axis=-1) @ model.gram_projection.get_weights()[0]
        )
    logits = model(TOKEN_IDS[:1])[0]
    for t, x in enumerate(inputs):
        h = np.tanh(x @ kernel + h @ recurrent + bias)
        past.append(np.concatenate([h, x]))
        read = np.concatenate([past[-1], np.max(past, axis=0), np.mean(past, axis=0)])
        np.testing.assert_allclose(logits[t], read @ weights + offset, atol=1e-5)


@pytest.mark.parametrize("cell", ["elman", "lstm"])
def test_padding_changes_nothing(reader, cell):
    model = reader(cell)
    padded = np.pad(TOKEN_IDS, [[0, 0], [0, 4]], constant_values=PAD)
    np.testing.assert_allclose(
        model.last_logits(padded), model.last_logits(TOKEN_IDS), atol=1e-6
    )
    for row, length in enumerate(LENGTHS):
        alone = model(TOKEN_IDS[row : row + 1, :length])
        np.testing.assert_allclose(model(padded)[row, :length], alone[0], atol=1e-6)


def test_padding_receives_no_gradient(reader):
    model = reader()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model.last_logits(TOKEN_IDS) ** 2)
    gradient = tape.gradient(loss, model.embedding.embeddings)
    gradient = tf.convert_to_tensor(gradient).numpy()
    assert np.all(gradient[PAD] == 0)
    assert np.all(gradient[START] != 0)


def test_logits_do_not_depend_on_later_words(reader):
    model = reader()
    changed = TOKEN_IDS.copy()
    changed[0, 3:] = [9, 10]
    before, after = model(TOKEN_IDS)[0], model(changed)[0]
    np.testing.assert_array_equal(before[:3], after[:3])
    assert np.all(np.abs(before[3:] - after[3:]) > 1e-6)


def test_the_order_of_words_matters(reader):
    model = reader(longest_gram=1)
    one, other = model.last_logits(np.array([[2, 5, 6, 7], [2, 6, 5, 7]]))
    assert np.abs(one - other).max() > 1e-4


def test_ngrams_have_the_same_row_wherever_they_stand(reader):
    model = reader()
    two, three = model._gram_indices(np.array([[2, 5, 6, 7], [2, 2, 5, 6]]))
    assert two[0, 2] == two[1, 3]
    assert three[0, 2] == three[1, 3]
    assert two[0, 2] != two[0, 3]
    for rows in (two, three):
        assert np.all((np.asarray(rows) >= 0) & (np.asarray(rows) < 29))


def test_words_are_dropped_in_training_only(reader):
    model = reader(word_dropout=0.999)
    np.testing.assert_array_equal(model(TOKEN_IDS), model(TOKEN_IDS))
    unknown = np.where(TOKEN_IDS > START, UNK, TOKEN_IDS)
    np.testing.assert_allclose(
        model.last_logits(TOKEN_IDS, training=True),
        model.last_logits(unknown),
        atol=1e-6,
    )


@pytest.mark.parametrize("share", ["dropout", "readout_dropout", "gram_dropout"])
def test_each_dropout_drops_in_training_only(reader, share):
    model = reader(**{share: 0.5})
    expected = model.last_logits(TOKEN_IDS)
    np.testing.assert_array_equal(expected, model.last_logits(TOKEN_IDS))
    assert np.abs(expected - model.last_logits(TOKEN_IDS, training=True)).max() > 1e-4


def test_it_learns_that_a_negation_inverts_the_class(reader):
    """An exclusive or of two words: neither decides alone."""
    model = reader("lstm", longest_gram=1)
    sentences = np.array([[2, 5, 6], [2, 5, 7], [2, 8, 6], [2, 8, 7]])
    labels = np.array([1, 0, 0, 1])
    optimizer = keras.optimizers.Adam(0.03)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels, model.last_logits(sentences, training=True)
            )
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)

    optimizer.build(model.trainable_variables)
    for _ in range(100):
        step()
    np.testing.assert_array_equal(
        np.argmax(model.last_logits(sentences), axis=1), labels
    )


@pytest.mark.parametrize("cell_class", [ElmanCell, LSTMCell])
def test_the_cell_may_be_shared(seeded, cell_class):
    cell = cell_class(UNITS)
    one, other = (SentimentClassifier(VOCABULARY, EMBEDDING_DIM, cell) for _ in "12")
    one.build()
    kernel = cell.kernel
    other.build()
    assert one.cell is other.cell is cell
    assert cell.kernel is kernel, "the second model has built the cell again"
    shared = {id(v) for v in one.variables} & {id(v) for v in other.variables}
    assert len(shared) == len(cell.variables) == 3


def test_config_and_weights_round_trip(reader, tmp_path):
    options = {
        "num_classes": 3,
        "dropout": 0.3,
        "readout_dropout": 0.4,
        "word_dropout": 0.1,
        "gram_dropout": 0.2,
    }
    model = reader("elman", **options)
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(model)
    )
    again.build()
    model.save_weights(tmp_path / "reader.weights.h5")
    again.load_weights(tmp_path / "reader.weights.h5")
    np.testing.assert_array_equal(model(TOKEN_IDS), again(TOKEN_IDS))
    config = again.get_config()
    assert config == model.get_config()
    assert options.items() <= config.items()


def test_one_graph_takes_any_length(reader):
    model = reader()
    spec = [tf.TensorSpec((None, None), tf.int32)]
    every = tf.function(model, input_signature=spec)
    np.testing.assert_allclose(every(TOKEN_IDS), model(TOKEN_IDS), atol=1e-6)
    last_logits = tf.function(model.last_logits, input_signature=spec)
    np.testing.assert_allclose(
        last_logits(TOKEN_IDS), model.last_logits(TOKEN_IDS), atol=1e-6
    )
