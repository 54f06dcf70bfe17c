"""Moods: the meaning decides the label, and both languages express the meaning."""

import re
from collections import Counter

import pytest

from data_prep.harbour import moods_english, moods_korean
from data_prep.harbour.moods import (
    EVENTS,
    FORMS,
    LINKS,
    PEOPLE,
    QUANTIFIED,
    SIGNS,
    THINGS,
    Event,
    EventClause,
    Mood,
    StateClause,
    label_of,
    sample_mood,
    sign,
    split_of_clause,
)

SPLITS = ("train", "dev", "test")
LOST = Event("lose", "wallet")
OLD_BOAT = StateClause("boat", "old")
HAPPY_SAILOR = StateClause("sailor", "happy")


@pytest.fixture(scope="module")
def moods():
    return {s: [sample_mood(s, i, 0) for i in range(1_500)] for s in SPLITS}


@pytest.mark.parametrize(
    ("meaning", "expected"),
    [
        (StateClause("sailor", "happy"), 1),
        (StateClause("sailor", "happy", "not"), -1),
        (StateClause("sailor", "sad", "no longer"), 1),
        (StateClause("sea", "rough", "not at all"), 1),
        (StateClause("I", "sad", "untrue"), 1),
        (StateClause("I", "sad", "true"), -1),
        (StateClause("nobody", "sad"), 1),
        (StateClause("nobody", "happy"), -1),
        (StateClause("many", "happy"), 1),
        (StateClause("I", "in a good mood", "not", cause=LOST), -1),
        (LOST, -1),
        (Event("lose", "wallet", negated=True), 1),
        (EventClause("cook", Event("catch many fish", negated=True)), -1),
    ],
)
def test_signs_by_hand(meaning, expected):
    assert sign(meaning) == expected


@pytest.mark.parametrize("link", LINKS)
def test_the_clause_that_counts_decides(link):
    assert label_of(Mood(HAPPY_SAILOR, OLD_BOAT, link)) == 1
    assert label_of(Mood(OLD_BOAT, HAPPY_SAILOR, link)) == 0


def ways(module, mood):
    """Return all sentences of a meaning in a language, by some hundreds of wordings."""
    return {module.sentence(mood._replace(wording=wording)) for wording in range(600)}


def test_the_sentence_of_the_lost_wallet_occurs():
    main = StateClause("I", "in a good mood", "not", cause=LOST)
    mood = Mood(main, opener="main")
    assert label_of(mood) == 0
    wanted = "나는 불행하게도 오늘 지갑을 잃어버렸기 때문에 정말 기분이 좋지 않다."
    assert wanted in ways(moods_korean, mood)
    english = (
        "Unfortunately, I am really not in a good mood today because I lost my wallet."
    )
    assert english in ways(moods_english, mood)
    found = main._replace(cause=Event("find", "wallet"), quality="in a bad mood")
    wanted = "나는 다행히 오늘 지갑을 찾았기 때문에 정말 기분이 나쁘지 않다."
    assert wanted in ways(moods_korean, Mood(found, opener="main"))


@pytest.mark.parametrize(
    ("mood", "english", "korean"),
    [
        (
            Mood(StateClause("nobody", "sad", past=True)),
            "Nobody was sad today.",
            {"오늘 아무도 슬프지 않았다.", "오늘 슬픈 사람은 아무도 없었다."},
        ),
        (
            Mood(StateClause("sailor", "happy", "not")),
            "The sailor is not happy.",
            {"선원은 행복하지 않다."},
        ),
        (
            Mood(HAPPY_SAILOR, OLD_BOAT, "but"),
            "The boat is old, but the sailor is happy.",
            {"배는 낡았지만 선원은 행복하다.", "배는 낡았다. 하지만 선원은 행복하다."},
        ),
        (
            Mood(HAPPY_SAILOR, OLD_BOAT, "although last", "main"),
            "Fortunately, the sailor is happy although the boat is old.",
            {
                "비록 배는 낡았지만 다행히 선원은 행복하다.",
                "다행히 선원은 행복하다. 비록 배는 낡았지만.",
            },
        ),
        (
            Mood(
                HAPPY_SAILOR._replace(past=True),
                EventClause("sailor", Event("lose", "net")),
                "although",
            ),
            "Although the sailor lost his net, he was really happy.",
            {"비록 선원은 그물을 잃어버렸지만 정말 행복했다."},
        ),
        (
            Mood(StateClause("weather", "bad", "not")),
            "The weather is not bad.",
            {"날씨는 나쁘지 않다.", "날씨는 안 나쁘다."},
        ),
        (
            Mood(StateClause("I", "in a bad mood", "untrue")),
            "It is not true that I am in a bad mood.",
            {
                "내가 기분이 나쁘다는 말은 사실이 아니다.",
                "내가 기분이 나쁘다는 말은 거짓이다.",
            },
        ),
        (
            Mood(StateClause("sea", "rough", "no longer")),
            "The sea is no longer rough.",
            {"바다는 더 이상 거칠지 않다."},
        ),
        (
            Mood(StateClause("captain", "in a good mood", "not")),
            "The captain is not in a good mood.",
            {"선장은 기분이 좋지 않다.", "선장은 기분이 안 좋다."},
        ),
        (
            Mood(StateClause("keeper", "lonely", cause=Event("miss the ship"))),
            "The lighthouse keeper is lonely because she missed the ship.",
            {
                "등대지기는 배를 놓쳤기 때문에 외롭다.",
                "배를 놓쳤기 때문에 등대지기는 외롭다.",
            },
        ),
        (
            Mood(StateClause("many", "cheerful")),
            "Many people are cheerful.",
            {"즐거운 사람이 많다."},
        ),
    ],
)
def test_sentences_as_a_person_wrote_them(mood, english, korean):
    assert english in ways(moods_english, mood)
    assert korean <= ways(moods_korean, mood)


@pytest.mark.parametrize("split", SPLITS)
def test_clauses_belong_to_their_split_and_oppose_each_other(moods, split):
    for mood in moods[split]:
        assert split_of_clause(mood.main) == split
        assert bool(mood.other) == bool(mood.link)
        if mood.other:
            assert split_of_clause(mood.other) == split
            assert sign(mood.main) == -sign(mood.other)
        for clause in filter(None, (mood.main, mood.other)):
            if isinstance(clause, StateClause) and clause.cause:
                assert sign(clause.cause) == sign(clause)


@pytest.mark.parametrize("split", SPLITS)
def test_each_split_is_balanced_also_under_each_construction(moods, split):
    def share(chosen):
        labels = [label_of(mood) for mood in chosen]
        assert len(labels) > 50
        return sum(labels) / len(labels)

    assert abs(share(moods[split]) - 0.5) < 0.04
    for link in ("", *LINKS):
        assert abs(share([m for m in moods[split] if m.link == link]) - 0.5) < 0.12
    states = [m for m in moods[split] if isinstance(m.main, StateClause)]
    for form in FORMS:
        assert abs(share([m for m in states if m.main.form == form]) - 0.5) < 0.2


def test_training_shows_every_part_and_pair(moods):
    """Only combinations of three are held out: subject and quality, quality and form,
    subject and form all occur."""
    states = [
        clause
        for mood in moods["train"]
        for clause in (mood.main, mood.other)
        if isinstance(clause, StateClause)
    ]
    pairs = Counter((s.subject, s.quality) for s in states)
    assert len(pairs) == (len(PEOPLE) + len(QUANTIFIED)) * 8 + 2 * len(THINGS)
    forms = {(s.subject, s.form) for s in states}
    boat_stays = 1  # it is never "no longer old"
    people_and_things = len(PEOPLE) + len(THINGS)
    assert len(forms) == people_and_things * 6 - boat_stays + len(QUANTIFIED)


def test_openers_agree_with_their_clause(moods):
    good = re.compile(r"\b(fortunately|luckily)\b", re.I)
    bad = re.compile(r"\b(unfortunately|sadly)\b", re.I)
    for mood in moods["train"]:
        english, korean = moods_english.sentence(mood), moods_korean.sentence(mood)
        agrees = 0
        if mood.opener:
            agrees = sign(mood.main if mood.opener == "main" else mood.other)
        assert bool(good.search(english)) == (agrees == 1), english
        assert bool(bad.search(english)) == (agrees == -1), english
        assert ("다행히" in korean or "운 좋게도" in korean) == (agrees == 1), korean
        assert ("불행하게도" in korean or "안타깝게도" in korean) == (agrees == -1)


def test_the_sentences_are_well_formed(moods):
    for mood in moods["train"]:
        english, korean = moods_english.sentence(mood), moods_korean.sentence(mood)
        assert re.fullmatch(r"[A-Z][a-z]*(,? ([a-z]+|I))+\.", english), english
        assert not re.search(r"\bI (is|are|was not at all at all)\b", english), english
        assert "  " not in english + korean
        assert re.fullmatch(r"[가-힣]+( [가-힣]+|\. [가-힣]+)*\.", korean), korean
        assert re.search(r"(다|지만)\.$", korean), korean
        assert "나가" not in korean and "날씨은" not in korean, korean
        assert not re.search(r"\b(지갑|그물|닻)를|(열쇠|모자|노)을", korean), korean
        assert len(english.split()) <= 40 and len(korean.split()) <= 25


def test_the_three_arguments_decide_the_meaning():
    assert sample_mood("dev", 4, 1) == sample_mood("dev", 4, 1)
    others = [("dev", 5, 1), ("dev", 4, 2), ("test", 4, 1)]
    assert all(sample_mood("dev", 4, 1) != sample_mood(*other) for other in others)
    mood = sample_mood("dev", 4, 1)
    for module in (moods_english, moods_korean):
        assert module.sentence(mood) == module.sentence(mood)


def test_every_event_has_a_sign_and_a_sentence_in_both_languages():
    for kind in EVENTS:
        thing = "oar" if kind in ("lose", "find") else ""
        for negated in (False, True):
            deed = EventClause("captain", Event(kind, thing, negated))
            assert sign(deed) in SIGNS
            english, korean = (
                m.sentence(Mood(deed)) for m in (moods_english, moods_korean)
            )
            assert ("did not" in english) == negated
            assert bool(re.search("(않았|못했)다", korean)) == negated
