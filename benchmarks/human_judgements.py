"""python -m benchmarks.human_judgements: how well our scores agree with people.

Each judged caption (`benchmarks.human_judgement_files`) is scored against all five
references of the picture that it was shown with. Kendall's tau measures how far scores
and judgements agree on the order: on Expert tau-c over all single judgements, as in the
literature (with the mean of the judges every tau is higher, and not comparable), on
CrowdFlower tau-b. CIDEr-D weighs n-grams by the references of all test pictures.

The literature, times 100: Hessel et al. 2021, "CLIPScore: A Reference-free Evaluation
Metric for Image Captioning" (arXiv:2104.08718), tables 1 and 2; BLEU-1 on CrowdFlower,
which these tables lack, from the README of github.com/aimagelab/pacscore (Sarto et al.
2023, arXiv:2303.12112).

                  BLEU-1   BLEU-4   ROUGE-L   METEOR   CIDEr   SPICE
    Expert          32.3     30.8      32.3     41.8    43.9    44.9
    CrowdFlower     17.9     16.9      19.9     22.2    24.6    24.4

Differences: METEOR is version 1.5 there and NLTK's here. "CIDEr" there is what
coco-caption prints under that name, which is CIDEr-D with n-grams weighed by the
references of all pairs: a picture counts as often as it was judged. (With these weights
ours also gives 43.9 and 24.6.)
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.arguments import parser_of
from benchmarks.human_judgement_files import STUDIES, Judgements, read
from data_prep.console import progress
from data_prep.errors import exit_on_bad_input

METEOR = "METEOR (NLTK)"  # its name in captioning.metrics
# Times 100: tau-c on Expert, tau-b on CrowdFlower; see above.
LITERATURE = {
    "BLEU-1": (32.3, 17.9),
    "BLEU-4": (30.8, 16.9),
    "ROUGE-L": (32.3, 19.9),
    METEOR: (41.8, 22.2),
    "CIDEr-D": (43.9, 24.6),
}
COMPARABLE = ("Expert", "CrowdFlower, as published")  # the columns of LITERATURE
PAIRS_AT_ONCE = 200  # scored between two updates of the progress bar


def main() -> int:
    parser = parser_of(
        "human_judgements",
        "Correlation of our scores with human judgements of captions.",
        "--source FLICKR8K",
    )
    parser.add_argument(
        "--source",
        type=Path,
        required=True,
        metavar="FLICKR8K",
        help="folder with Flickr8k's text files, at any level",
    )
    flags = parser.parse_args()
    captions, judgements = read(flags.source)
    taus = {}
    for name, study in STUDIES.items():
        found = judgements[name]
        action = "kept" if study.keep_own else "dropped"
        print(
            f"{name}: {len(found.pairs):,} pairs, {found.values.size:,} values; "
            f"{found.own:,} pairs of own captions {action}",
            flush=True,
        )
        scores = score(found, captions, name)
        taus[name] = correlate(scores, found, study.variant)
    print("\n" + table(taus))
    if METEOR not in scores:
        print(f"\n{METEOR} skipped: NLTK finds no WordNet (set NLTK_DATA).")
    return 0


def score(
    judgements: Judgements, captions: Mapping[str, str], title: str = ""
) -> dict[str, list[float]]:
    """Return the scores of each pair, in order, by the names in `LITERATURE`.

    A caption is scored against all references of the picture; BLEU is coco-caption's of
    one picture. METEOR is left out where NLTK finds no WordNet.

    Args:
        judgements: pairs and references.
        captions: name -> text, of judged captions and references.
        title: of the progress bar.
    """
    from captioning.metrics import CiderD, bleu, meteor, meteor_available, rouge_l
    from captioning.metrics.ptb_tokenizer import tokenize

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
    if not meteor_available():
        del scores[METEOR]
    with progress(total=len(judgements.pairs), label=title, unit="pairs") as bar:
        for start in range(0, len(judgements.pairs), PAIRS_AT_ONCE):
            some = dict(enumerate(judgements.pairs[start : start + PAIRS_AT_ONCE]))
            judged = {i: tokens[caption] for i, (_, caption) in some.items()}
            written = {i: references[image] for i, (image, _) in some.items()}
            _, bleus = bleu(judged, written)
            for name in ("BLEU-1", "BLEU-4"):
                scores[name] += [bleus[i][name] for i in some]
            _, rouges = rouge_l(judged, written)
            scores["ROUGE-L"] += [rouges[i] for i in some]
            scores["CIDEr-D"] += [cider.score_one(some[i][0], judged[i]) for i in some]
            if METEOR in scores:
                _, meteors = meteor(judged, written)
                scores[METEOR] += [meteors[i] for i in some]
            bar.update(len(some))
    return scores


def correlate(
    scores: Mapping[str, Sequence[float]], judgements: Judgements, variant: str
) -> dict[str, float]:
    """Return Kendall's tau between each score and all single judgements.

    tau-b = (P - Q) / sqrt((P + Q + T) (P + Q + U))      (Kendall 1945)
    tau-c = 2 (P - Q) / (n^2 (m - 1) / m)                (Stuart 1953)

    with P pairs in the same order, Q in opposite order, T and U pairs tied in only one
    of the two, n judgements, and m the smaller number of different values.

    Args:
        scores: by name, ``(pairs,)``.
        judgements: values ``(pairs, judgements)``; a score is compared with each one
            of its pair.
        variant: "b" or "c".

    Returns:
        Name of the score -> -1..1; NaN if all scores or all judgements are equal.
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
