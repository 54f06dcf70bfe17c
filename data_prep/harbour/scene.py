"""Scenes of the harbour: their things, the facts they show, and their split.

A scene is two things in one spatial relation, and a few extras. Captions name both
colours. Held-out *triples* (colour, thing, relation) measure whether a captioner
composes or only memorizes: the triples of dev and test scenes never occur in a training
scene, but each pair of their parts does.
"""

import functools
import itertools
import json
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple

from data_prep.examples import SPLITS
from data_prep.harbour.sampling import split_of_class

# The subject of a relation is always the thing that comes first in this order, because
# "a left of b" and "b right of a" are the same fact.
KINDS = (
    "sailing boat",
    "rowing boat",
    "steamer",
    "buoy",
    "lighthouse",
    "island",
    "pier",
)
COLOURED = KINDS[:5]
SUBJECTS = KINDS[:4]  # two things on land are never related
WITH_CREW = ("sailing boat", "rowing boat")  # where a person is large enough to be seen
COLOURS = ("red", "yellow", "green", "blue", "white", "black")
RELATIONS = ("left of", "right of", "in front of", "behind")
INVERSE = dict(
    zip(RELATIONS, ("right of", "left of", "behind", "in front of"), strict=True)
)
SKIES = ("clear", "sun", "moon", "clouds", "rain")
COUNTS = ("no", "one", "two", "three")
# The rows of the Latin square of `split_of_triple`. Of all choices of rows, this one
# gives dev and test the most even mixture of relations and colours.
_ROWS = dict(zip(COLOURED, (0, 2, 6, 3, 4), strict=True))
SAILOR_SHARE = 0.5  # of the boats that can carry one; a third of all scenes
GULLS_SHARE = 0.36  # of all scenes; low enough that a constant caption gains nothing


class Fact(NamedTuple):
    """One fact that a picture shows and a caption states.

    ``("object", "buoy")``, ``("colour", "buoy", "red")``, ``("count", "gulls",
    "two")``, ``("weather", "rain")`` or ``("relation", "buoy", "left of", "pier")``;
    fields that a kind does not use are empty.
    """

    kind: str
    about: str
    value: str = ""
    other: str = ""


class Triple(NamedTuple):
    """A coloured thing in a relation: the combinations that are held out."""

    colour: str
    thing: str
    relation: str


@dataclass(frozen=True)
class Thing:
    """A thing on the water; islands and piers have no colour of their own."""

    kind: str
    colour: str = ""

    def __post_init__(self):
        _one_of("kind", self.kind, KINDS)
        _one_of(f"colour of the {self.kind}", self.colour, _colours_of(self.kind))


@dataclass(frozen=True)
class Scene:
    """Everything that a picture shows and its captions state.

    ``subject`` is in ``relation`` to ``anchor``, as the viewer sees it. ``jitter``
    seeds everything in the picture that captions do not mention; ``wording`` seeds the
    choice of words.

    Raises:
        ValueError: a field has an impossible value.
    """

    subject: Thing
    relation: str
    anchor: Thing
    sailor: bool = False
    gulls: int = 0
    sky: str = "clear"
    jitter: int = 0
    wording: int = 0

    def __post_init__(self):
        _one_of("subject", self.subject.kind, SUBJECTS)
        after = KINDS[KINDS.index(self.subject.kind) + 1 :]
        _one_of(f"anchor of a {self.subject.kind}", self.anchor.kind, after)
        _one_of("relation", self.relation, RELATIONS)
        _one_of("number of gulls", self.gulls, range(len(COUNTS)))
        _one_of("sky", self.sky, SKIES)
        if self.sailor:
            _one_of("boat with a sailor", self.subject.kind, WITH_CREW)

    def to_json(self) -> str:
        """Return the scene as one line of JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Scene":
        """Return the scene that `to_json` wrote; ValueError for anything else."""
        try:
            fields = json.loads(text)
            fields["subject"] = Thing(**fields["subject"])
            fields["anchor"] = Thing(**fields["anchor"])
            return cls(**fields)
        except (TypeError, KeyError) as error:
            raise ValueError(
                f"This is not a harbour scene ({error}): {text[:80]!r}; expected the "
                "JSON that Scene.to_json writes. Prepare the data set again."
            ) from error


def _colours_of(kind: str) -> tuple[str, ...]:
    return COLOURS if kind in COLOURED else ("",)


def _one_of(what: str, found: object, expected: Iterable) -> None:
    expected = tuple(expected)
    if found not in expected:
        raise ValueError(
            f"The {what} is {found!r}; expected one of {expected}. Correct the scene."
        )


def facts(scene: Scene) -> frozenset[Fact]:
    """Return all facts of the scene; each of its captions states exactly these."""
    subject, anchor = scene.subject, scene.anchor
    found = {Fact("relation", subject.kind, scene.relation, anchor.kind)}
    for thing in (subject, anchor):
        found.add(Fact("object", thing.kind))
        if thing.colour:
            found.add(Fact("colour", thing.kind, thing.colour))
    if scene.sailor:
        found.add(Fact("object", "sailor"))
    if scene.gulls:
        found.add(Fact("object", "gulls"))
        found.add(Fact("count", "gulls", COUNTS[scene.gulls]))
    if scene.sky in ("sun", "moon"):
        found.add(Fact("object", scene.sky))
    elif scene.sky in ("clouds", "rain"):
        found.add(Fact("weather", scene.sky))
    return frozenset(found)


def triples(scene: Scene) -> tuple[Triple, ...]:
    """Return the triples of a scene: the subject's, and the anchor's if it is coloured.

    A red boat left of a white lighthouse is also a white lighthouse right of a boat.
    """
    found = [Triple(scene.subject.colour, scene.subject.kind, scene.relation)]
    if scene.anchor.colour:
        relation = INVERSE[scene.relation]
        found.append(Triple(scene.anchor.colour, scene.anchor.kind, relation))
    return tuple(found)


def split_of_triple(triple: Triple) -> str:
    """Return "train", "dev" or "test", by a Latin square of seven classes.

    Five classes are train, one is dev, one test. For a fixed pair of parts, each value
    of the third part falls into another class. So of the four relations of a (colour,
    thing) at most one is a dev triple and at most one a test triple. The two classes
    are three apart, so that six of seven pairs lose only one relation.
    """
    colour, thing, relation = triple
    column = COLOURS.index(colour) + RELATIONS.index(relation)
    return split_of_class(column + _ROWS[thing])


@functools.cache
def _arrangements(split: str) -> list[list[list[Scene]]]:
    """Return for each pair of kinds, for each relation, all scenes without extras."""
    _one_of("split", split, SPLITS)
    found: dict[tuple[str, str], dict[str, list[Scene]]] = {}
    for kinds in itertools.combinations(KINDS, 2):
        if kinds[0] in SUBJECTS:
            subjects, anchors = map(_things, kinds)
            for relation, *things in itertools.product(RELATIONS, subjects, anchors):
                scene = Scene(things[0], relation, things[1])
                if {split_of_triple(triple) for triple in triples(scene)} == {split}:
                    by_relation = found.setdefault(kinds, {})
                    by_relation.setdefault(relation, []).append(scene)
    return [list(by_relation.values()) for by_relation in found.values()]


def _things(kind: str) -> list[Thing]:
    return [Thing(kind, colour) for colour in _colours_of(kind)]


def sample_scene(split: str, index: int, seed: int) -> Scene:
    """Return scene number ``index`` of a split; the three arguments decide everything.

    Kinds are drawn first, then the relation, then the colours, so that all splits have
    the same mixture of things although their combinations differ.
    """
    rng = random.Random(f"harbour/{seed}/{split}/{index}")
    scene = rng.choice(rng.choice(rng.choice(_arrangements(split))))
    crewed = scene.subject.kind in WITH_CREW and rng.random() < SAILOR_SHARE
    return replace(
        scene,
        sailor=crewed,
        gulls=rng.randint(1, 3) if rng.random() < GULLS_SHARE else 0,
        sky=rng.choice(SKIES),
        jitter=rng.getrandbits(32),
        wording=rng.getrandbits(32),
    )
