"""The translator: one shared cell, padding, search."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.decoding import SpecialTokens
from captioning.models.decoder import Decoder
from captioning.models.sentence_reader import SentenceReader
from captioning.models.translator import Translator
from captioning.nn.cells import ElmanCell, LSTMCell, build_cell
from data_prep.text.special_tokens import END, PAD, START, UNK

VOCABULARY = 13
TAGS = (4, 5)
SOURCES = np.array([[4, 7, 8, 9, END], [5, 9, 6, END, 0], [4, END, 0, 0, 0]], np.int32)
TARGETS = np.array([[START, 6, 7, 8], [START, 9, 9, 0], [START, 12, 11, 10]], np.int32)


def build(cell="lstm", dropout=0.0):
    keras.utils.set_random_seed(20)
    decoder = Decoder(VOCABULARY, 16, build_cell(cell, 12), 8, dropout)
    translator = Translator(SentenceReader(decoder, dropout), decoder)
    translator.build()
    return translator


def both(source_ids, token_ids):
    return {"source_ids": source_ids, "token_ids": token_ids}


def longer(token_ids, by=3):
    return np.pad(token_ids, ((0, 0), (0, by)))


@pytest.mark.parametrize("cell", ["elman", "lstm"])
def test_padding_of_the_source_changes_nothing(cell):
    translator = build(cell)
    np.testing.assert_allclose(
        translator(both(SOURCES, TARGETS)),
        translator(both(longer(SOURCES), TARGETS)),
        atol=1e-5,
    )
    hidden, weights = translator.hidden(SOURCES, TARGETS)
    assert hidden.shape == (3, 4, 16)
    assert weights.shape == (3, 4, 5)
    np.testing.assert_array_equal(weights[1, :, 4:], 0)
    np.testing.assert_allclose(np.sum(weights, axis=-1), 1, rtol=1e-5)


def test_padding_receives_no_gradient():
    translator = build()
    with tf.GradientTape() as tape:
        memory = translator.read(longer(SOURCES))
        loss = tf.reduce_sum(memory.image_embedding**2)
    gradient = tape.gradient(loss, translator.reader.embedding.embeddings.value)
    gradient = tf.convert_to_tensor(gradient).numpy()
    np.testing.assert_array_equal(gradient[PAD], 0)
    assert np.abs(gradient[END]).max() > 0


def test_the_order_of_words_and_the_language_tag_matter():
    translator = build()
    one = translator(both(np.array([[4, 7, 8, END]]), TARGETS[:1])).numpy()
    turned = translator(both(np.array([[4, 8, 7, END]]), TARGETS[:1])).numpy()
    other_language = translator(both(np.array([[5, 7, 8, END]]), TARGETS[:1])).numpy()
    assert np.abs(one - turned).max() > 1e-3
    assert np.abs(one - other_language).max() > 1e-3


# === One cell, one embedding ===


def test_encoder_and_decoder_share_the_cell_and_the_embedding():
    translator = build()
    reader, decoder = translator.reader, translator.decoder
    assert reader.cell is decoder.cell
    assert reader.embedding is decoder.embedding
    shapes = [tuple(v.shape) for v in translator.trainable_variables]
    # One embedding of source, input and output words; one cell for all three uses.
    assert shapes.count((VOCABULARY, 16)) == 1
    assert shapes.count((12, 4 * 12)) == 1


def test_a_cell_that_another_model_has_built_is_not_built_again():
    cell = LSTMCell(12)
    cell.build((None, 16))
    before = cell.kernel
    decoder = Decoder(VOCABULARY, 16, cell, 8)
    translator = Translator(SentenceReader(decoder), decoder)
    translator.build()
    assert translator.reader.cell is cell
    assert cell.kernel is before


def test_a_reader_of_another_decoder_is_refused():
    one, other = (Decoder(VOCABULARY, 16, ElmanCell(12), 8) for _ in range(2))
    with pytest.raises(ValueError, match="of that same decoder"):
        Translator(SentenceReader(one), other)


def test_every_variable_receives_a_gradient():
    translator = build()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(translator(both(SOURCES, TARGETS), training=True) ** 2)
    gradients = tape.gradient(loss, translator.trainable_variables)
    for variable, gradient in zip(
        translator.trainable_variables, gradients, strict=True
    ):
        largest = np.abs(tf.convert_to_tensor(gradient)).max()
        # The softmax does not change if the same is added to all keys.
        if not variable.path.endswith("key/bias"):
            assert largest > 0, variable.path


# === Search ===


@pytest.mark.parametrize("cell", ["elman", "lstm"])
def test_scores_of_beam_search_equal_those_of_teacher_forcing(cell):
    translator = build(cell)
    tokens = SpecialTokens(START, END, PAD, banned=(PAD, UNK, START, *TAGS))
    found = tf.function(
        lambda ids: translator.beam_search(
            ids, tokens, num_beams=3, max_length=6, length_penalty=0.0
        )
    )(longer(SOURCES))
    said = tf.reshape(found.token_ids, (9, 6))
    assert not np.isin(said, (UNK, START, *TAGS)).any()
    forced = tf.concat([tf.fill((9, 1), START), said], axis=1)
    logits = translator(both(np.repeat(SOURCES, 3, axis=0), forced[:, :-1]))
    log_probs = tf.gather(tf.nn.log_softmax(logits), said, batch_dims=2)
    real = tf.cast(said != PAD, tf.float32)
    expected = tf.reshape(tf.reduce_sum(log_probs * real, axis=1), (3, 3))
    np.testing.assert_allclose(found.scores, expected, rtol=1e-4)


# === Saving and training ===


def test_config_and_weights_round_trip(tmp_path):
    translator = build("elman", dropout=0.3)
    translator.save_weights(tmp_path / "of.weights.h5")
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(translator)
    )
    assert again.reader.cell is again.decoder.cell
    assert again.reader.embedding is again.decoder.embedding
    again.build()
    assert (
        np.abs(again(both(SOURCES, TARGETS)) - translator(both(SOURCES, TARGETS))).max()
        > 1e-3
    )
    again.load_weights(tmp_path / "of.weights.h5")
    np.testing.assert_array_equal(
        again(both(SOURCES, TARGETS)), translator(both(SOURCES, TARGETS))
    )
    assert again.get_config() == translator.get_config()


def test_it_learns_to_copy_or_to_reverse_as_the_tag_says():
    translator = build()
    random = np.random.default_rng(0)
    optimizer = keras.optimizers.Adam(2e-2)
    optimizer.build(translator.trainable_variables)

    def batch(size=64):
        words = random.integers(6, VOCABULARY, (size, 3))
        tags = random.choice(TAGS, (size, 1))
        ends = np.full((size, 1), END)
        said = np.where(tags == TAGS[0], words, words[:, ::-1])
        return (
            np.concatenate([tags, words, ends], axis=1).astype("int32"),
            np.concatenate([ends * 0 + START, said], axis=1).astype("int32"),
            np.concatenate([said, ends], axis=1).astype("int32"),
        )

    @tf.function
    def step(sources, targets, labels):
        with tf.GradientTape() as tape:
            logits = translator(both(sources, targets), training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(losses)
        variables = translator.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    for _ in range(300):
        step(*batch())
    sources, targets, labels = batch()
    said = np.argmax(translator(both(sources, targets)), axis=-1)
    assert np.mean(said == labels) > 0.97
