"""The tokenizer of a data set: which one, and how it is built and loaded.

There are two interfaces with the same methods: `vocabulary.Vocabulary` (words) and
`subwords.Subwords` (pieces, subwords or characters). A prepared data set and a run
contain the file of exactly one of them. `word_splitting` says how a text is split into
words.
"""

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from data_prep.errors import BadInput
from data_prep.text.min_count import default_min_count

if TYPE_CHECKING:  # TensorFlow takes seconds to import; --help must not wait for it
    import tensorflow as tf

KINDS = ("words", "pieces", "subwords", "characters")
STANDARDIZED = ("words", "pieces")  # of the words of `data_prep.text.standardize`
FILES = ("vocabulary.txt", "subwords.model", "pieces.model")

NUM_SUBWORDS = 8000  # as Kudo 2018 uses for small data sets; ours are smaller still


class Tokenizer(Protocol):
    """What all tokenizers have in common; see `vocabulary.Vocabulary`."""

    FILE: str  # one of `FILES`

    def __len__(self) -> int: ...

    def ids(self, texts: "tf.Tensor", alpha: float = 0.0) -> "tf.RaggedTensor": ...

    def encode(self, texts: "tf.Tensor", alpha: float = 0.0) -> "tf.RaggedTensor": ...

    def decode(self, token_ids: "tf.Tensor") -> "tf.Tensor": ...

    def save(self, path: Path) -> None: ...


class TokenizerChoice(NamedTuple):
    """A tokenizer that is not built yet."""

    kind: str  # "words", "pieces" (of words), "subwords" or "characters" (of the text)
    min_count: int | None  # of words; None decides by the number of texts
    vocabulary_size: int  # of all but words, the largest number of ids
    fold_case: bool  # whether case is ignored; always True for words


def choose(
    dataset: ModuleType,
    kind: str | None,
    min_count: int | None,
    vocabulary_size: int | None,
) -> TokenizerChoice:
    """Return the tokenizer for a module of `data_prep.datasets`.

    Where the user chose no kind, it is the module's ``TOKENIZER``; no size, its
    ``VOCABULARY_SIZE`` if the kind is its own, else `NUM_SUBWORDS`.

    Raises:
        BadInput: the kind is unknown, does not suit the data set, or does not have the
            given option.
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
        fold_case=dataset.KIND != "translation",  # a translation is written with case
    )


def build(
    choice: TokenizerChoice, texts: Sequence[str], languages: Sequence[str]
) -> tuple[Tokenizer, int]:
    """Build a tokenizer from the training texts; BadInput if they are too few.

    Of subwords the languages get a tag. Also returns the min_count used; 0 for all but
    words.
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


def load_tokenizer(directory: Path) -> Tokenizer:
    """Return the tokenizer of a prepared data set or of a run, by the file it has;
    BadInput if there is no such file, or more than one, or it is damaged."""
    from data_prep.text.subwords import PiecesOfWords, Subwords
    from data_prep.text.vocabulary import Vocabulary

    directory = Path(directory)
    found = [file for file in FILES if (directory / file).exists()]
    if len(found) != 1:
        raise BadInput(
            f"{directory} has {len(found) or 'none'} of {', '.join(FILES)}; expected "
            "one of them: prepare the data set again, or restore the run's file."
        )
    kinds = {kind.FILE: kind for kind in (Vocabulary, Subwords, PiecesOfWords)}
    return kinds[found[0]].load(directory / found[0])
