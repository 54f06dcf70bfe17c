"""python -m benchmarks.human_judgements: do our scores rank captions as people do?

Two studies on Flickr8k's test pictures (Hodosh, Young & Hockenmaier 2013) asked people
how well a caption fits a picture; most captions were written for another one. Each
caption is scored against all five references of the picture that it was shown with, and
Kendall's tau says how far scores and people agree on the order:

    Expert        5,822 pairs, three judges each, 1 to 4; tau-c over all single
                  judgements, as the literature has it: with the judges' mean instead
                  every tau is higher, and not comparable
    CrowdFlower   47,830 pairs, the share of the three or more judges who said yes;
                  tau-b

Pairs that judge a picture's own caption, which is among the references, are dropped
(158 and 721). On CrowdFlower the literature keeps them, takes the captions that were
judged out of the references, and so has four of them, mostly, for every pair: that is
"as published", without which the figures could not be compared. CIDEr-D weighs n-grams
by the references of all test pictures.

The literature, times 100: Hessel et al. 2021, "CLIPScore: A Reference-free Evaluation
Metric for Image Captioning" (arXiv:2104.08718), tables 1 and 2; BLEU-1 on CrowdFlower,
which is not in there, from the README of github.com/aimagelab/pacscore (Sarto et al.
2023, arXiv:2303.12112).

                  BLEU-1   BLEU-4   ROUGE-L   METEOR   CIDEr   SPICE
    Expert          32.3     30.8      32.3     41.8    43.9    44.9
    CrowdFlower     17.9     16.9      19.9     22.2    24.6    24.4

What differs: METEOR is version 1.5 there and NLTK's here. "CIDEr" there is what
coco-caption prints under that name, which is CIDEr-D, with n-grams weighed by the
references of all pairs: a picture counts as often as it was judged. (Weighed so, ours
gives 43.9 and 24.6, too.)
"""

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data_prep.errors import BadInput, exit_on_bad_input

CAPTIONS = "Flickr8k.token.txt"
IMAGES = "Flickr_8k.testImages.txt"
METEOR = "METEOR (NLTK)"  # as captioning.scores names it
# Times 100: tau-c on Expert, tau-b on CrowdFlower; see above.
LITERATURE = {
    "BLEU-1": (32.3, 17.9),
    "BLEU-4": (30.8, 16.9),
    "ROUGE-L": (32.3, 19.9),
    METEOR: (41.8, 22.2),
    "CIDEr-D": (43.9, 24.6),
}
PAIRS_AT_ONCE = 200  # between two moves of the progress bar

Pair = tuple[str, str]  # a picture's name, and the "PICTURE#NUMBER" of a caption


class Judgements(NamedTuple):
    """What people said of captions, and what these are scored against.

    Attributes:
        pairs: the pictures and the captions shown with them.
        values: float ``(pairs, judgements)``, more is better.
        references: the names of each test picture's references.
        own: how many pairs of the file judge a picture's own caption.
    """

    pairs: list[Pair]
    values: np.ndarray
    references: dict[str, list[str]]
    own: int


class Study(NamedTuple):
    """How a study's file is read, and how scores are held against it."""

    file: str
    line: str  # what a line looks like, for the message
    parse: Callable[[Sequence[str]], list[float]]  # ValueError if it does not
    variant: str  # of Kendall's tau
    keep_own: bool = False  # and take what was judged out of the references


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.human_judgements",
        description="Correlation of our scores with human judgements of captions.",
        epilog="example:\n  python -m benchmarks.human_judgements --source FLICKR8K",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--source",
        type=Path,
        required=True,
        metavar="FLICKR8K",
        help="where Flickr8k's text files are, in folders or not",
    )
    flags = parser.parse_args()
    captions, judgements = read(flags.source)
    taus = {}
    for name, study in STUDIES.items():
        found = judgements[name]
        became = "kept" if study.keep_own else "dropped"
        print(
            f"{name}: {len(found.pairs):,} pairs, {found.values.size:,} values; "
            f"{found.own:,} pairs of own captions {became}",
            flush=True,
        )
        scores = score(found, captions, name)
        taus[name] = correlate(scores, found, study.variant)
    print("\n" + table(taus))
    if METEOR not in scores:
        print(f"\n{METEOR} skipped: NLTK finds no WordNet (set NLTK_DATA).")
    return 0


# === What people said ===


def read(source: Path) -> tuple[dict[str, str], dict[str, Judgements]]:
    """Return the text of every caption, and what people said, by study.

    Args:
        source: a folder with the four text files, in folders or not.

    Returns:
        By "PICTURE#NUMBER" and by the names in `STUDIES`.

    Raises:
        BadInput: a file is missing or malformed, or names what no other file has.
    """
    from data_prep.sources import read_text

    captions = _read_captions(_find(source, CAPTIONS))
    references: dict[str, list[str]] = {
        image: [] for image in read_text(_find(source, IMAGES)).split()
    }
    for name in captions:
        image = _own_picture(name)
        if image in references:
            references[image].append(name)
    _check_references(references, f"has no caption in {CAPTIONS}")
    return captions, {
        name: _read_study(_find(source, study.file), study, captions, references)
        for name, study in STUDIES.items()
    }


def _check_references(references, without: str) -> None:
    for image, names in references.items():
        if not names:
            raise BadInput(
                f"{image}, which {IMAGES} names, {without}; expected a reference at "
                "least: get Flickr8k's text files anew."
            )


def _find(source: Path, name: str) -> Path:
    from data_prep.sources import find_file

    if not source.is_dir():
        raise BadInput(
            f"{source} is no folder; expected one with the text files of Flickr8k: "
            "check the path."
        )
    if path := find_file(source, name):
        return path
    raise BadInput(
        f"{source} and the folders in it have no {name}; expected the text files of "
        "Flickr8k: give the folder where Flickr8k_text was unpacked."
    )


def _lines(path: Path) -> Iterable[tuple[int, str]]:
    """Yield the number and the text of each line that is not empty."""
    from data_prep.sources import read_text

    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            yield number, line.rstrip("\r")


def _malformed(path: Path, number: int, line: str, expected: str) -> BadInput:
    return BadInput(
        f"line {number} of {path} is {line[:80]!r}; expected {expected}: get the file "
        "anew."
    )


def _read_captions(path: Path) -> dict[str, str]:
    captions = {}
    for number, line in _lines(path):
        name, tab, text = line.partition("\t")
        if not (tab and _own_picture(name)):
            raise _malformed(path, number, line, "'PICTURE#NUMBER<TAB>CAPTION'")
        captions[name] = text
    return captions


def _read_study(path, study, captions, references) -> Judgements:
    pairs, values, own = [], [], 0
    for number, line in _lines(path):
        image, *rest = line.split("\t")
        caption, *fields = rest or [""]
        try:
            found = study.parse(fields)
        except (ValueError, ZeroDivisionError):
            raise _malformed(path, number, line, study.line) from None
        if image not in references:
            raise _malformed(path, number, line, f"a picture that {IMAGES} names")
        if caption not in captions:
            raise _malformed(path, number, line, f"a caption that {CAPTIONS} has")
        is_own = _own_picture(caption) == image
        own += is_own
        if study.keep_own or not is_own:
            pairs.append((image, caption))
            values.append(found)
    if not pairs:
        raise BadInput(
            f"{path} has no judgement of another picture's caption ({own} of own "
            "captions); expected some to correlate with: get the file anew."
        )
    if study.keep_own:
        references = _not_judged(references, pairs, captions)
    return Judgements(pairs, np.array(values, float), references, own)


def _not_judged(references, pairs, captions) -> dict[str, list[str]]:
    """The references less those that say what was judged of their picture."""
    judged = {(image, captions[name]) for image, name in pairs}
    left = {
        image: [name for name in names if (image, captions[name]) not in judged]
        for image, names in references.items()
    }
    _check_references(left, "has no caption that was not judged of it")
    return left


def _own_picture(caption: str) -> str:
    """The picture that a caption was written for; "" if its name has no ``#``."""
    return caption.rpartition("#")[0]


def _ratings(fields: Sequence[str]) -> list[float]:
    """The three experts' ratings."""
    ratings = [int(field) for field in fields]
    if len(ratings) != 3 or not all(1 <= rating <= 4 for rating in ratings):
        raise ValueError
    return ratings


def _share_of_yes(fields: Sequence[str]) -> list[float]:
    """The share of yes, from the counts; it is written before them."""
    share, yes, no = fields
    yes, no = int(yes), int(no)
    if min(yes, no) < 0 or not abs(float(share) - yes / (yes + no)) < 1e-6:
        raise ValueError
    return [yes / (yes + no)]


STUDIES = {
    "Expert": Study(
        "ExpertAnnotations.txt",
        "'PICTURE<TAB>PICTURE#NUMBER' and three ratings of 1 to 4 after tabs",
        _ratings,
        "c",
    ),
    "CrowdFlower": Study(
        "CrowdFlowerAnnotations.txt",
        "'PICTURE<TAB>PICTURE#NUMBER<TAB>SHARE OF YES<TAB>YES<TAB>NO'",
        _share_of_yes,
        "b",
    ),
}
STUDIES["CrowdFlower, as published"] = STUDIES["CrowdFlower"]._replace(keep_own=True)
COMPARABLE = ("Expert", "CrowdFlower, as published")  # with the columns of LITERATURE


# === What we say, and whether it agrees ===


def score(
    judgements: Judgements, captions: Mapping[str, str], title: str = ""
) -> dict[str, list[float]]:
    """Return the scores of each pair, in order, by the names in `LITERATURE`.

    A caption is scored against all references of the picture; BLEU is coco-caption's of
    one picture. METEOR is left out where NLTK finds no WordNet.

    Args:
        judgements: whose pairs and references these are.
        captions: the texts of both, by name.
        title: stands before the progress bar.
    """
    from tqdm import tqdm

    from captioning.ptb_tokenizer import tokenize
    from captioning.scores import CiderD, bleu, meteor, rouge_l

    needed = {caption for _, caption in judgements.pairs}.union(
        *judgements.references.values()
    )
    tokens = {name: tokenize(captions[name]) for name in needed}
    references = {
        image: [tokens[name] for name in names]
        for image, names in judgements.references.items()
    }
    cider = CiderD(references)
    scores = {name: [] for name in LITERATURE}
    with tqdm(total=len(judgements.pairs), desc=title, unit=" pairs") as progress:
        for start in range(0, len(judgements.pairs), PAIRS_AT_ONCE):
            some = dict(enumerate(judgements.pairs[start : start + PAIRS_AT_ONCE]))
            said = {i: tokens[caption] for i, (_, caption) in some.items()}
            written = {i: references[image] for i, (image, _) in some.items()}
            _, bleus = bleu(said, written)
            for name in ("BLEU-1", "BLEU-4"):
                scores[name] += [bleus[i][name] for i in some]
            _, rouges = rouge_l(said, written)
            scores["ROUGE-L"] += [rouges[i] for i in some]
            scores["CIDEr-D"] += [cider.score_one(some[i][0], said[i]) for i in some]
            if METEOR in scores:
                if found := meteor(said, written):
                    scores[METEOR] += [found[1][i] for i in some]
                else:
                    del scores[METEOR]
            progress.update(len(some))
    return scores


def correlate(
    scores: Mapping[str, Sequence[float]], judgements: Judgements, variant: str
) -> dict[str, float]:
    """Return Kendall's tau between each score and all single judgements.

    tau-b = (P - Q) / sqrt((P + Q + T) (P + Q + U))      (Kendall 1945)
    tau-c = 2 (P - Q) / (n^2 (m - 1) / m)                (Stuart 1953)

    with P pairs in the same order, Q in opposite order, T and U tied in one of the two
    only, n judgements, m the lesser number of different values.

    Args:
        scores: by name, ``(pairs,)``.
        judgements: values ``(pairs, judgements)``; a score meets each of its pair's.
        variant: "b" or "c".

    Returns:
        By the names of the scores, -1..1; NaN where all scores or judgements are equal.
    """
    from scipy.stats import kendalltau

    judges = judgements.values.shape[1]
    people = judgements.values.ravel()
    return {
        name: float(kendalltau(np.repeat(of_pairs, judges), people, variant=variant)[0])
        for name, of_pairs in scores.items()
    }


def table(taus: Mapping[str, Mapping[str, float]]) -> str:
    """Return the correlations beside the literature's, in Markdown, times 100.

    Args:
        taus: by the names in `STUDIES`, then by those in `LITERATURE`; a score may be
            missing.
    """
    header = ["metric"]
    for name, study in STUDIES.items():
        header.append(f"{name} (tau-{study.variant})")
        if name in COMPARABLE:
            header.append("in the literature")
    rows = [header, ["---"] * len(header)]
    for metric, published in LITERATURE.items():
        row = [metric]
        for name in STUDIES:
            tau = taus[name].get(metric)
            row.append("" if tau is None else f"{100 * tau:.1f}")
            if name in COMPARABLE:
                row.append(f"{published[COMPARABLE.index(name)]:.1f}")
        rows.append(row)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    exit_on_bad_input(main)
