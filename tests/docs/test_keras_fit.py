"""The script of docs/keras-fit.md runs, and keeps the best of what it learned."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

PAGE = Path(__file__).resolve().parents[2] / "docs" / "keras-fit.md"


@pytest.fixture
def names(harbour_data, tiny_config, tmp_path, monkeypatch):
    """What the script has defined, run on the harbour with random regions."""
    from captioning import encoders
    from captioning.tasks import image_encoding, registry
    from data_prep.prepared.captions import load_captions

    def regions(config, data, split):
        count = len(load_captions(data, split).image_ids)
        return np.random.default_rng(0).random((count, 4, 3)).astype("float16")

    def encoder(name, size):
        pixels = keras.Input((size, size, 3))
        few = keras.layers.AveragePooling2D(size // 2)(pixels / 255.0)
        return keras.Model(pixels, keras.layers.Reshape((4, 3))(few))

    monkeypatch.setattr(registry, "preset", lambda task, name: tiny_config)
    monkeypatch.setattr(image_encoding, "cached_rows", regions)
    monkeypatch.setattr(encoders, "build_encoder", encoder)
    monkeypatch.chdir(tmp_path)
    code = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    code, names = "\n".join(code), {"__name__": "page"}
    ours = code.replace('"data/flickr8k"), 14', f"{str(harbour_data)!r}), 2")
    assert ours != code
    exec(compile(ours, PAGE.name, "exec"), names)
    return names


def test_the_script_trains_keeps_the_best_and_captions_photos(names):
    history = names["history"].history
    assert history["loss"][1] < history["loss"][0] and len(history["val_cider_d"]) == 2
    score = names["captioning"].CaptionScore(
        names["regions"]["dev"], names["captions"]["dev"], names["vocabulary"]
    )
    score.set_model(names["trained"])
    score.on_epoch_end(0, logs := {})
    assert logs["val_cider_d"] == pytest.approx(max(history["val_cider_d"]))
    exported = tf.saved_model.load("exported")
    expected = names["whole"].generate(names["pixels"])
    np.testing.assert_array_equal(exported.generate(names["pixels"]), expected)
