"""Confidence: the equation, and a file that gives back what was put in."""

import dataclasses
import os

import numpy as np
import pytest

from captioning.inference.confidence import Confidence
from data_prep.errors import BadInput


@pytest.fixture
def confidence():
    rng = np.random.default_rng(0)
    return Confidence(
        words=np.array(["dog", "dogs", "boy", "shepherd"]),
        nouns=np.array(["dog", "dog", "boy", "shepherd"]),
        probed=np.array(["boy", "dog"]),
        weights=rng.normal(size=(2, 5)).astype(np.float16),
        biases=np.array([0.5, -0.5], np.float32),
        unprobed=np.float32(-3.0),
        scales=np.array([0.7, 0.4, 1.1], np.float32),
    )


@pytest.mark.parametrize(
    ("caption", "row"),
    [("two dogs run", 1), ("a boy", 0), ("a shepherd runs", None), ("it runs", None)],
)
def test_the_equation(confidence, caption, row):
    image = np.random.default_rng(1).normal(size=5).astype(np.float32)
    logit = -3.0
    if row is not None:
        weights = confidence.weights.astype(np.float64)
        logit = weights[row] @ image + confidence.biases[row]
    expected = 1 / (1 + np.exp(-(0.7 * logit + 0.4 * -1.5 + 1.1)))
    found = confidence.of(caption.split(), -1.5, image)
    assert found == pytest.approx(expected, rel=1e-5)


def test_an_extreme_logit_stays_a_probability(confidence):
    for factor in (1e4, -1e4):
        image = factor * confidence.weights[1].astype(np.float32)
        found = confidence.of(["dog"], -1.0, image)
        assert found == pytest.approx(float(factor > 0), abs=1e-9)


def test_it_comes_back_from_bytes(confidence):
    again = Confidence.from_bytes(confidence.to_bytes())
    for name, expected in dataclasses.asdict(confidence).items():
        np.testing.assert_array_equal(getattr(again, name), expected)


class Harmful:
    def __reduce__(self):
        return os.system, ("touch harmed",)


def test_what_is_damaged_or_harmful_is_refused(tmp_path, monkeypatch):
    """Pickles are not read, and so not run."""
    monkeypatch.chdir(tmp_path)
    names = [field.name for field in dataclasses.fields(Confidence)]
    whole = dict.fromkeys(names, np.ones(3, np.float32))
    for field, value in {
        "weights": np.array([Harmful()], object),
        "scales": np.full(3, np.nan),
        "biases": np.ones(2),
        "nouns": np.array(["dog"]),
    }.items():
        np.savez("confidence.npz", **whole | {field: value})
        with pytest.raises(BadInput, match=r"confidence\.npz cannot be read"):
            Confidence.of_run(tmp_path)
    np.savez("confidence.npz", words=np.ones(3))
    with pytest.raises(BadInput, match=r"confidence\.npz cannot be read"):
        Confidence.of_run(tmp_path)
    np.savez("confidence.npz", **whole)
    assert Confidence.of_run(tmp_path)
    assert not (tmp_path / "harmed").exists()
