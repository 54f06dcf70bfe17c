"""The tokenizers, words and pieces of words: which one a folder holds.

All have one interface: ``len``, ``ids``, ``encode``, ``decode``, ``save``, ``load``.
Prepared data sets and runs hold the file of one of them.
"""

from pathlib import Path

from data_prep.errors import BadInput
from data_prep.text.subwords import PiecesOfWords, Subwords
from data_prep.text.vocabulary import Vocabulary

Tokenizer = Vocabulary | Subwords

FILES: dict[str, type[Tokenizer]] = {
    kind.FILE: kind for kind in (Vocabulary, Subwords, PiecesOfWords)
}


def load_tokenizer(directory: Path) -> Tokenizer:
    """Return the tokenizer of a prepared data set or of a run, by the file it has.

    Raises:
        BadInput: there is none, or more than one, or the file is damaged.
    """
    directory = Path(directory)
    found = [kind for file, kind in FILES.items() if (directory / file).exists()]
    if len(found) != 1:
        raise BadInput(
            f"{directory} holds {len(found) or 'none'} of {', '.join(FILES)}; expected "
            "one of them: prepare the data set again, or restore the run's file."
        )
    return found[0].load(directory / found[0].FILE)
