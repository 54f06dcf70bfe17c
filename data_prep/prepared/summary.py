"""What `data_prep.prepare` tells its user in the end."""

from pathlib import Path
from typing import TYPE_CHECKING

from data_prep.errors import printable
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
    lines += [f"{topic}: {note}" for topic, note in info.notes.items()]
    for reason, entry in info.skipped.items():
        example = entry["examples"][0]
        lines.append(f"skipped {entry['count']:,}: {reason}, e.g. {example}")
    task = _WORDING[info.kind][2]
    if task is not None:
        lines.append(f"next: python -m captioning.train {task}--data {out}")
    return "\n".join(map(printable, lines))


def _table(info):
    examples, texts, _ = _WORDING[info.kind]
    if info.kind == "translation" and len(info.languages) > 2:
        examples = "sets"
    # A column of texts only if it says more than the one of examples.
    columns = [examples, texts, "files"] if texts else [examples, "files"]
    if info.kind == "captions":
        columns[-1] = "shards"
    yield f"{'split':8}" + "".join(f"{name:>10}" for name in columns)
    for split, facts in info.splits.items():
        numbers = [facts.examples, facts.texts, len(facts.shards)]
        if not texts:
            del numbers[1]
        yield f"{split:8}" + "".join(f"{number:10,}" for number in numbers)


def _vocabulary(info):
    if not info.min_count:
        tags = f", tags for {', '.join(info.languages)}" if info.languages else ""
        return f"vocabulary: {info.vocabulary_size:,} subwords or characters{tags}"
    default, why = default_min_count(info.splits["train"].texts)
    return (
        f"vocabulary: {info.vocabulary_size:,} words, those that the training texts "
        f"have {info.min_count} times or more"
        + (f" ({why})" if info.min_count == default else "")
    )
