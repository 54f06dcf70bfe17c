"""Scenes in three languages: gold sentences, grammar, one translation each."""

import re
from itertools import product

import pytest

from data_prep.harbour import phrases_english as in_english
from data_prep.harbour import phrases_german as german
from data_prep.harbour import phrases_korean as korean
from data_prep.harbour.captions import parse
from data_prep.harbour.phrasing import ORDERS, Phrasing, phrasing_of
from data_prep.harbour.scene import (
    COLOURS,
    KINDS,
    RELATIONS,
    SKIES,
    SPLITS,
    Scene,
    Thing,
    facts,
    sample_scene,
)


def scene(subject, relation, anchor, **extras):
    """A scene from "red buoy" and "pier"."""
    things = []
    for words in (subject, anchor):
        first, _, rest = words.partition(" ")
        coloured = first in COLOURS
        things.append(Thing(rest, first) if coloured else Thing(words))
    return Scene(things[0], relation, things[1], **extras)


BOAT_AND_LIGHTHOUSE = ("red sailing boat", "left of", "white lighthouse")

# Each kind, colour, relation, sky, number of gulls and order at least once.
GOLD = [
    (
        scene(*BOAT_AND_LIGHTHOUSE),
        Phrasing("subject"),
        "A red sailing boat is to the left of a white lighthouse.",
        "Ein rotes Segelboot liegt links von einem weißen Leuchtturm.",
        "빨간 돛단배가 흰 등대 왼쪽에 있다.",
    ),
    (
        scene(*BOAT_AND_LIGHTHOUSE, sky="sun", gulls=1),
        Phrasing("relation"),
        "To the left of a white lighthouse there is a red sailing boat under the sun, "
        "with one gull in the sky.",
        "Links von einem weißen Leuchtturm liegt ein rotes Segelboot unter der Sonne, "
        "mit einer Möwe am Himmel.",
        "햇빛 아래 흰 등대 왼쪽에 빨간 돛단배가 있고, 하늘에는 갈매기 한 마리가 있다.",
    ),
    (
        scene("black steamer", "behind", "yellow buoy", sky="rain", gulls=2),
        Phrasing("sky", floats=True),
        "In the rain, a black steamer floats behind a yellow buoy, and two gulls fly "
        "above.",
        "Im Regen schwimmt ein schwarzer Dampfer hinter einer gelben Boje, und darüber "
        "fliegen zwei Möwen.",
        "빗속에서 검은 증기선이 노란 부표 뒤에 떠 있고, 그 위로 갈매기 두 마리가 날고 "
        "있다.",
    ),
    (
        scene("green buoy", "in front of", "island", sky="moon", gulls=3),
        Phrasing("gulls", floats=True),
        "While three gulls fly overhead, a green buoy floats in front of an island "
        "under the moon.",
        "Während oben drei Möwen fliegen, schwimmt eine grüne Boje vor einer Insel "
        "unter dem Mond.",
        "머리 위로 갈매기 세 마리가 나는 동안 초록색 부표가 달빛 아래 섬 앞에 떠 있다.",
    ),
    (
        scene("blue rowing boat", "right of", "pier", sky="clouds", sailor=True),
        Phrasing("picture", sailor_heads=True),
        "The picture shows a sailor in a blue rowing boat to the right of a pier under "
        "grey clouds.",
        "Das Bild zeigt einen Matrosen in einem blauen Ruderboot rechts von einem Pier "
        "unter grauen Wolken.",
        "그림에는 회색 구름 아래 파란 나룻배를 탄 선원이 부두 오른쪽에 보인다.",
    ),
    (
        scene("white rowing boat", "behind", "red steamer", sailor=True, gulls=1),
        Phrasing("picture"),
        "The picture shows a white rowing boat with a sailor behind a red steamer, and "
        "one gull flies above.",
        "Das Bild zeigt ein weißes Ruderboot mit einem Matrosen hinter einem roten "
        "Dampfer, und darüber fliegt eine Möwe.",
        "그림에는 선원이 탄 흰 나룻배가 빨간 증기선 뒤에 보이고, 그 위로 갈매기 한 "
        "마리가 날고 있다.",
    ),
    (
        scene("green steamer", "in front of", "black buoy"),
        Phrasing("picture"),
        "The picture shows a green steamer in front of a black buoy.",
        "Das Bild zeigt einen grünen Dampfer vor einer schwarzen Boje.",
        "그림에는 초록색 증기선이 검은 부표 앞에 보인다.",
    ),
    (
        scene("yellow rowing boat", "left of", "island", sailor=True),
        Phrasing("gulls", sailor_heads=True),
        "In the distance, a sailor in a yellow rowing boat is to the left of an "
        "island.",
        "In der Ferne ist ein Matrose in einem gelben Ruderboot links von einer Insel.",
        "저 멀리 노란 나룻배를 탄 선원이 섬 왼쪽에 있다.",
    ),
    (
        scene("blue buoy", "right of", "red lighthouse"),
        Phrasing("sky"),
        "On the open sea, a blue buoy is to the right of a red lighthouse.",
        "Auf dem offenen Meer liegt eine blaue Boje rechts von einem roten Leuchtturm.",
        "탁 트인 바다에서 파란 부표가 빨간 등대 오른쪽에 있다.",
    ),
]


@pytest.mark.parametrize(("shown", "how", "english", "in_german", "in_korean"), GOLD)
def test_sentences_as_a_person_wrote_them(shown, how, english, in_german, in_korean):
    assert in_english.sentence(shown, how) == english
    assert german.sentence(shown, how) == in_german
    assert korean.sentence(shown, how) == in_korean


def test_the_gold_sentences_cover_the_harbour():
    shown = [gold[0] for gold in GOLD]
    assert {s.relation for s in shown} == set(RELATIONS)
    assert {s.sky for s in shown} == set(SKIES)
    assert {s.gulls for s in shown} == {0, 1, 2, 3}
    things = [thing for s in shown for thing in (s.subject, s.anchor)]
    assert {t.kind for t in things} == set(KINDS)
    assert {t.colour for t in things} >= set(COLOURS)
    assert {gold[1].order for gold in GOLD} == set(ORDERS)


@pytest.fixture(scope="module")
def translated():
    scenes = [sample_scene(split, i, 0) for split in SPLITS for i in range(400)]
    return [
        (s, *(m.sentence(s, phrasing_of(s)) for m in (in_english, german, korean)))
        for s in scenes
    ]


def test_english_states_exactly_the_facts(translated):
    for shown, english, _, _ in translated:
        assert parse(english) == facts(shown), english


def test_german_noun_phrases_agree_in_gender_and_case(translated):
    """Article and ending of each, against a table written apart from the code."""
    allowed = {
        "m": {"ein/er", "einen/en", "einem/en"},
        "f": {"eine/e", "einer/en"},
        "n": {"ein/es", "einem/en"},
    }
    genders = {noun: gender for noun, gender in german.NOUNS.values()}
    datives = re.compile(r"(von|vor|hinter|in|mit) (ein\w*)")
    for _, _, text, _ in translated:
        for article, adjective, noun in re.findall(
            r"\b([Ee]in\w*) (?:(\w+?) )?([A-Z]\w+)", text
        ):
            if noun not in genders:
                continue
            if adjective:
                stem = max(
                    (c for c in german.COLOURS.values() if adjective.startswith(c)),
                    key=len,
                )
                pair = f"{article.lower()}/{adjective[len(stem) :]}"
                assert pair in allowed[genders[noun]], text
            else:
                articles = {pair.split("/")[0] for pair in allowed[genders[noun]]}
                assert article.lower() in articles, text
        assert all(a in ("einem", "einer") for _, a in datives.findall(text)), text


def test_the_german_verb_comes_second_and_agrees_with_the_gulls(translated):
    for shown, _, text, _ in translated:
        assert ("fliegt" in text) <= (shown.gulls == 1), text
        assert ("fliegen" in text) <= (shown.gulls > 1), text
        assert ("Matrose " in text) <= shown.sailor
        if text.startswith("Das Bild"):
            assert text.startswith("Das Bild zeigt ein"), text
            assert "Matrose " not in text, text  # a weak noun in the accusative


@pytest.mark.parametrize("case", german.ENDINGS)
def test_german_phrases_by_case(case):
    """ "-en" everywhere but in the nominative and where the accusative equals it."""
    for kind, colour in product(["steamer", "buoy", "sailing boat"], COLOURS):
        words = german.noun_phrase(Thing(kind, colour), case).split()
        same = case == "nominative" or (case == "accusative" and kind != "steamer")
        assert words[1].endswith("en") != same


def test_korean_particles_and_spacing(translated):
    consonants = ("선원", "증기선", "섬")
    for shown, _, _, text in translated:
        for noun in ("돛단배", "나룻배", "등대", "부표", "부두", "마리"):
            assert not re.search(rf"{noun}(이|을)(?![가-힣])", text), text
        for noun in consonants:
            assert not re.search(rf"(?<!\w){noun}(가|를)(?![가-힣])", text), text
        assert re.fullmatch(r"[가-힣]+,?( [가-힣]+,?)*다\.", text), text
        assert ("선원" in text) == shown.sailor


def test_one_meaning_one_translation(translated):
    """No sentence of one language stands beside two of another."""
    texts = [row[1:] for row in translated]
    for one, other in product(range(3), repeat=2):
        assert len({(t[one], t[other]) for t in texts}) == len({t[one] for t in texts})


def test_the_wording_decides_and_fits_the_scene():
    for index in range(300):
        shown = sample_scene("train", index, 1)
        how = phrasing_of(shown)
        assert how == phrasing_of(shown)
        assert how.order in ORDERS
        assert how.sailor_heads <= shown.sailor
        assert not (how.floats and how.sailor_heads)
