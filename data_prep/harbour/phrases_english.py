"""The harbour's scenes in English, for translation, in the words of its captions."""

from data_prep.harbour.captions import RELATION_PHRASES, SKY_PHRASES, noun_phrase
from data_prep.harbour.phrasing import Phrasing, as_sentence
from data_prep.harbour.scene import Scene

_COUNTS = {1: "one gull", 2: "two gulls", 3: "three gulls"}


def sentence(scene: Scene, how: Phrasing) -> str:
    """Return the scene in English; it states exactly ``facts(scene)``."""
    subject, anchor = (noun_phrase(t, t.kind) for t in (scene.subject, scene.anchor))
    if how.sailor_heads:
        subject = f"a sailor in {subject}"
    elif scene.sailor:
        subject += " with a sailor"
    place = f"{RELATION_PHRASES[scene.relation][0]} {anchor}"
    clause = f"{subject} {'floats' if how.floats else 'is'} {place}"
    sky = SKY_PHRASES[scene.sky][0] if scene.sky in SKY_PHRASES else ""
    above, in_the_sky, start = "", "", "in the distance"
    if gulls := _COUNTS.get(scene.gulls):
        fly = "flies" if scene.gulls == 1 else "fly"
        above, in_the_sky = f", and {gulls} {fly} above", f", with {gulls} in the sky"
        start = f"while {gulls} {fly} overhead"
    words = {
        "subject": f"{clause} {sky}{above}",
        "relation": f"{place} there is {subject} {sky}{in_the_sky}",
        "sky": f"{sky or 'on the open sea'}, {clause}{above}",
        "gulls": f"{start}, {clause} {sky}",
        "picture": f"the picture shows {subject} {place} {sky}{above}",
    }
    return as_sentence(words[how.order])
