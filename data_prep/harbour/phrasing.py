"""How a scene is phrased, in all languages alike.

A `Phrasing` says in which order a sentence names the parts of a scene.
`phrases_english`, `phrases_german` and `phrases_korean` each have exactly one sentence
for it. So every sentence has exactly one correct translation, and scores need no second
reference.
"""

import random
from typing import NamedTuple

from data_prep.harbour.scene import WITH_CREW, Scene

# What the sentence begins with.
ORDERS = ("subject", "relation", "sky", "gulls", "picture")


class Phrasing(NamedTuple):
    """What a sentence names in which order; it fits the scene it was made for only."""

    order: str  # one of `ORDERS`
    floats: bool = False  # "floats" instead of "is"
    sailor_heads: bool = False  # "a sailor in a boat", not "a boat with a sailor"


def phrasing_of(scene: Scene) -> Phrasing:
    """Return the phrasing of a scene, with its ``wording`` as the seed."""
    rng = random.Random(f"phrasing/{scene.wording}")
    order, floats, heads = rng.choice(ORDERS), rng.random() < 0.5, rng.random() < 0.5
    heads = heads and scene.sailor and scene.subject.kind in WITH_CREW
    # A boat floats, a sailor does not; and "there is" and "shows" have no other verb.
    floats = floats and not heads and order not in ("relation", "picture")
    return Phrasing(order, floats, heads)


def as_sentence(words: str) -> str:
    """Return phrases, some of them empty, with a capital letter and a full stop."""
    words = " ".join(words.split()).replace(" ,", ",")
    return words[0].upper() + words[1:] + "."
