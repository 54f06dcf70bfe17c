"""The harbour's scenes in German, for translation: gender, case and endings."""

from data_prep.harbour.phrasing import Phrasing, as_sentence
from data_prep.harbour.scene import Scene, Thing

# Noun and gender. The nouns do not change in the three cases of the singular used.
NOUNS = {
    "sailing boat": ("Segelboot", "n"),
    "rowing boat": ("Ruderboot", "n"),
    "steamer": ("Dampfer", "m"),
    "buoy": ("Boje", "f"),
    "lighthouse": ("Leuchtturm", "m"),
    "island": ("Insel", "f"),
    "pier": ("Pier", "m"),
}
COLOURS = {
    "red": "rot",
    "yellow": "gelb",
    "green": "grün",
    "blue": "blau",
    "white": "weiß",
    "black": "schwarz",
}
# (article, ending of the adjective after it), by case and gender.
ENDINGS = {
    "nominative": {"m": ("ein", "er"), "f": ("eine", "e"), "n": ("ein", "es")},
    "accusative": {"m": ("einen", "en"), "f": ("eine", "e"), "n": ("ein", "es")},
    "dative": {"m": ("einem", "en"), "f": ("einer", "en"), "n": ("einem", "en")},
}
# Matrose is a weak noun: -n in all cases but the nominative.
_SAILOR = {
    "nominative": "ein Matrose",
    "accusative": "einen Matrosen",
    "dative": "einem Matrosen",
}
_RELATIONS = {  # all with the dative, which says where; the accusative says where to
    "left of": "links von",
    "right of": "rechts von",
    "in front of": "vor",
    "behind": "hinter",
}
_SKIES = {
    "clear": "",
    "sun": "unter der Sonne",
    "moon": "unter dem Mond",
    "clouds": "unter grauen Wolken",
    "rain": "im Regen",
}
_COUNTS = {1: "eine Möwe", 2: "zwei Möwen", 3: "drei Möwen"}


def sentence(scene: Scene, how: Phrasing) -> str:
    """Return the scene in German."""
    subject = _subject(scene, how, "nominative")
    # In German a boat "lies" on the water; a sailor "is".
    verb = "schwimmt" if how.floats else "ist" if how.sailor_heads else "liegt"
    place = f"{_RELATIONS[scene.relation]} {noun_phrase(scene.anchor, 'dative')}"
    sky = _SKIES[scene.sky]
    above, at_the_sky, start = "", "", "in der Ferne"
    if gulls := _COUNTS.get(scene.gulls):
        fly = "fliegt" if scene.gulls == 1 else "fliegen"
        above, start = f", und darüber {fly} {gulls}", f"während oben {gulls} {fly},"
        at_the_sky = f", mit {'einer Möwe' if scene.gulls == 1 else gulls} am Himmel"
    seen = _subject(scene, how, "accusative")
    # The verb is always the second part; in a clause with "während" it is the last.
    words = {
        "subject": f"{subject} {verb} {place} {sky}{above}",
        "relation": f"{place} {verb} {subject} {sky}{at_the_sky}",
        "sky": f"{sky or 'auf dem offenen Meer'} {verb} {subject} {place}{above}",
        "gulls": f"{start} {verb} {subject} {place} {sky}",
        "picture": f"das Bild zeigt {seen} {place} {sky}{above}",
    }
    return as_sentence(words[how.order])


def noun_phrase(thing: Thing, case: str) -> str:
    """Return article, colour and noun in agreement: "einem weißen Leuchtturm"."""
    noun, gender = NOUNS[thing.kind]
    article, ending = ENDINGS[case][gender]
    colour = COLOURS[thing.colour] + ending if thing.colour else ""
    return " ".join(f"{article} {colour} {noun}".split())


def _subject(scene: Scene, how: Phrasing, case: str) -> str:
    if how.sailor_heads:
        return f"{_SAILOR[case]} in {noun_phrase(scene.subject, 'dative')}"
    boat = noun_phrase(scene.subject, case)
    return f"{boat} mit {_SAILOR['dative']}" if scene.sailor else boat
