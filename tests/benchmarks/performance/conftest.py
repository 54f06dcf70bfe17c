"""Our captioner and the same one in Keras, for the tests that compare them."""

import keras
import pytest
import tensorflow as tf

from benchmarks.performance.keras_captioner import KerasCaptioner
from captioning.nn.cells import build_cell
from captioning.tasks.captions.config import CaptionsConfig
from captioning.tasks.captions.task import Captions
from captioning.tasks.config import override
from data_prep.pipeline.image_batches import Batch
from data_prep.text.vocabulary import Vocabulary

SMALL = override(
    CaptionsConfig(),
    encoder="small",
    train_encoder=True,
    image_size=32,
    units=6,
    embedding_dim=5,
    attention_dim=4,
    dropout=0.0,
)
WORDS = ("<pad>", "<unk>", "<start>", "<end>", "a", "boat", "gull")


@pytest.fixture
def both():
    """Our captioner without its encoder, the stock one with the same weights, and a
    batch of two pictures with two captions each."""
    keras.utils.set_random_seed(0)
    cell = build_cell(SMALL.recurrent.cell, SMALL.recurrent.units)
    captions = Captions(SMALL, Vocabulary(WORDS), cell)
    _, regions, region_dim = captions.model.encoder.output_shape
    captions.model.encoder = None
    decoder = captions.model.decoder
    batch = Batch(
        inputs=tf.random.normal((2, regions, region_dim)),
        token_ids=tf.constant([[2, 4, 5, 3], [2, 4, 3, 0], [2, 6, 3, 0], [2, 5, 4, 3]]),
        caption_to_image=tf.constant([0, 0, 1, 1]),
        image_numbers=tf.range(2),
    )
    stock = KerasCaptioner(len(WORDS), SMALL)
    stock(tf.gather(batch.inputs, batch.caption_to_image), batch.token_ids)
    pairs = [
        (stock.image, decoder.image_projection),
        (stock.embedding, decoder.embedding),
        (stock.state_h, decoder.state_projections[0]),
        (stock.state_c, decoder.state_projections[1]),
        (stock.recurrence.cell, decoder.cell),
        (stock.query, decoder.attention.query),
        (stock.key, decoder.attention.key),
        (stock.value, decoder.attention.value),
        (stock.readout, decoder.readout),
    ]
    for theirs, ours in pairs:
        theirs.set_weights(ours.get_weights())
    stock.output_bias.assign(decoder.output_bias)
    return captions.model, stock, batch
