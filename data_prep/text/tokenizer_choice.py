"""Which tokenizer a data set gets: what the user asked for, else what suits it."""

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from data_prep.errors import BadInput

if TYPE_CHECKING:  # TensorFlow takes seconds to import; --help must not wait for it
    from data_prep.text.tokenizers import Tokenizer

MANY_TEXTS = 5000  # in train: from here a word has enough examples to be choosy
MIN_COUNT = 5  # the usual threshold since Karpathy & Fei-Fei 2015 (arXiv:1412.2306)
NUM_SUBWORDS = 8000  # as Kudo 2018 takes for his small sets, all of them larger
KINDS = ("words", "pieces", "subwords", "characters")
STANDARDIZED = (
    "words",
    "pieces",
)  # by `data_prep.text.standardize`, before they are cut


class TokenizerChoice(NamedTuple):
    """A tokenizer still to be built.

    Attributes:
        kind: "words", "pieces" of them, "subwords" or "characters" of what was written.
        min_count: of words, how often one must occur; None decides by the number of
            texts, see `default_min_count`.
        vocabulary_size: of all but words, how many at most, tags included.
        fold_case: whether case does not count; words never have any.
    """

    kind: str
    min_count: int | None
    vocabulary_size: int
    fold_case: bool


def choose(
    dataset: ModuleType,
    kind: str | None,
    min_count: int | None,
    vocabulary_size: int | None,
) -> TokenizerChoice:
    """Return the choice for a module of `data_prep.datasets`.

    Args:
        dataset: the module; its ``TOKENIZER`` counts if `kind` is None.
        kind: one of `KINDS`, or None.
        min_count: for words only; None decides later.
        vocabulary_size: not for words; None is the module's ``VOCABULARY_SIZE`` where
            its own kind is taken, else `NUM_SUBWORDS`.

    Raises:
        BadInput: there is no such kind, it does not suit the data set, or it has not
            the knob that was given.
    """
    own = getattr(dataset, "TOKENIZER", "words")
    kind = kind or own
    if kind not in KINDS:
        raise BadInput(
            f"there is no tokenizer {kind!r}; expected {' or '.join(KINDS)}: choose "
            "one of them."
        )
    if dataset.KIND == "captions" and kind != "words":
        raise BadInput(
            f"captions got the tokenizer {kind}; expected words, which they are "
            "scored in: leave --tokenizer out."
        )
    if dataset.KIND == "translation" and kind != "subwords":
        raise BadInput(
            f"a translation got the tokenizer {kind}; expected subwords, which have "
            "tags for languages: leave --tokenizer out."
        )
    if kind != "words" and min_count is not None:
        raise BadInput(
            f"{kind} got a min_count; expected none, as they leave no word out: give "
            "--vocabulary-size, or --tokenizer words."
        )
    if kind == "words" and vocabulary_size is not None:
        raise BadInput(
            "words got a vocabulary_size; expected none, as their count decides: give "
            "--min-count, or --tokenizer subwords."
        )
    default = getattr(dataset, "VOCABULARY_SIZE", None) if kind == own else None
    return TokenizerChoice(
        kind,
        min_count,
        vocabulary_size or default or NUM_SUBWORDS,
        fold_case=dataset.KIND != "translation",  # to be written, case is needed
    )


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
        The tokenizer, and the min_count that held, 0 for all but words.

    Raises:
        BadInput: the texts do not carry it.
    """
    from data_prep.text.subwords import PiecesOfWords, Subwords
    from data_prep.text.vocabulary import Vocabulary

    if choice.kind != "words":
        kind = PiecesOfWords if choice.kind == "pieces" else Subwords
        subwords = kind.build(
            texts,
            choice.vocabulary_size,
            languages=languages,
            characters=choice.kind == "characters",
            fold_case=choice.fold_case,
        )
        return subwords, 0
    min_count = choice.min_count or default_min_count(len(texts))[0]
    return Vocabulary.build(texts, min_count), min_count
