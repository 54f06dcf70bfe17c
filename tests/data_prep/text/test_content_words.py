"""Content words: counted by picture, without stop words."""

import numpy as np
import pytest

from data_prep.text.content_words import STOP_WORDS, most_frequent, sets_of

CAPTIONS = [
    ("A dog's ball.", "The dog runs, a dog", "it is a dog"),
    ("Two men with a ball", "a man"),
    ("THE BALL",),
]


def test_words_by_number_of_pictures_then_alphabetically():
    words = most_frequent(CAPTIONS, 99)
    assert words == ("ball", "dog", "man", "men", "runs", "two")
    assert most_frequent(CAPTIONS, 2) == ("ball", "dog")


def test_stop_words_are_left_out():
    texts = [("he isn't what they've been, and can't have had it in front of us!",)]
    assert most_frequent(texts, 99) == ("front",)


def test_german_has_its_own_stop_words():
    texts = [("Ein Mann hat einen Hut auf, und man sieht ihn.", "die Männer war hier")]
    assert most_frequent(texts, 99) == ("hut", "mann", "männer", "sieht")
    texts = [("A man in a hat was here, and they die.",)]
    assert most_frequent(texts, 99) == ("die", "hat", "man")
    assert most_frequent([("man in hat", "man with dog")], 99) == ("dog", "hat", "man")


def test_sets():
    sets = sets_of(CAPTIONS, ("dog", "ball", "cat"))
    assert sets.dtype == bool
    np.testing.assert_array_equal(sets, [[1, 1, 0], [0, 1, 0], [0, 1, 0]])
    single = sets_of([(text,) for text in CAPTIONS[0]], ("ball", "runs"))
    np.testing.assert_array_equal(single, [[1, 0], [0, 1], [0, 0]])
    assert sets_of([], ("dog",)).shape == (0, 1)
    assert sets_of([()], ("dog",)).tolist() == [[False]]


def test_many_pictures_are_read_in_groups(monkeypatch):
    monkeypatch.setattr("data_prep.text.content_words._GROUPS", 2)
    np.testing.assert_array_equal(sets_of(CAPTIONS, ("ball", "men"))[:, 1], [0, 1, 0])
    assert most_frequent(CAPTIONS, 1) == ("ball",)


def test_stop_words_are_words_of_the_tokenizer():
    from data_prep.text.standardize import split_words

    for stop_words in STOP_WORDS.values():
        split = split_words(sorted(stop_words)).to_list()
        assert [len(words) for words in split] == [1] * len(stop_words)
        assert {words[0].decode() for words in split} == stop_words


def test_tags_of_flickr8k(shared_data):
    """The 300 tags that the figures of docs/results.md are about."""
    path = shared_data("flickr8k") / "Flickr8k.token.txt"
    captions: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        key, _, caption = line.partition("\t")
        captions.setdefault(key.partition("#")[0], []).append(caption)
    lists = {
        split: (shared_data("flickr8k") / f"Flickr_8k.{split}Images.txt").read_text()
        for split in ("train", "test")
    }
    groups = {s: [captions[name] for name in lists[s].split()] for s in lists}
    words = most_frequent(groups["train"], 300)
    assert words[:3] == ("man", "wearing", "white")
    prevalence = sets_of(groups["test"], words).mean()
    assert prevalence == pytest.approx(0.039, abs=0.0005)
