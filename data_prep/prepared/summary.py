"""The summary that `data_prep.prepare` prints at its end."""

from pathlib import Path
from typing import TYPE_CHECKING

from data_prep.errors import as_typed, printable
from data_prep.examples import lines_of
from data_prep.text.min_count import default_min_count

if TYPE_CHECKING:
    from data_prep.prepared.dataset_info import DatasetInfo

# Kind -> what its examples and its texts are called, and the flag of what comes next.
_WORDING = {
    "captions": ("pictures", "captions", ""),
    "sentiment": ("texts", "", "--task sentiment "),
    "translation": ("pairs", "sentences", "--task translation "),
    "gap": ("texts", "", None),
}


def summary(info: "DatasetInfo", out: Path) -> str:
    """Return what was made, what was left out, and the command to type next."""
    lines = [*_table(info), _vocabulary(info)]
    lines += lines_of(info.notes, info.skipped)
    task = _WORDING[info.kind][2]
    if task is not None:
        train = as_typed("python -m captioning.train")
        start = " --start-from flickr8k" * (info.name == "folder")
        lines.append(f"next: {train} {task}--data {out}{start}")
    return "\n".join(map(printable, lines))


def _table(info):
    examples, texts, _ = _WORDING[info.kind]
    if info.kind == "translation" and len(info.languages) > 2:
        examples = "sets"
    files = "shards" if info.kind == "captions" else "files"
    rows = [("split", examples, texts, files)]
    for split, facts in info.splits.items():
        numbers = (facts.examples, facts.texts, len(facts.shards))
        rows.append((split, *(f"{number:,}" for number in numbers)))
    for split, *cells in rows:
        if not texts:  # a column of them would say no more than the one of examples
            del cells[1]
        yield f"{split:8}" + "".join(f"{cell:>10}" for cell in cells)


def _vocabulary(info):
    if not info.min_count:
        tags = f", tags for {', '.join(info.languages)}" if info.languages else ""
        return f"vocabulary: {info.vocabulary_size:,} subwords or characters{tags}"
    default, why = default_min_count(info.splits["train"].texts)
    which = (
        "all that the training texts have"
        if info.min_count == 1
        else f"those that the training texts have at least {info.min_count} times"
    )
    return f"vocabulary: {info.vocabulary_size:,} words, {which}" + (
        f" ({why})" if info.min_count == default else ""
    )
