"""CIDEr-D: examples by hand, and what holds for any captions."""

import math

import pytest

from captioning.metrics import CiderD, cider_d


def words(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize(
    ("candidate", "score"),
    [
        # "boat" is in both images, idf 0; "red" in one of two, idf log 2.
        ("red boat", 10 / 4 * (1 + 1)),  # cosines for n = 1, 2; no 3-, 4-grams
        ("red ship", 10 / 4 * (1 / math.sqrt(2) + 0)),
        # Bigrams (red boat), 2 x (boat boat); two words too many.
        ("red boat boat boat", 10 / 4 * (1 + 1 / math.sqrt(5)) * math.exp(-4 / 72)),
        ("two gulls", 0),
        ("", 0),
    ],
)
def test_scores_by_hand(candidate, score):
    scorer = CiderD({1: [words("red boat")], 2: [words("blue boat")]})
    assert scorer.score_one(1, words(candidate)) == pytest.approx(score)


def test_the_score_of_a_single_image_is_zero():
    """Every n-gram is in all images, so that its idf is zero."""
    assert cider_d({1: words("a red boat")}, {1: [words("a red boat")]})[0] == 0


def test_scores_of_some_images_equal_those_within_all(harbour):
    """A batch of samples is scored with the document frequencies of all images."""
    candidates, references, _ = harbour
    scorer = CiderD(references)
    whole = scorer.score(candidates)
    part = dict(list(candidates.items())[:7])
    assert scorer.score(part) == {image: whole[image] for image in part}
    mean, per_image = cider_d(candidates, references)
    assert per_image == whole
    assert mean == pytest.approx(sum(whole.values()) / len(whole))


def test_repeating_words_lowers_the_score(harbour):
    _, references, _ = harbour
    scorer = CiderD(references)
    for image, (first, *_) in references.items():
        assert scorer.score_one(image, first * 2) < scorer.score_one(image, first)


def test_the_error_for_an_unknown_image_has_its_name():
    with pytest.raises(ValueError, match="found image 'b.jpg'.*1 images"):
        CiderD({"a.jpg": [["a"]]}).score({"b.jpg": ["a"]})
