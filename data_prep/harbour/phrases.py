"""One choice of words for all languages, and the phrase book's English.

A `Phrasing` says how a scene is put; english (here), `german` and `korean` each have
one way to follow it. So every sentence has one translation, and a translator that is
wrong cannot excuse itself with another wording.
"""

import random
from typing import NamedTuple

from data_prep.harbour.scene import WITH_CREW, Scene, Thing

# What the sentence begins with.
ORDERS = ("subject", "relation", "sky", "gulls", "picture")

_RELATIONS = {
    "left of": "to the left of",
    "right of": "to the right of",
    "in front of": "in front of",
    "behind": "behind",
}
_SKIES = {
    "clear": "",
    "sun": "under the sun",
    "moon": "under the moon",
    "clouds": "under grey clouds",
    "rain": "in the rain",
}
_COUNTS = {1: "one gull", 2: "two gulls", 3: "three gulls"}


class Phrasing(NamedTuple):
    """What is said about a scene in which order; meant for that scene only.

    Attributes:
        order: one of `ORDERS`.
        floats: "floats" instead of "is".
        sailor_heads: "a sailor in a boat" instead of "a boat with a sailor".
    """

    order: str
    floats: bool = False
    sailor_heads: bool = False


def phrasing(scene: Scene) -> Phrasing:
    """The scene's ``wording`` as a phrasing that fits the scene."""
    rng = random.Random(f"phrasing/{scene.wording}")
    order, floats, heads = rng.choice(ORDERS), rng.random() < 0.5, rng.random() < 0.5
    heads = heads and scene.sailor and scene.subject.kind in WITH_CREW
    # It is the boat that floats, not its sailor; and "there is" and "shows" stay.
    floats = floats and not heads and order not in ("relation", "picture")
    return Phrasing(order, floats, heads)


def say(scene: Scene, how: Phrasing) -> str:
    """The scene in English; states exactly ``facts(scene)``."""
    subject, anchor = _named(scene.subject), _named(scene.anchor)
    if how.sailor_heads:
        subject = f"a sailor in {subject}"
    elif scene.sailor:
        subject += " with a sailor"
    verb = "floats" if how.floats else "is"
    place = f"{_RELATIONS[scene.relation]} {anchor}"
    sky = _SKIES[scene.sky]
    gulls, fly = _COUNTS.get(scene.gulls), "flies" if scene.gulls == 1 else "fly"
    above = f", and {gulls} {fly} above" if gulls else ""
    if how.order == "subject":
        words = f"{subject} {verb} {place} {sky}{above}"
    elif how.order == "relation":
        with_gulls = f", with {gulls} in the sky" if gulls else ""
        words = f"{place} there is {subject} {sky}{with_gulls}"
    elif how.order == "sky":
        words = f"{sky or 'on the open sea'}, {subject} {verb} {place}{above}"
    elif how.order == "gulls":
        start = f"while {gulls} {fly} overhead" if gulls else "in the distance"
        words = f"{start}, {subject} {verb} {place} {sky}"
    else:
        words = f"the picture shows {subject} {place} {sky}{above}"
    return written(words)


def written(words: str) -> str:
    """Phrases, some of them empty, as a sentence with a capital and a full stop."""
    words = " ".join(words.split()).replace(" ,", ",")
    return words[0].upper() + words[1:] + "."


def _named(thing: Thing) -> str:
    article = "an" if thing.kind == "island" else "a"
    return f"{article} {thing.colour} {thing.kind}"
