"""NSMC, the Naver sentiment movie corpus (github.com/e9t/nsmc, CC0): Korean reviews.

Expects tables with tabs between the columns ``id``, ``document`` and ``label``, either

- ``train.tsv``, ``dev.tsv`` and ``test.tsv``: a split by films, so that no film of dev
  or test is in train. Scores on it are not those of the official split; or
- the corpus as it is spread, ``ratings_train.txt`` (150,000) and ``ratings_test.txt``
  (50,000): the hash of a review takes a share of train as dev.
"""

from collections.abc import Iterator
from pathlib import Path

from data_prep.examples import SPLITS, Labelled, Skipped
from data_prep.readers.sources import split_by_hash
from data_prep.readers.text_files import (
    Row,
    find_plain_or_gz,
    labelled,
    labelled_rows,
    missing,
)

KIND = "sentiment"
NEEDS_SOURCE = True
TOKENIZER = "characters"  # what reviewers do to words leaves no words to count on
VOCABULARY_SIZE = 1800

FILES = {split: f"{split}.tsv" for split in SPLITS}
OFFICIAL = {"train": "ratings_train.txt", "test": "ratings_test.txt"}
TEXT = ("document",)
DEV = 0.05  # of the official train: 7,500 reviews, a standard error of half a percent


def read(source: Path, skipped: Skipped) -> Iterator[Labelled]:
    """Yield the reviews of train, dev and test, each in the order of its file.

    Args:
        source: a folder with the files, in folders or not.
        skipped: gets unusable lines and what train has twice; its note "split" says
            which split it is.

    Raises:
        BadInput: a file is missing or malformed.
    """
    for files in (FILES, OFFICIAL):
        paths = {split: find_plain_or_gz(source, name) for split, name in files.items()}
        if all(paths.values()):
            break
    else:
        wanted = (*FILES.values(), "(or, as the corpus is spread,)", *OFFICIAL.values())
        raise missing(source, wanted, "NSMC")
    rows = {s: labelled_rows(path, TEXT, skipped) for s, path in paths.items()}
    if files is OFFICIAL:
        skipped.notes["split"] = (
            f"official test; dev is {DEV:.0%} of the official train, by hash of the "
            "review"
        )
        rows = _with_dev(rows)
    else:
        skipped.notes["split"] = (
            "by films, which the three files make; not the official 150,000/50,000: do "
            "not compare scores with published ones"
        )
    for split in SPLITS:
        yield from labelled(split, rows[split], skipped)


def _with_dev(rows) -> dict[str, Iterator[Row] | list[Row]]:
    """Take dev out of train: the same review always falls on the same side."""
    shares: dict[str, list[Row]] = {"train": [], "dev": []}
    for row in rows["train"]:
        shares[split_by_hash(row.text, 1 - DEV, DEV)].append(row)
    return {**shares, "test": rows["test"]}
