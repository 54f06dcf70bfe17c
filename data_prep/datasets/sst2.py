"""SST-2 (Socher et al. 2013, GLUE's version): English film reviews, two classes.

Expects ``train.tsv`` (67,349 phrases of sentences), ``dev.tsv`` (872 sentences) and
``test.tsv`` (1,821 sentences), with tabs between the columns ``label`` and ``sentence``
(or ``content``), in any order. GLUE's own test.tsv has no labels; the test set with
labels is that of the original. The split is the official one. The few sentences of dev
and test that are also in train are left out of train. The tokenization of the Treebank
("it 's n't bad .") is undone, because users write "it isn't bad.".

The option ``judged`` names texts that a model judged, the output of ``captioning read
sentiment --json``, to learn from as well (distillation, Hinton et al. 2015,
arXiv:1503.02531). Those that are in the three files are left out.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from nltk.tokenize.treebank import TreebankWordDetokenizer

from data_prep.errors import printable
from data_prep.examples import SPLITS, Labelled, Skipped
from data_prep.readers.judged_texts import read_judged
from data_prep.readers.sentence_files import labelled, labelled_rows
from data_prep.readers.source_folder import find_all

KIND = "sentiment"
NEEDS_SOURCE = True
TOKENIZER = "pieces"
VOCABULARY_SIZE = 6000

FILES = {split: f"{split}.tsv" for split in SPLITS}
TEXT = ("sentence", "content", "text")

# Sentences are detokenized many at once, with a private character between them: that
# takes a tenth of the time. One rule would match it: " -- " loses its spaces, but not
# at the ends of a sentence. So another character replaces the dashes there.
_BATCH, _SEPARATOR, _DASH = 1000, "\ue000", "\ue001"
_OUTER_DASH = re.compile("^--(?= )|(?<= )--$")


def read(
    source: Path, skipped: Skipped, *, judged: Path | None = None
) -> Iterator[Labelled]:
    """Yield the phrases of train and the judged texts, then the sentences of dev and
    test."""
    paths = find_all(source, FILES, "SST-2 as GLUE distributes it")
    skipped.notes["split"] = "official; train is phrases, dev and test are sentences"
    held_out = {
        split: list(labelled_rows(paths[split], TEXT, skipped))
        for split in ("dev", "test")
    }
    letters = {_letters(text) for rows in held_out.values() for text, _ in rows}
    phrases = []
    for text, label in labelled_rows(paths["train"], TEXT, skipped):
        if _letters(text) in letters:
            skipped.add("text of train that dev or test has too", text)
        else:
            phrases.append((text, label))
    for split, rows in {"train": phrases, **held_out}.items():
        examples = list(labelled(split, rows, skipped))
        texts = detokenized([example.text for example in examples])
        for example, text in zip(examples, texts, strict=True):
            yield example._replace(text=text)
        if split == "train" and judged:
            letters |= {_letters(text) for text in texts}
            yield from _judged(judged, letters, skipped)


def _judged(path: Path, known: set[str], skipped: Skipped) -> Iterator[Labelled]:
    """Yield the texts that a model judged, less those whose letters are known."""
    judged = read_judged(path, skipped)
    skipped.notes["judged"] = f"to train, texts that a model judged: {printable(path)}"
    for text, positive in judged.items():
        if _letters(text) in known:
            skipped.add("judged text that train, dev or test has too", text)
        else:
            yield Labelled("train", text, positive)


def _letters(text: str) -> str:
    """Return the letters and digits of a sentence, or the sentence if it has none: the
    files differ in spaces and punctuation."""
    return "".join(filter(str.isalnum, text.lower())) or text


def detokenized(texts: Sequence[str]) -> list[str]:
    """Return tokenized sentences of the Treebank in ordinary spelling."""
    detokenizer, found = TreebankWordDetokenizer(), []
    for first in range(0, len(texts), _BATCH):
        batch = [_OUTER_DASH.sub(_DASH, text) for text in texts[first : first + _BATCH]]
        text = f" {_SEPARATOR} ".join(batch)
        # The ellipsis as one character: three dots would be joined to the words around.
        for token, sign in (("-lrb-", "("), ("-rrb-", ")"), ("...", "…")):
            text = text.replace(token, sign)
        whole = detokenizer.detokenize(text.split()).replace(_DASH, "--")
        found += [part.strip() for part in whole.split(_SEPARATOR)]
    return found
