"""python -m benchmarks.people: captions beside people's, on the same footing.

A person's caption can be scored against the four other people's of its picture only. So
both are: for each k in 1..5 the k-th caption of every picture is left out, the captions
are scored against the four that are left, and so is the caption left out. Means over k.
More references make all scores higher, so these are below the usual ones.
"""

import numpy as np

from captioning.cli.arguments import Parser, add_candidates_flags
from data_prep.errors import BadInput, exit_on_bad_input

SHOWN = ("BLEU-1", "BLEU-4", "ROUGE-L", "CIDEr-D")


def main() -> int:
    parser = Parser(
        prog="python -m benchmarks.people",
        description="Scores of a file of captions and of people's, both against four "
        "references.",
        epilog="example:\n  python -m benchmarks.people --captions test.json "
        "--data data/flickr8k --split test",
    )
    add_candidates_flags(parser)
    flags = parser.parse_args()
    from captioning.metrics.ptb_tokenizer import tokenize
    from captioning.tasks import caption_scores

    said = caption_scores.read_candidates(flags.captions)
    split = caption_scores.references_of(said, flags.data, flags.split)
    candidates = {image: tokenize(text) for image, text in said.items()}
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
        references: of the same pictures as many people's, two or more of each.

    Raises:
        BadInput: pictures have fewer than two references.
    """
    from tqdm import tqdm

    from captioning.metrics import score_corpus

    people = min(map(len, references.values()))
    if people < 2:
        raise BadInput(
            "A picture has one reference only; expected two or more, of which one can "
            "be left out."
        )
    rounds: dict[str, list[dict[str, float]]] = {"captions": [], "people": []}
    for k in tqdm(range(people), unit=" left out"):
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
