"""The moods of the harbour as English sentences."""

import random

from data_prep.harbour.moods import Clause, Event, EventClause, Mood, StateClause, sign
from data_prep.harbour.phrasing import as_sentence

# Noun, pronoun, possessive.
_PEOPLE = {
    "I": ("I", "I", "my"),
    "sailor": ("the sailor", "he", "his"),
    "captain": ("the captain", "she", "her"),
    "fisherman": ("the fisherman", "he", "his"),
    "keeper": ("the lighthouse keeper", "she", "her"),
    "cook": ("the cook", "he", "his"),
    "gull": ("the gull", "it", "its"),
}
_QUANTIFIED = {"everybody": "everybody", "many": "many people", "nobody": "nobody"}
_DONE = {  # done, and not done
    "lose": ("lost", "did not lose"),
    "find": ("found", "did not find"),
    "catch many fish": ("caught many fish", "did not catch many fish"),
    "miss the ship": ("missed the ship", "did not miss the ship"),
    "win the race": ("won the race", "did not win the race"),
    "lose the race": ("lost the race", "did not lose the race"),
}
_OPENERS = {1: ("fortunately", "luckily"), -1: ("unfortunately", "sadly")}
_TIMES = {False: ("", "", "today", "now"), True: ("", "", "today", "yesterday")}


def sentence(mood: Mood) -> str:
    """Return the meaning in English; its ``wording`` decides between synonyms."""
    rng = random.Random(f"english/{mood.wording}")
    main, other = mood.main, mood.other
    openers = {"main": "", "other": ""}
    if mood.opener:
        agrees = sign(main if mood.opener == "main" else other)
        openers[mood.opener] = rng.choice(_OPENERS[agrees])
    if other is None:
        cause_first = rng.random() < 0.3
        return as_sentence(
            _opened(openers["main"], _clause(main, rng, "", cause_first))
        )
    # The second clause about the same subject begins with a pronoun.
    again = main.subject if main.subject == other.subject else ""
    although = rng.choice(("although", "even though"))
    if mood.link == "although last":
        first = _opened(openers["main"], _clause(main, rng))
        return as_sentence(f"{first} {although} {_clause(other, rng, again)}")
    second = _clause(main, rng, again)
    if mood.link == "although":
        return as_sentence(f"{although} {_clause(other, rng)}, {second}")
    but = f"{rng.choice(('but', 'yet'))} {openers['main']}"
    return as_sentence(
        f"{_opened(openers['other'], _clause(other, rng))}, {but} {second}"
    )


def _opened(opener: str, words: str) -> str:
    return f"{opener}, {words}" if opener else words


def _clause(
    clause: Clause, rng: random.Random, again: str = "", cause_first: bool = False
) -> str:
    noun, pronoun, possessive = _PEOPLE.get(
        clause.subject,
        (_QUANTIFIED.get(clause.subject, f"the {clause.subject}"), "", ""),
    )
    name = pronoun if again else noun
    if isinstance(clause, EventClause):
        time = rng.choice(_TIMES[True])
        return f"{name} {_event(clause.event, possessive)} {time}"
    if not clause.cause:
        return _state(clause, name, rng)
    event = _event(clause.cause, possessive)
    if cause_first:
        return f"because {name} {event}, {_state(clause, pronoun, rng)}"
    return f"{_state(clause, name, rng)} because {pronoun} {event}"


def _event(event: Event, possessive: str) -> str:
    words = _DONE[event.kind][event.negated]
    return f"{words} {possessive} {event.thing}" if event.thing else words


def _state(state: StateClause, name: str, rng: random.Random) -> str:
    quality = state.quality
    be = {("I", False): "am", ("many", False): "are", ("many", True): "were"}.get(
        (state.subject, state.past), "was" if state.past else "is"
    )
    time = "" if state.subject == "boat" else rng.choice(_TIMES[state.past])
    really = rng.choice(("", "", "really"))
    if state.form == "not":
        return f"{name} {be} {really} not {quality} {time}"
    if state.form == "not at all":
        return f"{name} {be} not {quality} at all {time}"
    if state.form == "no longer":
        return f"{name} {be} no longer {quality}"
    if state.form == "true":
        return f"it is true that {name} {be} {quality} {time}"
    if state.form == "untrue":
        untrue = rng.choice(("not true", "false"))
        return f"it is {untrue} that {name} {be} {quality} {time}"
    # "very at ease" and "very awful" are not idiomatic.
    ungraded = quality == "awful" or quality.startswith(("in ", "at "))
    very = really if ungraded or really else "very"
    strong = rng.choice(("", very)) if state.subject != "nobody" else ""
    return f"{name} {be} {strong} {quality} {time}"
