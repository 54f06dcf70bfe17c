"""English captions of the harbour: five of each scene, and the facts in a caption.

Writing and parsing use the same lexicon, so that each wording has exactly one meaning.
"""

import random
import re

from data_prep.harbour.phrasing import as_sentence
from data_prep.harbour.scene import (
    COLOURS,
    INVERSE,
    KINDS,
    WITH_CREW,
    Fact,
    Scene,
    Thing,
)

NOUNS = {
    "sailing boat": ("sailing boat", "sailboat"),
    "rowing boat": ("rowing boat", "rowboat"),
    "steamer": ("steamer", "steamship"),
    "buoy": ("buoy",),
    "lighthouse": ("lighthouse",),
    "island": ("island",),
    "pier": ("pier", "jetty"),
}
RELATION_PHRASES = {
    "left of": ("to the left of", "left of"),
    "right of": ("to the right of", "right of"),
    "in front of": ("in front of", "nearer than"),
    "behind": ("behind", "beyond"),
}
SKY_PHRASES = {
    "sun": ("under the sun", "below a bright sun"),
    "moon": ("under the moon", "below a bright moon"),
    "clouds": ("under grey clouds", "on a cloudy day"),
    "rain": ("in the rain", "on a rainy day"),
}
GULL_PHRASES = {
    1: ("a gull", "one gull"),
    2: ("two gulls", "a pair of gulls"),
    3: ("three gulls",),
}
VERBS = ("is", "lies", "floats", "is seen")
# Only boats that can carry sailors are said to be "on the water": so that boat, sailor
# and water are related words.
BOAT_VERBS = ("is", "lies", "is on the water", "floats on the water")

# The meaning of each word or pair of words for `parse`: (category, meaning).
_LEXICON: dict[str, tuple[str, str]] = {
    **{noun: ("thing", kind) for kind, nouns in NOUNS.items() for noun in nouns},
    **{colour: ("colour", colour) for colour in COLOURS},
    "left": ("relation", "left of"),
    "right": ("relation", "right of"),
    "front": ("relation", "in front of"),
    "nearer": ("relation", "in front of"),
    "behind": ("relation", "behind"),
    "beyond": ("relation", "behind"),
    "sailor": ("object", "sailor"),
    "sun": ("object", "sun"),
    "moon": ("object", "moon"),
    "clouds": ("weather", "clouds"),
    "cloudy": ("weather", "clouds"),
    "rain": ("weather", "rain"),
    "rainy": ("weather", "rain"),
    "gull": ("gulls", "one"),
    "gulls": ("gulls", ""),
    "one": ("count", "one"),
    "two": ("count", "two"),
    "pair": ("count", "two"),
    "three": ("count", "three"),
}


# How a caption is built, and what it says of gulls: if there are any, and if not. All
# begin differently, so the five captions of a scene differ.
_FORMS = (
    ("{clause} {sky} {}", "while {gulls} {fly} overhead", ""),
    ("{place} there is {subject} {sky} {}", ", with {gulls} in the sky", ""),
    ("{first_sky}, {clause} {}", ", and {gulls} above", ""),
    ("{} {clause} {sky}", "{gulls} {fly} over the sea while", "out at sea"),
    ("the picture shows {subject} {place} {} {sky}", "as {gulls} {fly} past", ""),
    ("in the harbour {clause} {sky} {}", "as {gulls} {fly} by", ""),
    ("a view of {subject} {place} {} {sky}", "with {gulls} above", ""),
)


def captions_of(scene: Scene) -> tuple[str, str, str, str, str]:
    """Return five different captions, each stating exactly ``facts(scene)``.

    Five of seven sentence forms are drawn, and for each its words; the scene's
    ``wording`` is the seed.
    """
    rng = random.Random(f"wording/{scene.wording}")
    return tuple(_caption(scene, *form, rng) for form in rng.sample(_FORMS, 5))


def _caption(scene: Scene, form: str, some: str, none: str, rng: random.Random) -> str:
    relation = rng.choice(RELATION_PHRASES[scene.relation])
    place = f"{relation} {_named(scene.anchor, rng)}"
    verb = rng.choice(BOAT_VERBS if scene.subject.kind in WITH_CREW else VERBS)
    sky = rng.choice(SKY_PHRASES.get(scene.sky, ("",)))
    gulls = rng.choice(GULL_PHRASES.get(scene.gulls, ("",)))
    subject = _named(scene.subject, rng)
    if scene.sailor:
        crewed = ("{} with a sailor", "{} carrying a sailor", "a sailor in {}")
        subject = rng.choice(crewed).format(subject)
    words = {
        "subject": subject,
        "place": place,
        "clause": f"{subject} {verb} {place}",
        "sky": sky,
        "first_sky": sky or "on the open water",
        "gulls": gulls,
        "fly": "flies" if scene.gulls == 1 else "fly",
    }
    return as_sentence(form.format((some if gulls else none).format(**words), **words))


def _named(thing: Thing, rng: random.Random) -> str:
    return noun_phrase(thing, rng.choice(NOUNS[thing.kind]))


def noun_phrase(thing: Thing, noun: str) -> str:
    """Return article, colour and noun: "a white lighthouse"."""
    return f"{'an' if noun == 'island' else 'a'} {thing.colour} {noun}"


def parse(sentence: str) -> frozenset[Fact]:
    """Return the facts that any English sentence states, e.g. a generated caption.

    Case, punctuation and unknown words do not matter. A colour belongs to the next
    thing named. The subject of a relation is the thing named before it or, if the
    sentence begins with the relation, the second thing after it. Incomplete relations
    and colours without a thing are no facts. Never raises.
    """
    items = _meanings(re.findall(r"[^\W\d_]+", sentence.lower()))
    found: set[Fact] = set()
    colours: list[str] = []
    count = ""
    for category, meaning in items:
        if category == "colour":
            colours.append(meaning)
            continue
        if category == "count":
            count = meaning
            continue
        if category == "thing":
            found.add(Fact("object", meaning))
            found.update(Fact("colour", meaning, colour) for colour in colours)
        elif category == "gulls":
            found.add(Fact("object", "gulls"))
            if count or meaning:
                found.add(Fact("count", "gulls", count or meaning))
        elif category in ("object", "weather"):
            found.add(Fact(category, meaning))
        colours, count = [], ""
    return frozenset(found | _relations(items))


def _meanings(words: list[str]) -> list[tuple[str, str]]:
    """Return the known words and word pairs, in order, as (category, meaning)."""
    found, at = [], 0
    while at < len(words):
        for length in (2, 1):
            meaning = _LEXICON.get(" ".join(words[at : at + length]))
            if meaning:
                found.append(meaning)
                break
        at += length
    return found


def _relations(items: list[tuple[str, str]]) -> set[Fact]:
    items = [item for item in items if item[0] in ("thing", "relation")]
    found = set()
    for at, (category, relation) in enumerate(items):
        if category != "relation":
            continue
        before = [name for kind, name in items[:at] if kind == "thing"]
        after = [name for kind, name in items[at + 1 :] if kind == "thing"]
        if before and after:
            found.add(_relation(before[-1], relation, after[0]))
        elif len(after) >= 2:
            found.add(_relation(after[1], relation, after[0]))
    return found


def _relation(subject: str, relation: str, anchor: str) -> Fact:
    """Return a relation from the side of the thing that comes first in `KINDS`."""
    if KINDS.index(subject) > KINDS.index(anchor):
        subject, relation, anchor = anchor, INVERSE[relation], subject
    return Fact("relation", subject, relation, anchor)
