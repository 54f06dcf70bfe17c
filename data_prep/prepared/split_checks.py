"""Whether the splits of a data set are of use: not empty, and not all the same."""

from collections.abc import Mapping, Sequence

from data_prep.errors import BadInput
from data_prep.examples import SPLITS, Skipped
from data_prep.prepared.dataset_info import SplitInfo

FEW = 10  # examples of dev; CIDEr-D, which weighs words by their rarity, needs more
# Why most were skipped -> what to do if all were.
_ADVICE = {
    "": "write captions of the pictures",
    "picture does not exist": "put the pictures into --source, or name them in the "
    "captions as they are called there",
    "picture outside of its folder": "put the pictures themselves into --source; links "
    "that lead out of it are not followed",
    "picture that cannot be used": "get the pictures again",
}


def tells_nothing(dev: SplitInfo, texts: Sequence[str]) -> str:
    """Return why no choice can be made on a dev split, or ""."""
    from data_prep.text.standardize import standardize

    if dev.examples > 1 and len(set(standardize(texts).numpy())) == 1:
        return f"all of it says {texts[0]!r}: no choice can be made on it"
    if 0 < dev.examples < FEW:
        few = f"{dev.examples} example{'s' * (dev.examples > 1)} only"
        return f"{few}: a choice made on it is chance; give more of them"
    return ""


def check_splits(name: str, splits: Mapping[str, SplitInfo], skipped: Skipped) -> None:
    """Raise BadInput if a split of a data set has no examples."""
    empty = [s for s in SPLITS if s not in splits or not splits[s].examples]
    if not empty:
        return
    sizes = ", ".join(f"{s} {splits[s].examples if s in splits else 0}" for s in SPLITS)
    counts = {reason: entry["count"] for reason, entry in skipped.as_dict().items()}
    advice = "give more of them, a hundred if a hash splits them"
    if len(empty) == len(SPLITS):
        most = max(counts, key=counts.__getitem__, default="")
        advice = _ADVICE.get(most, "mend what was skipped")
    elif counts:
        advice = f"mend what was skipped, or {advice}"
    raise BadInput(
        f"the data set {name} has no examples in {' and '.join(empty)} "
        f"({'; '.join([sizes, *skipped.lines()])}); expected some in each: {advice}."
    )
