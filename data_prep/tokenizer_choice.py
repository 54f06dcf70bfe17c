"""Which tokenizer a data set gets: what the user asked for, else what suits it."""

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from data_prep.errors import BadInput

if TYPE_CHECKING:  # TensorFlow takes seconds to import; --help must not wait for it
    from data_prep.tokenizers import Tokenizer

MANY_TEXTS = 5000  # in train: from here a word has enough examples to be choosy
MIN_COUNT = 5  # the usual threshold since Karpathy & Fei-Fei 2015 (arXiv:1412.2306)
NUM_SUBWORDS = 8000  # as Kudo 2018 takes for his small sets, all of them larger
KINDS = ("words", "subwords")


class TokenizerChoice(NamedTuple):
    """A tokenizer still to be built.

    Attributes:
        kind: "words" or "subwords".
        min_count: of words, how often one must occur; None decides by the number of
            texts, see `default_min_count`.
        vocabulary_size: of subwords, how many at most, tags included.
    """

    kind: str
    min_count: int | None
    vocabulary_size: int


def choose(
    dataset: ModuleType,
    kind: str | None,
    min_count: int | None,
    vocabulary_size: int | None,
) -> TokenizerChoice:
    """Return the choice for a module of `data_prep.datasets`.

    Args:
        dataset: the module; its ``TOKENIZER`` counts if `kind` is None.
        kind: "words", "subwords" or None.
        min_count: for words only; None decides later.
        vocabulary_size: for subwords only; None is `NUM_SUBWORDS`.

    Raises:
        BadInput: there is no such kind, it does not suit the data set, or it has not
            the knob that was given.
    """
    kind = kind or getattr(dataset, "TOKENIZER", "words")
    if kind not in KINDS:
        raise BadInput(
            f"there is no tokenizer {kind!r}; expected {' or '.join(KINDS)}: choose "
            "one of them."
        )
    if dataset.KIND == "captions" and kind != "words":
        raise BadInput(
            "captions got the tokenizer subwords; expected words, which they are "
            "scored in: leave --tokenizer out."
        )
    if dataset.KIND == "translation" and kind != "subwords":
        raise BadInput(
            "a translation got the tokenizer words; expected subwords, which have tags "
            "for languages: leave --tokenizer out."
        )
    if kind == "subwords" and min_count is not None:
        raise BadInput(
            "subwords got a min_count; expected none, as they leave no word out: give "
            "--vocabulary-size, or --tokenizer words."
        )
    if kind == "words" and vocabulary_size is not None:
        raise BadInput(
            "words got a vocabulary_size; expected none, as their count decides: give "
            "--min-count, or --tokenizer subwords."
        )
    return TokenizerChoice(kind, min_count, vocabulary_size or NUM_SUBWORDS)


def default_min_count(num_texts: int) -> tuple[int, str]:
    """Return the threshold for so many training texts, and why."""
    if num_texts > MANY_TEXTS:
        return MIN_COUNT, f"over {MANY_TEXTS:,} texts; rarer ones are not learnt"
    return 1, f"{MANY_TEXTS:,} texts or fewer; all words are needed"


def build(
    choice: TokenizerChoice, texts: Sequence[str], languages: Sequence[str]
) -> tuple["Tokenizer", int]:
    """Build a tokenizer from the texts of train.

    Args:
        choice: from `choose`.
        texts: as people wrote them.
        languages: those that subwords get tags for.

    Returns:
        The tokenizer, and the min_count that held, 0 for subwords.

    Raises:
        BadInput: the texts do not carry it.
    """
    from data_prep.tokenizers import Subwords, Vocabulary

    if choice.kind == "subwords":
        return Subwords.build(texts, choice.vocabulary_size, languages), 0
    min_count = choice.min_count or default_min_count(len(texts))[0]
    return Vocabulary.build(texts, min_count), min_count
