"""SST-2 (Socher et al. 2013, as GLUE spreads it): English film reviews, two verdicts.

Expects ``train.tsv`` (67,349 phrases of sentences), ``dev.tsv`` (872 sentences) and
``test.tsv`` (1,821 sentences), with tabs between the columns ``label`` and ``sentence``
(or ``content``), in any order. GLUE's own test.tsv has no labels; the test set with
labels is that of the original. The split is the official one. The few sentences of dev
and test that train has too are left out of train. The Treebank's way to write ("it 's
n't bad .") is undone, for people write "it isn't bad.".
"""

from collections.abc import Iterator
from pathlib import Path

from nltk.tokenize.treebank import TreebankWordDetokenizer

from data_prep.examples import SPLITS, Labelled, Skipped
from data_prep.readers.text_files import (
    find_plain_or_gz,
    labelled,
    labelled_rows,
    missing,
)

KIND = "sentiment"
NEEDS_SOURCE = True
TOKENIZER = "pieces"
VOCABULARY_SIZE = 6000

FILES = {split: f"{split}.tsv" for split in SPLITS}
TEXT = ("sentence", "content", "text")


def read(source: Path, skipped: Skipped) -> Iterator[Labelled]:
    """Yield the phrases of train, then the sentences of dev and test.

    Args:
        source: a folder with the three files, in folders or not.
        skipped: gets unusable lines and what train has twice, or of dev and test.

    Raises:
        BadInput: a file is missing or malformed.
    """
    paths = {split: find_plain_or_gz(source, name) for split, name in FILES.items()}
    absent = [FILES[split] for split, path in paths.items() if path is None]
    if absent:
        raise missing(source, absent, "SST-2 as GLUE spreads it")
    skipped.notes["split"] = "official; train is phrases, dev and test are sentences"
    held_out = {
        split: list(labelled_rows(paths[split], TEXT, skipped))
        for split in ("dev", "test")
    }
    texts = {_letters(row.text) for rows in held_out.values() for row in rows}
    phrases = []
    for row in labelled_rows(paths["train"], TEXT, skipped):
        if _letters(row.text) in texts:
            skipped.add("text of train that dev or test has too", row.text)
        else:
            phrases.append(row)
    for split, rows in {"train": phrases, **held_out}.items():
        for example in labelled(split, rows, skipped):
            yield example._replace(text=as_written(example.text))


def _letters(text: str) -> str:
    """Return a sentence by which two are known as one: the files differ in spaces and
    signs. Of one without letters or digits, itself."""
    return "".join(filter(str.isalnum, text.lower())) or text


def as_written(text: str) -> str:
    """Return a sentence of the Treebank's tokens as people write it."""
    # An ellipsis of one character, for three would be pulled to the words around.
    for token, sign in (("-lrb-", "("), ("-rrb-", ")"), ("...", "…")):
        text = text.replace(token, sign)
    return TreebankWordDetokenizer().detokenize(text.split())
