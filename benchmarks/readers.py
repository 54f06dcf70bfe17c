"""python -m benchmarks.readers: does a reader's .tflite file say what its run says?

Both read a split, text by text, and what they say is compared and scored: the share of
right verdicts, BLEU of translations (`metrics.translation`), and of related words how
many of the ten are words of the picture's other captions.
"""

import time
from pathlib import Path

import numpy as np

from benchmarks.arguments import add_count_flags, add_data_flag, parser_of
from captioning.inference.read.choose_engine import load
from captioning.inference.read.predictions import (
    Prediction,
    SentimentPrediction,
    TranslationPrediction,
)
from captioning.tasks.translation.directions import directions_of
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.console import progress
from data_prep.errors import exit_on_bad_input
from data_prep.prepared.captions import load_captions
from data_prep.prepared.dataset_info import DatasetInfo
from data_prep.prepared.sentences import load_labelled, load_parallel
from data_prep.text.clean import clean

TASK_OF = {
    "sentiment": "sentiment",
    "translation": "translation",
    "captions": "associations",
}


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "readers",
        "Compare a .tflite file that reads texts with the run that it was made of.",
        "--model related.tflite --run runs/related --data data/flickr8k --split test",
    )
    parser.add_argument("--model", type=Path, required=True, metavar="FILE")
    parser.add_argument("--run", type=Path, metavar="RUN")
    add_data_flag(parser)
    parser.add_argument("--split", default="dev")
    add_count_flags(parser, ("--count", 10_000, "texts of the split at most"))
    flags = parser.parse_args(argv)
    import_tensorflow()
    task = TASK_OF[DatasetInfo.load(flags.data).kind]
    engines = [load(flags.model, task, threads=1)]
    if flags.run:
        engines.append(load(flags.run, task))
    for to, texts, expected in _texts(flags.data, flags.split, task):
        texts, expected = texts[: flags.count], expected[: flags.count]
        found = [_predicted(engine, texts, to) for engine in engines]
        name = f"{task} {to}".strip()
        for engine, (seconds, said) in zip(engines, found, strict=True):
            print(
                f"{name}: {type(engine).__name__} {_score(said, expected):.4f}, "
                f"{len(texts) / seconds:.0f} texts/s"
            )
        if flags.run:
            (_, ours), (_, theirs) = found
            print(f"{name}: {_compared(ours, theirs)}")
    return 0


def _texts(data: Path, split: str, task: str):
    """Yield the language to write, the texts, and what is expected of each."""
    if task == "sentiment":
        yield "", *load_labelled(data, split)
    elif task == "translation":
        rows = load_parallel(data, split)
        for direction in directions_of(DatasetInfo.load(data).languages):
            texts = [row[direction.source] for row in rows]
            yield direction.target, texts, [row[direction.target] for row in rows]
    else:
        pictures = load_captions(data, split).captions
        yield "", [c[0] for c in pictures], [" ".join(c[1:]).lower() for c in pictures]


def _predicted(engine, texts: list[str], to: str) -> tuple[float, list[Prediction]]:
    began, said = time.perf_counter(), []
    with progress(total=len(texts), label=type(engine).__name__, unit="texts") as shown:
        for first in range(0, len(texts), 32):
            some = [clean(text) for text in texts[first : first + 32]]
            said += engine.predict(some, to)
            shown.update(len(some))
    return time.perf_counter() - began, said


def _answer(one: Prediction):
    if isinstance(one, SentimentPrediction):
        return one.verdict > 0.5
    if isinstance(one, TranslationPrediction):
        return one.translations[0]
    return tuple(one.related[-1])


def _score(said: list[Prediction], expected) -> float:
    answers = [_answer(one) for one in said]
    if isinstance(said[0], SentimentPrediction):
        return float(np.mean(np.array(answers) == (np.array(expected) == 1)))
    if isinstance(said[0], TranslationPrediction):
        from captioning.metrics.translation import bleu

        return bleu(answers, expected).lower_cased
    pairs = zip(answers, expected, strict=True)
    return float(np.mean([np.mean([w in t.split() for w in a]) for a, t in pairs]))


def _compared(ours: list[Prediction], theirs: list[Prediction]) -> str:
    pairs = list(zip(ours, theirs, strict=True))
    same = np.mean([_answer(one) == _answer(other) for one, other in pairs])
    if isinstance(ours[0], SentimentPrediction):
        scores = [(a.positive, b.positive) for a, b in pairs]
    elif isinstance(ours[0], TranslationPrediction):
        scores = [(a.scores[:1], b.scores[:1]) for a, b in pairs]
    else:
        scores = [(a.scores[-1], b.scores[-1]) for a, b in pairs]
    far = max(np.max(np.abs(np.subtract(a, b))) for a, b in scores)
    return f"the same answer to {same:.2%}; scores differ by {far:.2g} at most"


if __name__ == "__main__":
    exit_on_bad_input(main)
