"""Every caption states all facts of its scene and nothing else."""

import random
import re

import pytest

from data_prep.examples import SPLITS
from data_prep.harbour.captions import captions_of, parse
from data_prep.harbour.scene import Fact, facts, sample_scene

COUNTS = {"train": 800, "dev": 150, "test": 150}


@pytest.fixture(scope="module")
def captioned():
    scenes = {s: [sample_scene(s, i, 0) for i in range(COUNTS[s])] for s in SPLITS}
    return {
        split: [(scene, captions_of(scene)) for scene in scenes[split]]
        for split in SPLITS
    }


@pytest.mark.parametrize("split", SPLITS)
def test_five_different_sentences_state_exactly_the_facts(captioned, split):
    for scene, sentences in captioned[split]:
        assert len(set(sentences)) == 5
        for sentence in sentences:
            assert parse(sentence) == facts(scene), sentence
            bare = " ".join(re.findall(r"\w+", sentence.lower()))
            assert parse(bare) == facts(scene), bare


def test_no_test_or_dev_sentence_occurs_in_training(captioned):
    strings = {s: {text for _, texts in captioned[s] for text in texts} for s in SPLITS}
    assert not strings["train"] & (strings["dev"] | strings["test"])


def test_the_language_is_small_and_the_sentences_short(captioned):
    sentences = [
        text for split in SPLITS for _, texts in captioned[split] for text in texts
    ]
    lengths = [len(text.split()) for text in sentences]
    assert len({w for t in sentences for w in re.findall(r"\w+", t.lower())}) < 100
    assert 12 < sum(lengths) / len(lengths) < 20
    assert max(lengths) <= 32
    for sentence in sentences:
        assert re.fullmatch(r"[A-Z][a-z]*(,? [a-z]+)+\.", sentence), sentence
        assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", sentence), sentence


def test_the_wording_decides_the_words():
    scene = sample_scene("train", 1, 0)
    assert captions_of(scene) == captions_of(scene)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("", set()),
        ("\x00 ... 12 é 漢字 left red", set()),
        ("a boat and a car", set()),
        ("a red", set()),
        ("lighthouse", {("object", "lighthouse")}),
        (
            "a red and white steamer",
            {
                ("object", "steamer"),
                ("colour", "steamer", "red"),
                ("colour", "steamer", "white"),
            },
        ),
        ("sailor red pier", {("object", "sailor"), *parse("red pier")}),
        ("two gull", {("object", "gulls"), ("count", "gulls", "two")}),
        ("gulls", {("object", "gulls")}),
        ("a buoy left of", {("object", "buoy")}),
        ("left of a buoy", {("object", "buoy")}),
        (
            "buoy <unk> behind behind the old jetty",
            {
                ("object", "buoy"),
                ("object", "pier"),
                ("relation", "buoy", "behind", "pier"),
            },
        ),
    ],
)
def test_facts_of_faulty_english(sentence, expected):
    assert parse(sentence) == {Fact(*fact) for fact in expected}


def test_a_relation_is_one_fact_from_either_side():
    one = parse("a red buoy left of a pier")
    assert one == parse("a pier to the right of a red buoy")
    assert one == parse("right of a red buoy there is a pier")
    assert one != parse("a red buoy right of a pier")


def test_each_wrong_word_changes_the_facts():
    right = parse("A sailor in a red rowboat lies left of a green buoy in the rain.")
    for old, new in [("red", "green"), ("left", "right"), ("buoy", "pier")]:
        text = "a sailor in a red rowboat lies left of a green buoy in the rain"
        assert parse(text.replace(old, new)) != right
        assert parse(text.replace(old, "")) < right


def test_random_words_never_raise():
    rng = random.Random(0)
    words = "a red blue left right of behind sailing boat gulls two pier sun".split()
    for _ in range(500):
        salad = rng.choices(words, k=rng.randint(0, 25))
        assert isinstance(parse(" ".join(salad)), frozenset)
