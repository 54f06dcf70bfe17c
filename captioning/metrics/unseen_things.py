"""Things that a caption names and that no reference of its picture names.

After CHAIR (Rohrbach et al. 2018, "Object Hallucination in Image Captioning",
arXiv:1809.02156), which has lists of COCO's 80 objects; here WordNet says which nouns
are things, and which words mean the same. English only.
"""

import functools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from captioning.metrics.main_noun import MEASURES, wordnet_noun

# WordNet's files of the nouns that one can see in a picture.
_SEEN = frozenset(
    f"noun.{kind}" for kind in ("animal", "artifact", "food", "person", "plant")
)
_LEVELS = 2  # "dog" is meant by "animal", its kind's kind, but "hound" by no "artifact"


class UnseenThings(NamedTuple):
    """Of captions: the share that names a thing that no reference names.

    Attributes:
        of_captions: share of the captions that name such a thing (CHAIR_s).
        of_things: share of the things (CHAIR_i).
    """

    of_captions: float
    of_things: float


def unseen_things(
    captions: Iterable[Sequence[str]], references: Iterable[Iterable[Sequence[str]]]
) -> UnseenThings:
    """Return the shares of captions and of things that no reference confirms.

    Args:
        captions: the words of the caption of each picture.
        references: the words of what people wrote about each.

    Raises:
        ValueError: there is no caption.
        LookupError: NLTK finds no WordNet.
    """
    counts = [
        (len(unseen_in(own, people)), len(_things(own)))
        for own, people in zip(captions, references, strict=True)
    ]
    if not counts:
        raise ValueError("unseen_things got no captions; expected one or more.")
    unseen, things = map(sum, zip(*counts, strict=True))
    captions_with = sum(count > 0 for count, _ in counts)
    return UnseenThings(captions_with / len(counts), unseen / max(things, 1))


def unseen_in(words: Sequence[str], people: Iterable[Sequence[str]]) -> list[str]:
    """Return the things of one caption that no reference has: neither the noun, nor a
    synonym, nor a kind of it, nor what it is a kind of. People are one kind: who is "a
    boy" to one writer is "a child" to another."""
    named = {noun for own in people for noun in _things(own)}
    return [t for t in _things(words) if not any(_same_thing(t, n) for n in named)]


def _things(words: Sequence[str]) -> list[str]:
    """Return the things in a caption, each once."""
    nouns = dict.fromkeys(map(wordnet_noun, words))
    return [n for n in nouns if n and n not in MEASURES and _kind(n) in _SEEN]


@functools.cache
def _kind(noun: str) -> str:
    """Return WordNet's file of the most common sense of a noun."""
    return _senses(noun)[0].lexname()


@functools.cache
def _senses(noun: str):
    from nltk.corpus import wordnet

    return wordnet.synsets(noun, wordnet.NOUN)


@functools.cache
def _same_thing(thing: str, named: str) -> bool:
    if thing == named or _kind(thing) == _kind(named) == "noun.person":
        return True
    return _is_kind_of(named, thing, None) or _is_kind_of(thing, named, _LEVELS)


def _is_kind_of(noun: str, general: str, levels: int | None) -> bool:
    """Return whether a sense of a noun is one of another noun's, or some levels below
    it; below it at all if `levels` is None."""
    goals = set(_senses(general))
    found = set(_senses(noun))
    level = 0
    while found:
        if found & goals:
            return True
        if level == levels:
            return False
        found = {above for synset in found for above in synset.hypernyms()}
        level += 1
    return False
