"""NSMC, the Naver sentiment movie corpus (github.com/e9t/nsmc, CC0): Korean reviews.

Expects tables with tabs between the columns ``id``, ``document`` and ``label``, either

- ``train.tsv``, ``dev.tsv`` and ``test.tsv``: a split by film, in which no film of dev
  or test is in train. Scores on it do not compare with the official split. The option
  ``train`` names a file to read in place of ``train.tsv``; or
- the original files ``ratings_train.txt`` (150,000) and ``ratings_test.txt`` (50,000).
  The hash of a review decides which part of train is dev.
"""

from collections.abc import Iterator
from pathlib import Path

from data_prep.examples import SPLITS, Labelled, Skipped
from data_prep.readers.hash_split import group_by_hash
from data_prep.readers.sentence_files import labelled, labelled_rows
from data_prep.readers.source_folder import find_plain_or_gz, missing_files

KIND = "sentiment"
NEEDS_SOURCE = True
TOKENIZER = "characters"  # reviews are spelled so freely that few words recur
VOCABULARY_SIZE = 1800

FILES = {split: f"{split}.tsv" for split in SPLITS}
OFFICIAL = {"train": "ratings_train.txt", "test": "ratings_test.txt"}
TEXT = ("document",)
DEV = 0.05  # of the official train: 7,500 reviews, a standard error of half a percent


def read(
    source: Path, skipped: Skipped, *, train: str = FILES["train"]
) -> Iterator[Labelled]:
    """Yield the reviews of train, dev and test, each split in the order of its file."""
    own = {**FILES, "train": train}
    for files in (own, OFFICIAL) if own == FILES else (own,):
        paths = {split: find_plain_or_gz(source, name) for split, name in files.items()}
        if all(paths.values()):
            break
    else:
        wanted = (*own.values(), "(or, in the original,)", *OFFICIAL.values())
        raise missing_files(source, wanted, "NSMC")
    rows = {s: labelled_rows(path, TEXT, skipped) for s, path in paths.items()}
    if files is OFFICIAL:
        skipped.notes["split"] = (
            f"official test; dev is {DEV:.0%} of the official train, by hash of the "
            "review"
        )
        # Dev is taken out of train; the same review is always on the same side.
        parts = group_by_hash(rows["train"], lambda row: row[0], 1 - DEV, DEV)
        rows |= {"train": parts["train"], "dev": parts["dev"]}
    else:
        skipped.notes["split"] = (
            "by film, made by the three files; not the official 150,000/50,000: do not "
            "compare scores with published ones"
        )
    for split in SPLITS:
        yield from labelled(split, rows[split], skipped)
