"""Things that no reference names, by WordNet."""

import pytest

from captioning.metrics.unseen_things import UnseenThings, unseen_in, unseen_things


@pytest.fixture(autouse=True)
def wordnet(shared_data, monkeypatch):
    import nltk

    monkeypatch.setattr(nltk.data, "path", [str(shared_data("nltk_data"))])


PEOPLE = ["a young child with a puppy on the sofa", "a kid on a couch eats an apple"]


@pytest.mark.parametrize(
    ("caption", "unseen"),
    [
        ("a boy sits on a couch", []),  # people are one kind
        ("a dog on a sofa", []),  # a puppy is a dog
        ("a group of children eat fruit", []),  # more general
        ("a cat on a sofa", ["cat"]),
        ("a man in a shirt holds two cats and a cat", ["shirt", "cat"]),
        ("running through red water", []),  # nothing that WordNet calls a thing
    ],
)
def test_what_no_reference_confirms(caption, unseen):
    assert unseen_in(caption.split(), [text.split() for text in PEOPLE]) == unseen


def test_shares_of_captions_and_of_things():
    captions = [c.split() for c in ("a cat and a dog", "a dog on a couch")]
    people = [[text.split() for text in PEOPLE]] * 2
    assert unseen_things(captions, people) == UnseenThings(1 / 2, 1 / 4)
    with pytest.raises(ValueError, match="no captions"):
        unseen_things([], [])
