"""python -m captioning.read: texts -> their mood, a translation, or related words."""

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from captioning.cli.arguments import (
    Parser,
    add_force_flag,
    add_trust_flag,
    check_file_to_write,
    check_new,
)
from captioning.cli.which_run import chosen_reader
from captioning.inference.read import choose_engine, inputs, terminal
from captioning.inference.read.batches import predict_all
from captioning.inference.read.inputs import InputText
from captioning.inference.read.predictions import check_language
from data_prep.console import say
from data_prep.errors import BadInput, exit_on_bad_input, printable_json

EXAMPLE = """examples:
  python -m captioning.read sentiment "the captain is not happy"
  python -m captioning.read sentiment --file reviews.txt --json > verdicts.jsonl
  python -m captioning.read translate --to de "A red rowing boat is behind a pier."
  python -m captioning.read related boat
  python -m captioning.read related --language de Boot
  echo "a boat is on the water" | python -m captioning.read related --every-word

Without --run the reader that comes with the project answers, at once and without
TensorFlow; that of translations reads and writes English and German.
"""

TASK_OF = {
    "sentiment": "sentiment",
    "translate": "translation",
    "related": "associations",
}
MOST_DRAWN = 6  # texts in one picture, the first ones


def main(argv: list[str] | None = None) -> int:
    flags = _parser().parse_args(argv)
    task = TASK_OF[flags.what]
    plot = getattr(flags, "plot", None)
    if plot:
        check_file_to_write("--plot", plot, [".png"])
    check_new("--plot", plot, getattr(flags, "force", False))
    if flags.run:
        choose_engine.check_reader(flags.run)
    texts = _texts(flags)  # before anything that takes a while
    to = getattr(flags, "to", "")
    path = chosen_reader(flags, task)
    engine = choose_engine.load(path, task, trust_model=flags.trust_model)
    if task == "translation":
        check_language(to, engine.languages)
    drawn = []
    for text, found in predict_all(texts, task, lambda some: engine.predict(some, to)):
        _say(text, found, flags)
        if found is not None:
            drawn = [*drawn, found][:MOST_DRAWN]
    if not drawn:
        return 2
    if plot:
        from captioning.plots.reading_curves import draw_verdicts

        draw_verdicts(drawn, plot)
        print(f"drew {plot}", file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    style = {"formatter_class": argparse.RawDescriptionHelpFormatter, "epilog": EXAMPLE}
    parser = Parser(
        prog="python -m captioning.read",
        description="Read texts, word by word. Results go to stdout, all else to "
        "stderr. Exit status 0 if anything was read, else 2.",
        **style,
    )
    commands = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    about = "whether a text is positive, as the reader leans after every word"
    sentiment = commands.add_parser(
        "sentiment",
        help=about,
        description=f"Say {about}. Under each word stands the probability that the "
        "text so far is positive, in brackets where the word is not known.",
        **style,
    )
    sentiment.add_argument(
        "--plot",
        type=Path,
        metavar="PNG",
        help=f"draw the verdict after every word, of the first {MOST_DRAWN} texts",
    )
    add_force_flag(sentiment, "the file of --plot")
    about = "what a sentence is in another language"
    translate = commands.add_parser(
        "translate", help=about, description=f"Say {about}.", **style
    )
    translate.add_argument(
        "--to",
        default="",
        metavar="CODE",
        help="the language to write: en or de, or another that --run has learned",
    )
    about = "which words belong with those that are read"
    related = commands.add_parser(
        "related",
        help=about,
        description=f"Say {about}. All arguments are one text.",
        **style,
    )
    related.add_argument(
        "--every-word", action="store_true", help="say it after every word"
    )
    related.add_argument(
        "--language",
        choices=("en", "de"),
        help="of the reader that comes with the project (default: en)",
    )
    for command in (sentiment, translate, related):
        _add_common(command)
    return parser


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "texts",
        nargs="*",
        metavar="TEXT",
        help="in quotes (default: the lines of standard input)",
    )
    command.add_argument(
        "--file", type=Path, metavar="FILE", help="read its lines, a text each"
    )
    command.add_argument(
        "--run",
        type=Path,
        metavar="RUN",
        help="a run that learned it, an export of one, or a .tflite file (default: see "
        "below)",
    )
    command.add_argument(
        "--json",
        action="store_true",
        help='an object a line, of a bad text {"text", "error"}',
    )
    add_trust_flag(command)


def _texts(flags) -> Iterator[InputText]:
    if flags.texts and flags.file:
        raise BadInput(
            "Texts were given and --file too; expected one of them. Leave one out."
        )
    if flags.file:
        return inputs.of_file(flags.file)
    if flags.texts:
        joined = flags.what == "related"
        return inputs.of_arguments([" ".join(flags.texts)] if joined else flags.texts)
    return inputs.of_standard_input()


def _say(text: InputText, found, flags) -> None:
    from captioning.inference.read.lines import facts_of, lines_of

    every_word = getattr(flags, "every_word", False)
    if found is not None and not any(found.known):
        say(f"note: {text.where} has no word that the model knows")
    if flags.json:
        facts = facts_of(text, found, every_word=every_word)
        print(printable_json(facts))
    elif found is None:
        say(f"error: {text.error}")
    else:
        lines = lines_of(
            text,
            found,
            every_word=every_word,
            columns=shutil.get_terminal_size().columns,
            colour=terminal.wants_colour(sys.stdout),
        )
        print(*lines, sep="\n")
    sys.stdout.flush()


if __name__ == "__main__":
    exit_on_bad_input(main)
