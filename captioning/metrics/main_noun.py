"""The main noun of a caption, and the nouns that people share about a picture."""

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

# "a group of people" is about people.
MEASURES = frozenset(
    "back bunch couple crowd front group herd line lot number pack pair photo picture "
    "piece row set side team top view".split()
)
# What WordNet's base forms would miss, and the two words of one thing.
_KNOWN = {"man": "man", "men": "man", "people": "person", "person": "person"}


def main_noun(words: Sequence[str], noun_of: Callable[[str], str | None]) -> str | None:
    """Return the noun that a caption is about, or None if it has no noun.

    That is the last of the first nouns in a row: "player" of "a football player runs".

    Args:
        words: of the caption, in lower case.
        noun_of: a word -> its base form if it is a noun, else None: `wordnet_noun`, or
            a dictionary's `get` that was made by it.
    """
    found = None
    for word, following in zip(words, (*words[1:], ""), strict=False):
        noun = noun_of(word)
        if noun in MEASURES:
            if following == "of" or not found:
                continue
        if not noun and found:
            break
        found = noun or found
    return found


def shared_nouns(captions: Iterable[Sequence[str]], people: int = 2) -> set[str]:
    """Return the nouns, in their base forms, that so many captions have.

    Args:
        captions: of one picture, each the words of one person.
        people: how many of them, at least, must have written a noun.
    """
    counts = Counter(
        noun for words in captions for noun in {*map(wordnet_noun, words)} if noun
    )
    return {noun for noun, count in counts.items() if count >= people}


@functools.cache
def wordnet_noun(word: str) -> str | None:
    """Return the base form of a word that is more often a noun than anything else.

    Counted in SemCor, whose counts WordNet (Fellbaum 1998) has for every sense.

    Raises:
        LookupError: WordNet is absent, see `wordnet_cache.load_synonyms`.
    """
    if word in _KNOWN:
        return _KNOWN[word]
    if not word.isalpha() or len(word) < 3:
        return None
    from nltk.corpus import wordnet

    def uses(kind: str) -> int:
        base = wordnet.morphy(word, kind)
        if base is None:
            return -1
        return sum(
            lemma.count()
            for synset in wordnet.synsets(base, kind)
            for lemma in synset.lemmas()
            if lemma.name().lower() == base
        )

    as_noun = uses(wordnet.NOUN)
    others = (wordnet.VERB, wordnet.ADJ, wordnet.ADV)
    if as_noun < 0 or as_noun < max(map(uses, others)):
        return None
    return wordnet.morphy(word, wordnet.NOUN)
