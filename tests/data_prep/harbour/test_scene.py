"""The harbour's scenes: held-out combinations, balance, determinism, JSON."""

from collections import Counter
from itertools import combinations, product

import pytest

from data_prep.examples import SPLITS
from data_prep.harbour.scene import (
    COLOURED,
    COLOURS,
    INVERSE,
    KINDS,
    RELATIONS,
    Fact,
    Scene,
    Thing,
    Triple,
    facts,
    sample_scene,
    split_of_triple,
    triples,
)

COUNTS = {"train": 3000, "dev": 500, "test": 500}


@pytest.fixture(scope="module")
def scenes():
    return {s: [sample_scene(s, i, 0) for i in range(COUNTS[s])] for s in SPLITS}


def all_triples():
    return [Triple(*parts) for parts in product(COLOURS, COLOURED, RELATIONS)]


def test_every_triple_of_a_scene_belongs_to_the_scene_s_split(scenes):
    for split in SPLITS:
        for scene in scenes[split]:
            assert {split_of_triple(t) for t in triples(scene)} == {split}


def test_training_shows_all_its_triples_and_none_of_the_others(scenes):
    seen = {s: {t for scene in scenes[s] for t in triples(scene)} for s in SPLITS}
    for split in SPLITS:
        assert seen[split] == {t for t in all_triples() if split_of_triple(t) == split}


def test_about_seven_triples_in_ten_are_for_training():
    shares = Counter(split_of_triple(t) for t in all_triples())
    assert shares == {"train": 85, "dev": 17, "test": 18}


@pytest.mark.parametrize("parts", list(combinations(range(3), 2)))
def test_every_pair_of_parts_occurs_in_training_at_least_twice(parts):
    """What is held out is the combination only, never one of its pairs."""
    pairs = Counter(
        tuple(t[part] for part in parts)
        for t in all_triples()
        if split_of_triple(t) == "train"
    )
    axes = [(COLOURS, COLOURED, RELATIONS)[part] for part in parts]
    assert min(pairs[pair] for pair in product(*axes)) >= 2


@pytest.mark.parametrize("split", SPLITS)
def test_no_fact_holds_in_nearly_half_of_the_scenes(scenes, split):
    held = Counter(fact for scene in scenes[split] for fact in facts(scene))
    assert max(held.values()) < 0.45 * COUNTS[split]
    # And each thing, colour and relation is common enough to be learned.
    things = Counter(t.kind for s in scenes[split] for t in (s.subject, s.anchor))
    assert min(things[kind] for kind in KINDS) > 0.15 * COUNTS[split]
    relations = Counter(s.relation for s in scenes[split])
    assert min(relations[r] for r in RELATIONS) > 0.12 * COUNTS[split]
    colours = Counter(t.colour for s in scenes[split] for t in triples(s))
    assert min(colours[c] for c in COLOURS) > 0.15 * COUNTS[split]


@pytest.mark.parametrize("split", ["dev", "test"])
def test_no_constant_caption_scores_a_third(scenes, split):
    """Micro F1 of the best constant caption: the limit without looking at pictures."""
    stated = [facts(scene) for scene in scenes[split]]
    held = Counter(fact for found in stated for fact in found)
    total = sum(map(len, stated))
    best = max(
        2 * sum(held[fact] for fact in caption) / (len(caption) * len(stated) + total)
        for caption in {*stated, *(facts(scene) for scene in scenes["train"])}
    )
    assert best < 0.30


def test_facts_of_a_scene_by_hand():
    scene = Scene(
        subject=Thing("rowing boat", "red"),
        relation="behind",
        anchor=Thing("pier"),
        sailor=True,
        gulls=2,
        sky="rain",
    )
    assert facts(scene) == {
        ("object", "rowing boat", "", ""),
        ("colour", "rowing boat", "red", ""),
        ("relation", "rowing boat", "behind", "pier"),
        ("object", "pier", "", ""),
        ("object", "sailor", "", ""),
        ("object", "gulls", "", ""),
        ("count", "gulls", "two", ""),
        ("weather", "rain", "", ""),
    }
    assert triples(scene) == (("red", "rowing boat", "behind"),)


def test_a_coloured_anchor_brings_the_relation_seen_from_its_side():
    scene = Scene(Thing("buoy", "red"), "left of", Thing("lighthouse", "white"))
    assert triples(scene)[1] == ("white", "lighthouse", "right of")
    assert Fact("colour", "lighthouse", "white") in facts(scene)


def test_relations_are_inverse_in_pairs():
    assert all(INVERSE[INVERSE[r]] == r != INVERSE[r] for r in RELATIONS)


def test_the_three_arguments_decide_the_scene():
    scene = sample_scene("train", 7, 3)
    assert scene == sample_scene("train", 7, 3)
    others = [("train", 8, 3), ("train", 7, 4), ("dev", 7, 3)]
    assert all(scene != sample_scene(*arguments) for arguments in others)


def test_a_scene_survives_json(scenes):
    for scene in scenes["test"][:100]:
        assert Scene.from_json(scene.to_json()) == scene


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"subject": 3}', "null"])
def test_other_json_is_refused(text):
    with pytest.raises(ValueError):
        Scene.from_json(text)


@pytest.mark.parametrize(
    "fields",
    [
        {"relation": "near"},
        {"sky": "snow"},
        {"gulls": 4},
        {"sailor": True},  # only boats carry sailors
        {"anchor": Thing("steamer", "red")},  # the steamer would be the subject
        {"subject": Thing("pier")},
    ],
)
def test_impossible_scenes_are_refused(fields):
    possible = {
        "subject": Thing("buoy", "red"),
        "relation": "behind",
        "anchor": Thing("pier"),
    }
    Scene(**possible)
    with pytest.raises(ValueError, match="expected"):
        Scene(**{**possible, **fields})


@pytest.mark.parametrize("thing", [("pier", "red"), ("buoy", ""), ("ship", "red")])
def test_impossible_things_are_refused(thing):
    with pytest.raises(ValueError, match="expected"):
        Thing(*thing)
