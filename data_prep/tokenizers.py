"""The two tokenizers, words and subwords: which one a folder holds.

Both have one interface: ``len``, ``ids``, ``encode``, ``decode``, ``save``, ``load``.
Prepared data sets and runs hold the file of one of them.
"""

from pathlib import Path

from data_prep.errors import BadInput
from data_prep.subwords import Subwords
from data_prep.vocabulary import Vocabulary

Tokenizer = Vocabulary | Subwords

KINDS: dict[str, type[Tokenizer]] = {"words": Vocabulary, "subwords": Subwords}


def load_tokenizer(directory: Path) -> Tokenizer:
    """Return the tokenizer of a prepared data set or of a run, by the file it has.

    Raises:
        BadInput: there is none, or both, or the file is damaged.
    """
    directory = Path(directory)
    found = [kind for kind in KINDS.values() if (directory / kind.FILE).exists()]
    if len(found) != 1:
        one, other = (kind.FILE for kind in KINDS.values())
        holds = f"both {one} and {other}" if found else f"neither {one} nor {other}"
        raise BadInput(
            f"{directory} holds {holds}; expected one of them: prepare the data set "
            "again, or restore the run's file."
        )
    return found[0].load(directory / found[0].FILE)
