"""Which words get a detector, and where its threshold lies."""

import numpy as np
import pytest

from captioning.tasks.captions.detector_fitting import (
    _area,
    _folds,
    fit_detectors,
)
from data_prep.text.special_tokens import UNK

WORDS = ("", "<start>", "<end>", "<unk>", "a", "dog", "dogs", "man", "red")
A, DOG, DOGS, MAN, RED = range(4, 9)
PICTURES = 400


@pytest.fixture(scope="module")
def pictures():
    """Inputs ``(pictures, 6)`` and captions: of a dog, or dogs, where the first number
    is positive, and red where a coin says so."""
    random = np.random.default_rng(1)
    inputs = random.normal(size=(PICTURES, 6)).astype(np.float32)
    inputs[:, 0] = np.sign(inputs[:, 0]) * (1 + 0.1 * random.normal(size=PICTURES))
    captions = []
    for number, row in enumerate(inputs):
        thing = (DOG, DOGS)[number % 2] if row[0] > 0 else MAN
        colour = [RED] if random.random() < 0.5 else []
        # The last one is no other picture's: equal captions are of copies.
        captions.append([[A, thing, *colour]] * 3 + [[A] + [MAN] * (1 + number)])
    return inputs, captions


def test_words_that_are_found_without_error_get_one(pictures):
    inputs, captions = pictures
    detectors, detected = fit_detectors(inputs, captions, WORDS, min_pictures=100)
    # "a" is in all captions, "red" is not in the picture, and of "man" no picture has
    # a caption without it.
    assert [word.words for word in detected] == [("dog", "dogs")]
    assert detected[0].num_pictures == np.sum(inputs[:, 0] > 0)
    assert detected[0].area == 1
    assert detectors.token_ids.tolist() == [DOG, DOGS]
    np.testing.assert_array_equal(*detectors.weights)
    found = inputs @ detectors.weights[0] + detectors.margins[0] >= 0
    has_dog = inputs[:, 0] > 0
    assert not found[~has_dog].any()
    # The threshold leaves out 4 % of the pictures, of which it was not fitted.
    assert found[has_dog].mean() == pytest.approx(0.96, abs=0.02)


def test_special_tokens_get_none(pictures):
    """Not UNK, which may well be where dogs are; and "s" is no plural of nothing."""
    inputs, captions = pictures
    has_dog = inputs[:, 0] > 0
    told = [
        [[UNK, len(WORDS), *ids] for ids in own[:3]] + own[3:] if dog else own
        for own, dog in zip(captions, has_dog, strict=True)
    ]
    detectors, detected = fit_detectors(inputs, told, (*WORDS, "s"), min_pictures=100)
    assert [word.words for word in detected] == [("dog", "dogs"), ("s",)]
    assert detectors.token_ids.tolist() == [DOG, DOGS, len(WORDS)]


@pytest.mark.filterwarnings("error")
def test_of_copies_of_one_picture_nothing_is_learned(pictures):
    inputs, _ = pictures
    _, detected = fit_detectors(inputs, [[[DOG]]] * len(inputs), WORDS, min_pictures=0)
    assert detected == []


def test_words_of_few_pictures_get_none(pictures):
    inputs, captions = pictures
    detectors, detected = fit_detectors(inputs, captions, WORDS)
    assert detected == [] and len(detectors.token_ids) == 0
    assert detectors.weights.shape == (0, 6)


def test_copies_of_a_picture_are_learned_from_together():
    captions = [[[A, DOG]], [[A, MAN]], [[A, DOG], [MAN]], [[A, DOG]], [[A, MAN]]]
    folds = _folds(captions)
    assert folds[0] == folds[3] and folds[1] == folds[4]
    assert len({*folds[:3].tolist()}) == 3


def test_the_area_is_the_share_of_pairs_in_order():
    random = np.random.default_rng(2)
    positive, negative = random.normal(0.5, size=30), random.normal(size=40)
    pairs = np.mean(positive[:, None] > negative)
    assert _area(positive, negative) == pytest.approx(pairs)
