"""The flags of `captioning.evaluate`."""

import argparse
from pathlib import Path

from captioning.cli.arguments import (
    Parser,
    add_candidates_flags,
    add_force_flag,
    add_rerank_flag,
    add_run_flag,
    add_task_flag,
    add_trust_flag,
    positive,
)

EXAMPLE = """examples:
  python -m captioning.evaluate --run runs/flickr8k --split test --out test.json
  python -m captioning.evaluate --captions test.json --data data/flickr8k --split test
  python -m captioning.evaluate --model photos.tflite --data data/flickr8k
  python -m captioning.evaluate --run runs/a --ensemble runs/b runs/c

Scores are coco-caption's: its PTB tokenisation, BLEU, ROUGE-L and CIDEr-D, without
Java; METEOR is NLTK's and needs WordNet, which NLTK finds through NLTK_DATA.
"""


def evaluate_parser() -> Parser:
    """Return the parser of the command line."""
    parser = Parser(
        prog="python -m captioning.evaluate",
        description="Score a run, or captions, against what people wrote.",
        epilog=EXAMPLE,
    )
    add_run_flag(parser)
    parser.add_argument(
        "--ensemble",
        type=Path,
        nargs="+",
        metavar="RUN",
        help="further runs, whose probabilities are averaged with --run's word by word",
    )
    add_task_flag(parser, "which of the run's tasks")
    add_candidates_flags(parser, required=False)
    parser.add_argument(
        "--references",
        type=Path,
        metavar="FILE",
        help="with --captions, instead of --data: what people wrote, as .csv, .json or "
        ".jsonl, as data_prep.prepare folder reads it",
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="score what this .tflite file, or this export, says of the pictures "
        "themselves",
    )
    parser.add_argument(
        "--beams", type=positive, metavar="K", help="(default: the run's)"
    )
    add_rerank_flag(parser)
    add_trust_flag(parser)
    parser.add_argument(
        "--length-penalty", type=float, metavar="X", help="(default: the run's)"
    )
    parser.add_argument(
        "--grey",
        action="store_true",
        help="show the run a grey picture each time: what it says without looking",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write the captions there, as JSON"
    )
    add_force_flag(parser, "the file of --out")
    parser.add_argument("--json", action="store_true", help="print scores as JSON")
    parser.add_argument(
        "--diversity",
        action="store_true",
        help="say too how the captions are written: their length, their words, how "
        "many break off, repeat themselves, or name a thing that no reference names "
        "(which needs WordNet); beside people's",
    )
    # Its name of earlier versions.
    parser.add_argument(
        "--habits", dest="diversity", action="store_true", help=argparse.SUPPRESS
    )
    return parser
