"""VADER's lexicon (Hutto & Gilbert 2014, MIT licence): English words that people rated.

Expects ``vader_lexicon.txt``, as the Python package vaderSentiment contains it: word,
mean of ten ratings from -4 to 4, their standard deviation, and the ratings, with tabs
between them. Words whose mean is further from 0 than one standard deviation are kept,
three in four; signs such as ":-)" are not. A word is a text. Its hash decides the
split: 90% are train, 5% dev. They are meant to be added to reviews (`--add`), where
most words of mood are rare.
"""

from collections.abc import Iterator
from pathlib import Path

from data_prep.errors import BadInput
from data_prep.examples import Labelled, Skipped
from data_prep.readers.files import read_lines
from data_prep.readers.hash_split import group_by_hash
from data_prep.readers.sentence_files import labelled
from data_prep.readers.source_folder import find_all

KIND = "sentiment"
NEEDS_SOURCE = True
TOKENIZER = "words"

FILES = {"lexicon": "vader_lexicon.txt"}
TRAIN, DEV = 0.9, 0.05


def read(source: Path, skipped: Skipped) -> Iterator[Labelled]:
    """Yield the words of train, dev and test, each in the order of the file."""
    path = find_all(source, FILES, "VADER's lexicon")["lexicon"]
    rows = list(_rated(path, skipped))
    for split, members in group_by_hash(rows, lambda row: row[0], TRAIN, DEV).items():
        yield from labelled(split, members, skipped)


def _rated(path: Path, skipped: Skipped) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(read_lines(path), 1):
        try:
            word, mean, deviation, _ = (line or "").split("\t")
            mean, deviation = float(mean), float(deviation)
        except ValueError as error:
            raise BadInput(
                f"line {number} of {path} is {line!r:.80}; expected a word, a mean, a "
                "deviation and ratings with tabs between them: get the file again."
            ) from error
        if not word.replace("-", "").replace("'", "").replace(" ", "").isalpha():
            skipped.add("sign, not a word", word)
        elif abs(mean) <= deviation:
            skipped.add("word whose ratings disagree", word)
        else:
            yield word, int(mean > 0)
