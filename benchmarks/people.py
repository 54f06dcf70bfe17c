"""python -m benchmarks.people: captions beside people's captions, scored alike.

A person's caption can be scored only against the other four of its picture. So both
are: for each k in 1..5 the k-th reference of every picture is left out, and the given
captions and the references left out are scored against the other four. The result is
the mean over k. More references give higher scores, so these are below the usual ones.
"""

import numpy as np

from benchmarks.arguments import parser_of
from captioning.cli.arguments import add_candidates_flags
from data_prep.console import progress
from data_prep.errors import BadInput, exit_on_bad_input

SHOWN = ("BLEU-1", "BLEU-4", "ROUGE-L", "CIDEr-D")


def main() -> int:
    parser = parser_of(
        "people",
        "Scores of a file of captions and of people's captions, both against four "
        "references.",
        "--captions test.json --data data/flickr8k --split test",
    )
    add_candidates_flags(parser)
    flags = parser.parse_args()
    from captioning.tasks import caption_scores

    captions = caption_scores.read_candidates(flags.captions)
    split = caption_scores.references_of(captions, flags.data, flags.split)
    candidates = {i: caption_scores.tokenize(text) for i, text in captions.items()}
    references = caption_scores.reference_tokens(split)
    found = side_by_side(candidates, references)
    print(f"| | {' | '.join(SHOWN)} |\n|---|{'---|' * len(SHOWN)}")
    for who, scores in found.items():
        print(f"| {who} | {' | '.join(f'{scores[name]:.3f}' for name in SHOWN)} |")
    return 0


def side_by_side(candidates, references) -> dict[str, dict[str, float]]:
    """Return the mean scores of "captions" and of "people", by name.

    Args:
        candidates: the tokens of one caption a picture.
        references: the tokens of at least two references of the same pictures.

    Raises:
        BadInput: a picture has fewer than two references.
    """
    from captioning.metrics import score_corpus

    people = min(map(len, references.values()))
    if people < 2:
        raise BadInput(
            "a picture has one reference only; expected at least two, so that one can "
            "be left out: give a data set with more captions a picture."
        )
    rounds: dict[str, list[dict[str, float]]] = {"captions": [], "people": []}
    for k in progress(range(people), label="left out", unit="references"):
        others = {i: [*of[:k], *of[k + 1 :]] for i, of in references.items()}
        left_out = {i: of[k] for i, of in references.items()}
        for who, texts in (("captions", candidates), ("people", left_out)):
            rounds[who].append(score_corpus(texts, others).overall)
    return {
        who: {name: float(np.mean([one[name] for one in found])) for name in SHOWN}
        for who, found in rounds.items()
    }


if __name__ == "__main__":
    exit_on_bad_input(main)
