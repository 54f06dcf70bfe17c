"""Our models as Keras models: built, trained, saved and exported by Keras alone."""

import dataclasses
import inspect
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import captioning
from captioning.encoders import build_encoder
from captioning.models import keras_registration
from captioning.nn.precision import layers_of_policy
from captioning.tasks.captions.loss import captioning_loss
from captioning.tasks.config import SearchConfig

VOCABULARY, REGIONS, REGION_DIM, CLASSES, SIZE = 11, 6, 5, 3, 32


def decoder(cell=None, **options):
    cell = cell or captioning.LSTMCell(12)
    return captioning.Decoder(VOCABULARY, 16, cell, 8, **options)


def captioner(**options):
    return captioning.Captioner(None, decoder(**options))


def captioner_of_pixels():
    return captioning.Captioner(build_encoder("small", SIZE), decoder())


def translator():
    own = decoder()
    return captioning.Translator(captioning.SentenceReader(own), own)


def sentiment():
    cell = captioning.ElmanCell(12)
    return captioning.SentimentClassifier(VOCABULARY, 8, cell, CLASSES, longest_gram=2)


def associations():
    return captioning.WordAssociations(VOCABULARY, 4, 8, captioning.LSTMCell(12))


def tagger():
    return captioning.Tagger(None, CLASSES, 8, captioning.LSTMCell(12))


def tagger_of_pixels():
    encoder = build_encoder("small", SIZE)
    return captioning.Tagger(encoder, CLASSES, 8, captioning.LSTMCell(12))


def data_of(build, rows=8, seed=0):
    """Return x and y, random, and the loss."""
    random = np.random.default_rng(seed)
    words = random.integers(4, VOCABULARY, (rows, 7)).astype("int32")
    words[:, 0] = 2
    words[: rows // 2, 4:] = 0
    images = random.normal(size=(rows, REGIONS, REGION_DIM)).astype("float32")
    if "pixels" in build.__name__:
        images = random.uniform(0, 255, (rows, SIZE, SIZE, 3)).astype("float32")
    of_tokens = captioning.TokenCrossEntropy(label_smoothing=0.1)
    if build in (captioner, captioner_of_pixels):
        return {"images": images, "token_ids": words[:, :-1]}, words[:, 1:], of_tokens
    if build is translator:
        x = {"source_ids": words[:, ::-1].copy(), "token_ids": words[:, :-1]}
        return x, words[:, 1:], of_tokens
    if build is sentiment:
        labels = random.integers(0, CLASSES, rows)
        return words, labels, captioning.TokenCrossEntropy(ignore=None)
    if build is associations:
        counts = random.integers(-1, 3, (rows, 7, 4))
        counts[words == 0] = -1
        return words, counts, captioning.RelatedCrossEntropy(0.1)
    tags = random.integers(0, 2, (rows, CLASSES)).astype("float32")
    return images, tags, captioning.TagCrossEntropy()


ALL = pytest.mark.parametrize(
    "build",
    [
        captioner,
        captioner_of_pixels,
        translator,
        sentiment,
        associations,
        tagger,
        tagger_of_pixels,
    ],
)


@ALL
def test_fit_evaluate_predict_summary_save_load(build, tmp_path, seeded, capsys):
    x, y, loss = data_of(build)
    model = build()
    model.compile("adam", loss)
    history = model.fit(x, y, epochs=4, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    model.summary()
    shown, fixed = capsys.readouterr().out, model.non_trainable_weights
    trained = model.count_params() - sum(int(np.prod(w.shape)) for w in fixed)
    assert f"Trainable params: {trained:,}" in shown
    expected = model.predict(x, verbose=0)
    assert len(expected) == len(y)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), expected)
    assert loaded.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
    assert loaded.optimizer.iterations == model.optimizer.iterations == 4


@ALL
def test_built_from_shapes(build):
    x, y, _ = data_of(build)
    model = build()
    model.build(keras.tree.map_structure(lambda array: (None, *array.shape[1:]), x))
    count = model.count_params()
    model.predict(x, verbose=0)
    assert model.count_params() == count > 0


def test_a_saved_captioner_is_loaded_by_a_process_that_imports_only_the_package(
    tmp_path, seeded
):
    x, _, loss = data_of(captioner_of_pixels)
    model = captioner_of_pixels()
    model.compile("adam", loss)
    expected = model.predict(x, verbose=0)
    model.optimizer.build(model.trainable_variables)
    model.save(tmp_path / "model.keras")
    np.savez(tmp_path / "x.npz", **x)
    code = f"""
import sys
sys.path.insert(0, {str(Path(captioning.__file__).parents[1])!r})
import captioning
assert "keras" not in sys.modules
import keras
assert "captioning.models.captioner" not in sys.modules
import numpy as np
x = dict(np.load("x.npz"))
model = keras.saving.load_model("model.keras")
np.savez("y.npz", logits=model.predict(x, verbose=0), ids=model.generate(x["images"]))
"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    found = np.load(tmp_path / "y.npz")
    np.testing.assert_array_equal(found["logits"], expected)
    np.testing.assert_array_equal(found["ids"], model.generate(x["images"]))


def test_every_registered_class_is_found_by_its_name():
    homes = {
        f"captioning>{n}": m
        for m, names in keras_registration.HOMES.items()
        for n in names
    }
    package = Path(captioning.__file__).parent
    for file in package.rglob("*.py"):
        lines = file.read_text("utf-8").splitlines()
        for line, following in zip(lines, lines[1:], strict=False):
            if line.startswith("@keras.saving.register_keras_serializable"):
                name = following.removeprefix("class ").partition("(")[0]
                module = ".".join(
                    file.relative_to(package.parent).with_suffix("").parts
                )
                assert homes.pop(f"captioning>{name}") == module
    assert not homes


# === The captioner ===


def test_the_loss_is_that_of_our_training(small_captioner, random_batch, of_keras):
    model, batch = small_captioner(), random_batch()
    x = of_keras(batch) | {"token_ids": batch.token_ids[:, :-1]}
    y = batch.token_ids[:, 1:]
    model.compile("adam", captioning.TokenCrossEntropy(label_smoothing=0.1))
    feed = tf.data.Dataset.from_tensors((x, y))
    expected = captioning_loss(model, batch, 0.1, training=False)
    assert model.evaluate(feed, verbose=0) == pytest.approx(float(expected), rel=1e-5)
    # The loss of Keras says the same, without smoothing.
    model.compile(
        "adam", keras.losses.SparseCategoricalCrossentropy(True, ignore_class=0)
    )
    expected = captioning_loss(model, batch, 0.0, training=False)
    assert model.evaluate(feed, verbose=0) == pytest.approx(float(expected), rel=1e-5)


def test_the_callbacks_of_keras(tmp_path, seeded):
    x, y, loss = data_of(captioner)
    model = captioner()
    model.build({"images": (None, REGIONS, REGION_DIM)})
    model.compile(keras.optimizers.AdamW(0.01), loss)
    folder = str(tmp_path)
    history = model.fit(
        x,
        y,
        validation_data=(x, y),
        epochs=30,
        verbose=0,
        callbacks=[
            keras.callbacks.ModelCheckpoint(f"{folder}/b.keras", save_best_only=True),
            keras.callbacks.EarlyStopping(min_delta=1e9, patience=2),
            keras.callbacks.TensorBoard(f"{folder}/tensorboard"),
            keras.callbacks.BackupAndRestore(f"{folder}/backup"),
        ],
    ).history
    assert len(history["loss"]) == 3
    assert list(tmp_path.glob("tensorboard/train/*"))
    best = keras.saving.load_model(f"{folder}/b.keras")
    assert best.evaluate(x, y, verbose=0) == pytest.approx(min(history["val_loss"]))


def test_an_interrupted_fit_is_resumed_from_its_backup(tmp_path, stop_during_epoch):
    x, y, loss = data_of(captioner)

    def fit(*callbacks):
        keras.utils.set_random_seed(3)
        model = captioner()
        model.build({"images": (None, REGIONS, REGION_DIM)})
        model.compile("adam", loss)
        model.optimizer.build(model.trainable_variables)  # or its step is traced twice
        backup = keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))
        model.fit(
            *(x, y),
            batch_size=2,
            epochs=3,
            shuffle=False,
            verbose=0,
            callbacks=[backup, *callbacks],
        )
        return model

    expected = fit()
    with pytest.raises(KeyboardInterrupt):
        fit(stop_during_epoch(2))
    for one, other in zip(fit().weights, expected.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_generate_returns_the_best_of_beam_search(
    small_captioner, random_batch, tokens
):
    model, images = small_captioner(), random_batch().inputs
    options = {"num_beams": 2, "max_length": 6, "length_penalty": 0.5}
    expected = model.beam_search(images, tokens, **options)
    found = model.generate(images, **options)
    np.testing.assert_array_equal(found, expected.token_ids[:, 0])
    assert model.generate(images.numpy()).shape == (3, 22)


def test_generate_searches_by_default_as_the_commands_do():
    generate = inspect.signature(captioning.Captioner.generate.python_function)
    defaults = {name: p.default for name, p in generate.parameters.items()}
    assert dataclasses.asdict(SearchConfig()).items() <= defaults.items()


@pytest.mark.parametrize("build", [captioner, captioner_of_pixels])
def test_an_exported_captioner_says_the_same(build, tmp_path, seeded):
    x, _, _ = data_of(build)
    model = build()
    model.predict(x, verbose=0)
    model.export(tmp_path / "saved", verbose=False, max_length=9)
    served = tf.saved_model.load(tmp_path / "saved")
    np.testing.assert_allclose(served.serve(x), model(x), rtol=1e-4, atol=1e-5)
    found = served.generate(x["images"][:3])
    np.testing.assert_array_equal(found, model.generate(x["images"][:3], max_length=9))


@pytest.mark.parametrize("build", [translator, sentiment, associations, tagger])
def test_an_exported_model_computes_the_same(build, tmp_path, seeded):
    x, _, _ = data_of(build)
    model = build()  # built and never called
    model.build(keras.tree.map_structure(lambda array: (None, *array.shape[1:]), x))
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(tmp_path / "saved")
    np.testing.assert_allclose(served.serve(x), model(x), rtol=1e-4, atol=1e-5)


def test_mixed_precision_is_saved(tmp_path, seeded):
    with layers_of_policy("mixed_bfloat16"):
        x, y, loss = data_of(captioner)
        model = captioner()
        model.compile("adam", loss)
        losses = model.fit(x, y, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert model(x).dtype == "bfloat16"
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(x), model(x))
    found = loaded.generate(x["images"])
    np.testing.assert_array_equal(found, model.generate(x["images"]))
    assert keras.config.dtype_policy().name == "float32"
