"""The moods of the harbour as Korean sentences: endings, particles, negation."""

import random

from data_prep.harbour.hangul import with_particle
from data_prep.harbour.moods import (
    QUANTIFIED,
    THINGS,
    Clause,
    Event,
    EventClause,
    Mood,
    StateClause,
    sign,
)

_NOUNS = {
    "I": "나",
    "sailor": "선원",
    "captain": "선장",
    "fisherman": "어부",
    "keeper": "등대지기",
    "cook": "요리사",
    "gull": "갈매기",
    "weather": "날씨",
    "sea": "바다",
    "wind": "바람",
    "boat": "배",
    "soup": "수프",
    "work": "일",
}
# Stem of the present, stem of the past, form before a noun.
_QUALITIES = {
    "happy": ("행복하", "행복했", "행복한"),
    "cheerful": ("즐겁", "즐거웠", "즐거운"),
    "in a good mood": ("기분이 좋", "기분이 좋았", "기분이 좋은"),
    "at ease": ("마음이 편하", "마음이 편했", "마음이 편한"),
    "sad": ("슬프", "슬펐", "슬픈"),
    "lonely": ("외롭", "외로웠", "외로운"),
    "in a bad mood": ("기분이 나쁘", "기분이 나빴", "기분이 나쁜"),
    "uneasy": ("불안하", "불안했", "불안한"),
    "good": ("좋", "좋았", "좋은"),
    "bad": ("나쁘", "나빴", "나쁜"),
    "calm": ("잔잔하", "잔잔했", "잔잔한"),
    "rough": ("거칠", "거칠었", "거친"),
    "gentle": ("부드럽", "부드러웠", "부드러운"),
    "fierce": ("거세", "거셌", "거센"),
    "sturdy": ("튼튼하", "튼튼했", "튼튼한"),
    "old": ("낡", "낡았", "낡은"),
    "tasty": ("맛있", "맛있었", "맛있는"),
    "awful": ("맛없", "맛없었", "맛없는"),
    "easy": ("쉽", "쉬웠", "쉬운"),
    "hard": ("힘들", "힘들었", "힘든"),
}
# Idiomatic with the short negation 안.
_WITH_AN = {
    *("in a good mood", "in a bad mood", "at ease", "sad", "lonely"),
    *("good", "bad", "easy", "hard"),
}
_OBJECTS = {
    "wallet": "지갑",
    "net": "그물",
    "key": "열쇠",
    "hat": "모자",
    "anchor": "닻",
    "oar": "노",
}
# Done, and not done: stems of the past.
_DONE = {
    "lose": ("잃어버렸", "잃어버리지 않았"),
    "find": ("찾았", "찾지 못했"),
    "catch many fish": ("물고기를 많이 잡았", "물고기를 많이 잡지 못했"),
    "miss the ship": ("배를 놓쳤", "배를 놓치지 않았"),
    "win the race": ("경주에서 이겼", "경주에서 이기지 못했"),
    "lose the race": ("경주에서 졌", "경주에서 지지 않았"),
}
_OPENERS = {1: ("다행히", "운 좋게도"), -1: ("불행하게도", "안타깝게도")}
_TIMES = {False: ("", "", "오늘", "지금"), True: ("", "", "오늘", "어제")}


def sentence(mood: Mood) -> str:
    """Return the meaning in Korean; its ``wording`` decides between synonyms."""
    rng = random.Random(f"korean/{mood.wording}")
    main, other = mood.main, mood.other
    openers = {"main": "", "other": ""}
    if mood.opener:
        agrees = sign(main if mood.opener == "main" else other)
        openers[mood.opener] = rng.choice(_OPENERS[agrees])
    if other is None:
        return _written(_clause(main, "다", openers["main"], False, rng) + ".")
    # A topic that stays the same is not repeated.
    same_topic = main.subject == other.subject
    afterthought = rng.random() < 0.5
    if mood.link == "although last" and afterthought:
        first = _clause(main, "다", openers["main"], False, rng)
        second = _clause(other, "지만", "", same_topic, rng)
        return _written(f"{first}. 비록 {second}.")
    second = _clause(main, "다", openers["main"], same_topic, rng)
    if mood.link == "but" and afterthought:
        however = rng.choice(("하지만", "그러나"))
        first = _clause(other, "다", openers["other"], False, rng)
        return _written(f"{first}. {however} {second}.")
    first = _clause(other, "지만", openers["other"], False, rng)
    # The ending 지만 already means "although"; 비록 only announces it.
    although = "비록" if mood.link.startswith("although") else ""
    return _written(f"{although} {first} {second}.")


def _written(words: str) -> str:
    return " ".join(words.split()).replace(" .", ".")


def _clause(
    clause: Clause, ending: str, opener: str, same_topic: bool, rng: random.Random
) -> str:
    """Return a clause that ends in 다 or 지만."""
    past = isinstance(clause, EventClause) or clause.past
    time = "" if clause.subject == "boat" else rng.choice(_TIMES[past])
    if isinstance(clause, StateClause) and clause.form == "no longer":
        time = rng.choice(("", "이제"))
    if clause.subject in QUANTIFIED:
        return f"{opener} {time} {_quantified(clause, ending, rng)}"
    noun = _NOUNS[clause.subject]
    if isinstance(clause, StateClause) and clause.form in ("true", "untrue"):
        who = "내가" if noun == "나" else with_particle(noun, "이/가")
        # The time comes after a person, but before a thing.
        who = f"{time} {who}" if clause.subject in THINGS else f"{who} {time}"
        said = f"{opener} {who} {_predicate(clause, '다')}는 말은"
        return f"{said} {_truth(clause.form, ending, rng)}"
    topic = "" if same_topic else with_particle(noun, "은/는")
    opener_first = rng.random() < 0.5
    if clause.subject in THINGS:
        head = [opener, time, topic] if opener_first else [time, topic, opener]
    else:
        head = [opener, topic, time] if opener_first else [topic, opener, time]
    if isinstance(clause, EventClause):
        return f"{' '.join(head)} {_event(clause.event)}{ending}"
    because = f"{_event(clause.cause)}기 때문에" if clause.cause else ""
    # The cause comes directly before the state, or directly after the opener.
    if because and ending == "다" and rng.random() < 0.3:
        head, because = [opener, because, topic, time], ""
    elif because and time == "지금":  # the state is now, its cause was earlier
        head.remove(time)
        because += " " + time
    return f"{' '.join(head)} {because} {_state(clause, ending, rng)}"


def _event(event: Event) -> str:
    stem = _DONE[event.kind][event.negated]
    if not event.thing:
        return stem
    return f"{with_particle(_OBJECTS[event.thing], '을/를')} {stem}"


def _predicate(state: StateClause, ending: str) -> str:
    """Return the quality in its tense. "Old" is always past in Korean: 낡았다."""
    present, past, _ = _QUALITIES[state.quality]
    return (past if state.past or state.quality == "old" else present) + ending


def _denied(state: StateClause, ending: str) -> str:
    stem = _QUALITIES[state.quality][0]
    past = state.past or state.quality == "old"
    return f"{stem}지 {'않았' if past else '않'}{ending}"


def _state(state: StateClause, ending: str, rng: random.Random) -> str:
    if state.form == "plain":
        very = rng.choice(("", "정말", "아주", "무척"))
        return f"{very} {_predicate(state, ending)}"
    if state.form == "not at all":
        return f"전혀 {_denied(state, ending)}"
    if state.form == "no longer":
        return f"더 이상 {_denied(state, ending)}"
    really = rng.choice(("", "정말"))
    if state.quality in _WITH_AN and rng.random() < 0.5:
        *before, last = _predicate(state, ending).split()
        return " ".join((really, *before, "안", last))
    return f"{really} {_denied(state, ending)}"


def _truth(form: str, ending: str, rng: random.Random) -> str:
    if form == "true":
        return f"사실이{ending}"
    return rng.choice(("사실이 아니", "거짓이")) + ending


def _quantified(state: StateClause, ending: str, rng: random.Random) -> str:
    attributive = _QUALITIES[state.quality][2]
    if state.subject == "everybody":
        return f"모두가 {_predicate(state, ending)}"
    if state.subject == "many":
        return f"{attributive} 사람이 {'많았' if state.past else '많'}{ending}"
    if rng.random() < 0.5:
        return f"아무도 {_denied(state, ending)}"
    return f"{attributive} 사람은 아무도 {'없었' if state.past else '없'}{ending}"
