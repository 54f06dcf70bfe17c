"""How the people of the harbour fare: what is felt, and whether that is good or bad.

A sentence is built as a meaning first (`Mood`), and its label is computed from that
meaning (`verdict`); moods_english and moods_korean only say it. A word decides nothing:
a negation turns a clause around, "nobody" turns "sad" around, and of two clauses the
one before "but" or after "although" does not count. Each of these is drawn as often for
a good mood as for a bad one, so that counting words cannot tell them.
"""

import random
from typing import NamedTuple

# Who speaks or is spoken of; of the quantified, what each does to the predicate's sign.
PEOPLE = ("I", "sailor", "captain", "fisherman", "keeper", "cook", "gull")
QUANTIFIED = {"everybody": 1, "many": 1, "nobody": -1}

# What can be said of people and of things, and whether that is good.
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
# What happens to people; "lose" and "find" take an object.
EVENTS = {
    "lose": -1,
    "find": 1,
    "catch many fish": 1,
    "miss the ship": -1,
    "win the race": 1,
    "lose the race": -1,
}
OBJECTS = ("wallet", "net", "key", "hat", "anchor", "oar")
# How a state is asserted, and the sign of that.
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

# Shares of sentences; together they keep a count of words from telling the label, while
# a word that opens the sentence still says which way it will more likely go.
CONTRAST_SHARE = 0.5
CAUSE_SHARE = 0.35
OPENER_SHARE = 0.3
_OWNERS = {0: "test", 3: "dev"}


class Event(NamedTuple):
    """Something that happened: `EVENTS`, its object if it has one, or its negation."""

    kind: str
    thing: str = ""
    negated: bool = False


class State(NamedTuple):
    """Someone's feeling or something's quality, now or in the past."""

    subject: str
    quality: str
    form: str = "plain"
    past: bool = False
    cause: Event | None = None


class Deed(NamedTuple):
    """Someone's event, told for itself."""

    subject: str
    event: Event


Clause = State | Deed


class Mood(NamedTuple):
    """The meaning of a sentence.

    Attributes:
        main: the clause that counts.
        other: the clause that does not, of opposite sign; None without contrast.
        link: one of `LINKS`: "other but main", "although other, main", "main although
            other"; "" without contrast.
        opener: "main" or "other", the clause that "fortunately" or "unfortunately"
            comes before, and agrees with; "" if neither.
        wording: what decides everything that does not change the meaning.
    """

    main: Clause
    other: Clause | None = None
    link: str = ""
    opener: str = ""
    wording: int = 0


def verdict(mood: Mood) -> int:
    """1 if all in all the sentence is positive, 0 if it is negative."""
    return int(sign(mood.main) > 0)


def sign(said: Clause | Event) -> int:
    """1 if what is said is good, -1 if it is bad."""
    if isinstance(said, Event):
        return EVENTS[said.kind] * (-1 if said.negated else 1)
    if isinstance(said, Deed):
        return sign(said.event)
    qualities = THINGS.get(said.subject, FEELINGS)
    return qualities[said.quality] * FORMS[said.form] * QUANTIFIED.get(said.subject, 1)


def split_of_clause(clause: Clause) -> str:
    """ "train", "dev" or "test": a Latin square of seven classes, five for training.

    Subject, quality, form and time make the class, so that the combination is held out
    but none of its parts, nor "nobody" with a quality: the two times differ by one
    class, and the two that are held out lie three apart. Plain words about a thing are
    all for training: "맛없었다" is one word in Korean, which nothing else would show.
    """
    subjects = (*PEOPLE, *THINGS, *QUANTIFIED)
    at = subjects.index(clause.subject)
    if isinstance(clause, Deed):
        kind, thing, negated = clause.event
        at += 2 * list(EVENTS).index(kind) + 3 * negated
        at += OBJECTS.index(thing) if thing else 0
    elif clause.subject in THINGS and clause.form == "plain":
        return "train"
    else:
        qualities = list(THINGS.get(clause.subject, FEELINGS))
        at += 2 * qualities.index(clause.quality) + clause.past
        at += 3 * list(FORMS).index(clause.form)
    return _OWNERS.get(at % 7, "train")


def sample_mood(split: str, index: int, seed: int) -> Mood:
    """Meaning number ``index`` of a split; the three arguments decide everything."""
    rng = random.Random(f"moods/{seed}/{split}/{index}")
    wanted = rng.choice(SIGNS)
    main = _clause(split, wanted, rng)
    other, link, opener = None, "", ""
    if rng.random() < CONTRAST_SHARE:
        link = rng.choice(LINKS)
        while other is None or not _compatible(main, other):
            other = _clause(split, -wanted, rng)
    if rng.random() < OPENER_SHARE:
        # Before "although" it would be unclear what is fortunate.
        opener = rng.choice(("main", "other")) if link == "but" else "main"
    if link == "although":
        opener = ""
    return Mood(main, other, link, opener, rng.getrandbits(32))


def _clause(split: str, wanted: int, rng: random.Random) -> Clause:
    """A clause of the wanted sign; drawn again until it belongs to the split."""
    while True:
        drawn = rng.random()
        if drawn < 0.15:
            clause = Deed(rng.choice(PEOPLE[:-1]), _event(wanted, rng))
        elif drawn < 0.4:
            clause = _state(rng.choice(list(THINGS)), wanted, rng)
        elif drawn < 0.6:
            clause = _state(rng.choice(list(QUANTIFIED)), wanted, rng)
        else:
            clause = _state(rng.choice(PEOPLE), wanted, rng)
        if split_of_clause(clause) == split:
            return clause


def _state(subject: str, wanted: int, rng: random.Random) -> State:
    forms = ["plain"]
    if subject not in QUANTIFIED:
        turned = rng.choice(SIGNS)
        forms = [form for form in FORMS if FORMS[form] == turned]
    form = rng.choice(forms)
    past = rng.random() < 0.3 and form != "no longer"
    if subject == "boat":  # what is old stays old
        form = "not" if form == "no longer" else form
        past = False
    needed = wanted * FORMS[form] * QUANTIFIED.get(subject, 1)
    qualities = THINGS.get(subject, FEELINGS)
    quality = rng.choice([q for q in qualities if qualities[q] == needed])
    cause = None
    # "Nobody is sad because ..." and "it is true that ... because ..." mean two things;
    # and gulls own nothing.
    clear = subject in PEOPLE[:-1] and form not in ("true", "untrue")
    if clear and rng.random() < CAUSE_SHARE:
        cause = _event(wanted, rng)
    return State(subject, quality, form, past, cause)


def _event(wanted: int, rng: random.Random) -> Event:
    negated = rng.random() < 0.4
    needed = -wanted if negated else wanted
    # "lose" and "find" twice as often as the others, for their six objects
    kind = rng.choice([k for k in ("lose", "find", *EVENTS) if EVENTS[k] == needed])
    thing = rng.choice(OBJECTS) if kind in ("lose", "find") else ""
    return Event(kind, thing, negated)


def _compatible(main: Clause, other: Clause) -> bool:
    """Whether both can hold at once: nobody is sad and happy, or all but one."""
    if main.subject == other.subject:
        if isinstance(main, Deed) or isinstance(other, State):
            return False
        return main.cause is None or main.cause.kind != other.event.kind
    if main.subject in QUANTIFIED:
        return other.subject in THINGS
    return True
