"""The tokenizers in Python alone, for texts that are read without TensorFlow.

They give the ids that `vocabulary` and `subwords` give in TensorFlow, because what
decides is the same: `word_splitting`, and SentencePiece's library. Its versions differ
in ties: of ways to cut a text that are equally probable, such as "...." into "..." and
".", TensorFlow Text's takes another than today's, in 8 of 3,000 Korean reviews. And of
characters that are new to Unicode each library has the tables of its own version.
"""

from typing import NamedTuple

import regex  # `re` has no classes such as \p{L}
import sentencepiece

from data_prep.text.special_tokens import START, UNK, UNKNOWN_CHARACTER
from data_prep.text.word_splitting import RULES


class Words:
    """The words of a vocabulary, as `vocabulary.Vocabulary`.

    Args:
        content: of its file.
    """

    def __init__(self, content: bytes):
        words = content.decode("utf-8").split("\n")[:-1]
        self._id_of = {word: number for number, word in enumerate(words)}

    def ids(self, text: str) -> list[int]:
        """Return the ids of a text, without START and END."""
        return [self._id_of.get(word, UNK) for word in standardize(text).split()]


class Pieces:
    """Pieces of words, as `subwords.Subwords`.

    Args:
        content: of SentencePiece's file.
    """

    def __init__(self, content: bytes):
        self._model = sentencepiece.SentencePieceProcessor(model_proto=content)

    def ids(self, text: str) -> list[int]:
        return self._model.encode(text)

    def decode(self, ids: list[int]) -> str:
        """Return the text of ids; END and all behind it, and ids that have no text, are
        left out."""
        end = self._model.eos_id()
        ids = ids[: ids.index(end)] if end in ids else ids
        text = self._model.decode([i for i in ids if not self._model.is_control(i)])
        return " ".join(filter(None, text.split(" ")))


class PiecesOfWords(Pieces):
    """Pieces of the words of `standardize`, as `subwords.PiecesOfWords`."""

    def ids(self, text: str) -> list[int]:
        return super().ids(standardize(text))


PythonTokenizer = Words | Pieces

# By the name of the tokenizer's file, as `tokenizers.FILES`.
KINDS: dict[str, type[Words] | type[Pieces]] = {
    "vocabulary.txt": Words,
    "subwords.model": Pieces,
    "pieces.model": PiecesOfWords,
}


class ReadText(NamedTuple):
    """A text, word by word; `prefixes.Prefixes` of one text."""

    words: list[str]
    known: list[bool]  # whether a word has any known token
    token_ids: list[int]  # START, all words' tokens
    ends: list[int]  # the position of each word's last token


def read_text(tokenizer: PythonTokenizer, text: str) -> ReadText:
    """Return a text, cut at white space, and the tokens of its words."""
    words = text.split()
    unknown = unknown_ids(tokenizer)
    known, token_ids, ends = [], [START], []
    for word in words:
        ids = tokenizer.ids(word)
        known.append(not unknown.issuperset(ids))
        token_ids += ids
        ends.append(len(token_ids) - 1)
    return ReadText(words, known, token_ids, ends)


def unknown_ids(tokenizer: PythonTokenizer) -> set[int]:
    """Return the ids that carry no information, as `prefixes.known_tokens` says."""
    return {UNK, *tokenizer.ids(UNKNOWN_CHARACTER)}


def standardize(text: str) -> str:
    """Return a text as words with one space between them, as `text.standardize`."""
    text = text.lower()
    for pattern, replacement in RULES:
        text = regex.sub(pattern, replacement, text)
    return text.strip()
