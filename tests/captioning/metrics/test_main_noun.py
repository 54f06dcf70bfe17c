"""The main noun of a caption, by WordNet's counts."""

import pytest

from captioning.metrics.main_noun import main_noun, shared_nouns, wordnet_noun


@pytest.fixture(autouse=True)
def wordnet(shared_data, monkeypatch):
    """WordNet, where the tests have it."""
    import nltk

    monkeypatch.setattr(nltk.data, "path", [str(shared_data("nltk_data"))])


@pytest.mark.parametrize(
    ("caption", "noun"),
    [
        ("a brown dog is running on the grass", "dog"),
        ("two dogs play with a ball", "dog"),
        ("a football player in a red jersey", "player"),
        ("a group of people are standing in a crowd", "person"),
        ("men are climbing", "man"),
        ("a crowd", None),
        ("", None),
    ],
)
def test_the_main_noun(caption, noun):
    assert main_noun(caption.split(), wordnet_noun) == noun


def test_a_dictionary_serves_as_well():
    words = "a football player runs".split()
    nouns = {word: noun for word in words if (noun := wordnet_noun(word))}
    assert main_noun(words, nouns.get) == main_noun(words, wordnet_noun)


def test_nouns_that_two_people_wrote():
    people = ["a dog runs", "the dogs run on grass", "an animal on the grass", "sun"]
    captions = [caption.split() for caption in people]
    assert shared_nouns(captions) == {"dog", "grass"}
    assert shared_nouns(captions, people=3) == set()
    # Twice in one caption is one person.
    assert shared_nouns([["dog", "and", "dog"]]) == set()
