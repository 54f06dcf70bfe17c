"""People beside captions: both are scored against the same references."""

import pytest

from benchmarks.people import side_by_side
from captioning.metrics import score_corpus
from data_prep.errors import BadInput

REFERENCES = {
    1: ["a red boat".split(), "the red boat sails".split(), "a boat".split()],
    2: ["two gulls fly".split(), "gulls over the sea".split(), "two gulls".split()],
}


def test_a_copy_of_a_reference_scores_higher_than_people():
    first = {image: captions[0] for image, captions in REFERENCES.items()}
    found = side_by_side(first, REFERENCES)
    # Against references that hold it, a copy is better than people are.
    assert found["captions"]["BLEU-1"] > found["people"]["BLEU-1"]
    left_out = [
        score_corpus(
            {image: of[k] for image, of in REFERENCES.items()},
            {image: of[:k] + of[k + 1 :] for image, of in REFERENCES.items()},
        ).overall
        for k in range(3)
    ]
    for name, value in found["people"].items():
        assert value == pytest.approx(sum(one[name] for one in left_out) / 3)


def test_one_reference_is_too_few():
    with pytest.raises(BadInput, match="one reference only"):
        side_by_side({1: ["a"]}, {1: [["a"]]})
