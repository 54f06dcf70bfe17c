"""python -m benchmarks.coco_caption: scores of captions by coco-caption's own code.

Its tokenizer and METEOR 1.5 are Java programs, which the package `pycocoevalcap`
contains. Nothing else in this project needs the package or Java:

    pip install --no-deps pycocoevalcap && apt-get install default-jre-headless
"""

import importlib
import shutil

from benchmarks.arguments import parser_of
from captioning.cli.arguments import add_candidates_flags
from data_prep.errors import BadInput, exit_on_bad_input

SCORES = ("BLEU", "METEOR 1.5", "ROUGE-L", "CIDEr-D")
_CLASSES = {  # (module, class) of the package
    "tokenizer": ("tokenizer.ptbtokenizer", "PTBTokenizer"),
    "BLEU": ("bleu.bleu", "Bleu"),
    "METEOR 1.5": ("meteor.meteor", "Meteor"),
    "ROUGE-L": ("rouge.rouge", "Rouge"),
    "CIDEr-D": ("cider.cider", "Cider"),
}


def main() -> int:
    parser = parser_of(
        "coco_caption",
        "BLEU, METEOR 1.5, ROUGE-L and CIDEr-D of a file of captions, by "
        "coco-caption's own code.",
        "--captions test.json --data data/flickr8k --split test",
    )
    add_candidates_flags(parser)
    flags = parser.parse_args()
    from captioning.metrics.score_table import score_table
    from captioning.tasks.caption_scores import read_candidates, references_of

    captions = read_candidates(flags.captions)
    split = references_of(captions, flags.data, flags.split)
    references = dict(zip(split.image_ids, split.captions, strict=True))
    print(score_table(scores(captions, references)))
    return 0


def scores(captions: dict[str, str], references: dict[str, tuple[str, ...]]) -> dict:
    """Return coco-caption's scores of one caption a picture, by name.

    Raises:
        BadInput: the package or Java is missing.
    """
    if not shutil.which("java"):
        raise BadInput(
            "Java was not found; expected it for coco-caption's tokenizer and METEOR: "
            "install it (Debian: default-jre-headless)."
        )
    try:
        classes = {
            name: getattr(importlib.import_module(f"pycocoevalcap.{module}"), kind)
            for name, (module, kind) in _CLASSES.items()
        }
    except ImportError as error:
        raise BadInput(
            f"pycocoevalcap cannot be imported ({error}); expected it: run "
            "`pip install --no-deps pycocoevalcap`."
        ) from error

    def tokens(texts):
        return classes["tokenizer"]().tokenize(
            {image: [{"caption": text} for text in all] for image, all in texts.items()}
        )

    reference_tokens = tokens(references)
    caption_tokens = tokens({image: [caption] for image, caption in captions.items()})
    found = {}
    for name in SCORES:
        overall, _ = classes[name]().compute_score(reference_tokens, caption_tokens)
        if name == "BLEU":
            found |= {f"BLEU-{n}": value for n, value in enumerate(overall, 1)}
        else:
            found[name] = float(overall)
    return found


if __name__ == "__main__":
    exit_on_bad_input(main)
