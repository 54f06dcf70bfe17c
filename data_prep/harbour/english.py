"""The harbour's scenes in English, for translation."""

from data_prep.harbour.phrasing import Phrasing, as_sentence
from data_prep.harbour.scene import Scene, Thing

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


def sentence(scene: Scene, how: Phrasing) -> str:
    """Return the scene in English; it states exactly ``facts(scene)``."""
    subject, anchor = noun_phrase(scene.subject), noun_phrase(scene.anchor)
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
    return as_sentence(words)


def noun_phrase(thing: Thing) -> str:
    """Return article, colour and noun: "a white lighthouse"."""
    article = "an" if thing.kind == "island" else "a"
    return f"{article} {thing.colour} {thing.kind}"
