"""A cache of stems and of WordNet's synonyms, which METEOR asks for again and again.

A test split of 1,000 pictures asks 70,000 times for the stem of one of 3,000 words, and
35,000 times for the synonyms of one; both are kept. The answers are NLTK's own.
"""

import functools
import warnings
from collections.abc import Callable
from typing import NamedTuple

import nltk
from nltk.corpus.reader.wordnet import Lemma, WordNetCorpusReader
from nltk.corpus.util import LazyCorpusLoader
from nltk.stem.porter import PorterStemmer


class _EnglishWordNet(WordNetCorpusReader):
    """WordNet without its map to the WordNets of other languages.

    NLTK makes that map while it loads, which takes half of the seconds of loading.
    """

    def map_wn(self, version="wordnet"):
        return None


class _Synset(NamedTuple):
    """The lemmas of all synsets of a word, each name once, in place of the synsets."""

    all: list[Lemma]

    def lemmas(self) -> list[Lemma]:
        return self.all


class Synonyms:
    """What `meteor_score` needs of WordNet: see `load_synonyms`."""

    def __init__(self):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The multilingual functions are not")
            loader = LazyCorpusLoader("wordnet", _EnglishWordNet, None)
            loader.ensure_loaded()
        self._reader = loader
        self.synsets: Callable[[str], list[_Synset]] = functools.cache(self._synsets)

    def _synsets(self, word: str) -> list[_Synset]:
        lemmas = [
            lemma for found in self._reader.synsets(word) for lemma in found.lemmas()
        ]
        return [_Synset(list({lemma.name(): lemma for lemma in lemmas}.values()))]


class Stems:
    """What `meteor_score` needs of the stemmer: Porter's, as NLTK's default."""

    def __init__(self):
        self.stem: Callable[[str], str] = functools.cache(PorterStemmer().stem)


def load_synonyms() -> Synonyms:
    """Return WordNet's synonyms, loaded once a process.

    WordNet is looked for where NLTK looks (the environment variable NLTK_DATA, a
    nltk_data folder); nothing is ever downloaded.

    Raises:
        LookupError, OSError, BadZipFile: WordNet is absent, or cannot be read.
    """
    return _load_from(tuple(nltk.data.path))


@functools.cache
def _load_from(folders: tuple[str, ...]) -> Synonyms:
    return Synonyms()
