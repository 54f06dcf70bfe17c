"""Moods of the harbour's people: the meaning of a sentence, and its sentiment.

A meaning is drawn first (`Mood`). Its label is computed from the meaning (`label_of`),
and `moods_english` and `moods_korean` put it into words. No single word decides the
label: a negation inverts a clause, "nobody" inverts "sad", and of two clauses the one
before "but" or after "although" does not count. Each of these is drawn equally often
for both labels, so that word counts do not predict the label.
"""

import random
from typing import NamedTuple

from data_prep.harbour.sampling import split_of_class

# Subjects; for the quantified ones, the sign by which they multiply the predicate's.
PEOPLE = ("I", "sailor", "captain", "fisherman", "keeper", "cook", "gull")
QUANTIFIED = {"everybody": 1, "many": 1, "nobody": -1}

# Qualities of people and of things: 1 is good, -1 is bad.
FEELINGS = {
    "happy": 1,
    "cheerful": 1,
    "in a good mood": 1,
    "at ease": 1,
    "sad": -1,
    "lonely": -1,
    "in a bad mood": -1,
    "uneasy": -1,
}
THINGS = {
    "weather": {"good": 1, "bad": -1},
    "sea": {"calm": 1, "rough": -1},
    "wind": {"gentle": 1, "fierce": -1},
    "boat": {"sturdy": 1, "old": -1},
    "soup": {"tasty": 1, "awful": -1},
    "work": {"easy": 1, "hard": -1},
}
# What happens to people: 1 is good, -1 is bad. "lose" and "find" take an object.
EVENTS = {
    "lose": -1,
    "find": 1,
    "catch many fish": 1,
    "miss the ship": -1,
    "win the race": 1,
    "lose the race": -1,
}
OBJECTS = ("wallet", "net", "key", "hat", "anchor", "oar")
# How a state is asserted, and the sign that this gives.
FORMS = {
    "plain": 1,
    "true": 1,
    "not": -1,
    "not at all": -1,
    "no longer": -1,
    "untrue": -1,
}
LINKS = ("but", "although", "although last")
SIGNS = (1, -1)

# Shares of sentences. They are balanced so that word counts do not predict the label
# (tests/data_prep/datasets/test_moods.py), while an opener such as "fortunately" makes
# one label more likely.
CONTRAST_SHARE = 0.5
CAUSE_SHARE = 0.35
OPENER_SHARE = 0.3


class Event(NamedTuple):
    """Something that happened: one of `EVENTS`, its object if any, maybe negated."""

    kind: str
    thing: str = ""
    negated: bool = False


class StateClause(NamedTuple):
    """A person's feeling or a thing's quality, now or in the past."""

    subject: str
    quality: str
    form: str = "plain"
    past: bool = False
    cause: Event | None = None


class EventClause(NamedTuple):
    """An event as a clause of its own."""

    subject: str
    event: Event


Clause = StateClause | EventClause


class Mood(NamedTuple):
    """The meaning of a sentence.

    ``link`` is one of `LINKS`: "other but main", "although other, main", "main although
    other". ``opener`` is the clause, "main" or "other", with "fortunately" or
    "unfortunately" before it, which agrees with its sign.
    """

    main: Clause  # the one that counts
    other: Clause | None = None  # does not count, of opposite sign; None: no contrast
    link: str = ""  # "" without contrast
    opener: str = ""  # "" if neither clause has one
    wording: int = 0  # seed of all choices that do not change the meaning


def label_of(mood: Mood) -> int:
    """Return 1 if the sentence as a whole is positive, 0 if it is negative."""
    return int(sign(mood.main) > 0)


def sign(meaning: Clause | Event) -> int:
    """Return 1 if the clause or event is good, -1 if it is bad."""
    if isinstance(meaning, Event):
        return EVENTS[meaning.kind] * (-1 if meaning.negated else 1)
    if isinstance(meaning, EventClause):
        return sign(meaning.event)
    quality = THINGS.get(meaning.subject, FEELINGS)[meaning.quality]
    return quality * FORMS[meaning.form] * QUANTIFIED.get(meaning.subject, 1)


def split_of_clause(clause: Clause) -> str:
    """Return "train", "dev" or "test", by a Latin square of seven classes.

    Five classes are train, one is dev, one test. Subject, quality, form and time
    determine the class. So combinations are held out, but no part, and no pair such as
    "nobody" with a quality: its two times are one class apart, the held-out classes
    three. Plain clauses about a thing are all train: "맛없었다" is a single word in
    Korean, which no other clause contains.
    """
    subjects = (*PEOPLE, *THINGS, *QUANTIFIED)
    at = subjects.index(clause.subject)
    if isinstance(clause, EventClause):
        kind, thing, negated = clause.event
        at += 2 * list(EVENTS).index(kind) + 3 * negated
        at += OBJECTS.index(thing) if thing else 0
    elif clause.subject in THINGS and clause.form == "plain":
        return "train"
    else:
        qualities = list(THINGS.get(clause.subject, FEELINGS))
        at += 2 * qualities.index(clause.quality) + clause.past
        at += 3 * list(FORMS).index(clause.form)
    return split_of_class(at)


def sample_mood(split: str, index: int, seed: int) -> Mood:
    """Return meaning number ``index`` of a split; the arguments decide everything."""
    rng = random.Random(f"moods/{seed}/{split}/{index}")
    wanted = rng.choice(SIGNS)
    main = _clause(split, wanted, rng)
    other, link, opener = None, "", ""
    if rng.random() < CONTRAST_SHARE:
        link = rng.choice(LINKS)
        while other is None or not _compatible(main, other):
            other = _clause(split, -wanted, rng)
    if rng.random() < OPENER_SHARE:
        # With "although" first it would be unclear what is fortunate.
        opener = rng.choice(("main", "other")) if link == "but" else "main"
    if link == "although":
        opener = ""
    return Mood(main, other, link, opener, rng.getrandbits(32))


def _clause(split: str, wanted: int, rng: random.Random) -> Clause:
    """Draw clauses of the wanted sign until one belongs to the split."""
    while True:
        drawn = rng.random()
        if drawn < 0.15:
            clause = EventClause(rng.choice(PEOPLE[:-1]), _event(wanted, rng))
        elif drawn < 0.4:
            clause = _state(rng.choice(list(THINGS)), wanted, rng)
        elif drawn < 0.6:
            clause = _state(rng.choice(list(QUANTIFIED)), wanted, rng)
        else:
            clause = _state(rng.choice(PEOPLE), wanted, rng)
        if split_of_clause(clause) == split:
            return clause


def _state(subject: str, wanted: int, rng: random.Random) -> StateClause:
    forms = ["plain"]
    if subject not in QUANTIFIED:
        turned = rng.choice(SIGNS)
        forms = [form for form in FORMS if FORMS[form] == turned]
    form = rng.choice(forms)
    past = rng.random() < 0.3 and form != "no longer"
    if subject == "boat":  # a boat that is old stays old
        form = "not" if form == "no longer" else form
        past = False
    needed = wanted * FORMS[form] * QUANTIFIED.get(subject, 1)
    qualities = THINGS.get(subject, FEELINGS)
    quality = rng.choice([q for q in qualities if qualities[q] == needed])
    cause = None
    # "Nobody is sad because ..." and "it is true that ... because ..." are ambiguous;
    # and a gull has nothing to lose or find.
    clear = subject in PEOPLE[:-1] and form not in ("true", "untrue")
    if clear and rng.random() < CAUSE_SHARE:
        cause = _event(wanted, rng)
    return StateClause(subject, quality, form, past, cause)


def _event(wanted: int, rng: random.Random) -> Event:
    negated = rng.random() < 0.4
    needed = -wanted if negated else wanted
    # "lose" and "find" twice as often as the others, for their six objects
    kind = rng.choice([k for k in ("lose", "find", *EVENTS) if EVENTS[k] == needed])
    thing = rng.choice(OBJECTS) if kind in ("lose", "find") else ""
    return Event(kind, thing, negated)


def _compatible(main: Clause, other: Clause) -> bool:
    """Return whether both clauses can be true: no one is sad and happy at once."""
    if main.subject == other.subject:
        if isinstance(main, EventClause) or isinstance(other, StateClause):
            return False
        return main.cause is None or main.cause.kind != other.event.kind
    if main.subject in QUANTIFIED:
        return other.subject in THINGS
    return True
