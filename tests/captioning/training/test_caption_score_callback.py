"""CIDEr-D after each epoch of `fit`: the value of the metric, and what monitors it."""

import keras
import numpy as np
import pytest

import captioning
from captioning.metrics import cider_d
from captioning.training.caption_score_callback import CaptionScore
from data_prep.text.vocabulary import Vocabulary

WORDS = ("red", "blue", "boat", "gull", "sails", "rests", "slowly")


def test_the_score_is_that_of_the_captions_and_is_monitored(
    small_captioner, random_batch, tmp_path
):
    model, batch = small_captioner(), random_batch(num_images=4, captions_each=1)
    vocabulary = Vocabulary(("<pad>", "<unk>", "<start>", "<end>", *WORDS))
    token_ids = batch.token_ids.numpy()
    x = {"images": batch.inputs.numpy(), "token_ids": token_ids[:, :-1]}
    references = [[text.decode()] for text in vocabulary.decode(token_ids).numpy()]
    model.compile(keras.optimizers.Adam(0.05), captioning.TokenCrossEntropy())
    path = tmp_path / "best.keras"
    best = {"monitor": "val_cider_d", "mode": "max", "save_best_only": True}
    history = model.fit(
        x,
        token_ids[:, 1:],
        epochs=6,
        verbose=0,
        callbacks=[
            CaptionScore(x["images"], references, vocabulary, batch_size=3),
            keras.callbacks.ModelCheckpoint(path, **best),
        ],
    ).history
    found = keras.saving.load_model(path).generate(x["images"])
    said = dict(enumerate(t.decode().split() for t in vocabulary.decode(found).numpy()))
    right = {k: [texts[0].split()] for k, texts in enumerate(references)}
    expected, _ = cider_d(said, right)
    assert np.max(history["val_cider_d"]) == pytest.approx(expected)
    assert expected > history["val_cider_d"][0]


def test_references_of_other_images_are_refused():
    with pytest.raises(ValueError, match="3 images and references of 2"):
        CaptionScore(np.zeros((3, 6, 5)), [["a"], ["b"]], None)
