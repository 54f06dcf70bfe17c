"""Rows about texts: sentences a second of the readers that come with the project,
beside readers of other packages; each reads one sentence after the other.
"""

import os

from benchmarks.performance.row import Row
from benchmarks.performance.timing import in_turn, spread, times_as_long
from captioning import pretrained
from captioning.inference.litert.text_engine import LiteRTTextEngine

# Of 3 to 18 words, as captions and film reviews have.
SENTENCES = (
    "A man sleeps.",
    "Two dogs are running through the snow.",
    "The film is slow, but its end makes up for it.",
    "A woman in a red coat is waiting for the bus in the rain.",
    "I had hoped for a good story, and all I got was two hours of noise and smoke.",
)
REPEATS = 4  # of all sentences a round, so that a round takes a second or so
SUBWORDS_A_WORD = 1.3  # of the other packages' vocabularies, about
BEAMS = 5  # as the translator that ships


def rows(rounds: int):
    """Yield the rows: moods beside DistilBERT, translation beside Marian's models."""
    from benchmarks.performance import transformers_readers as others

    threads = os.cpu_count() or 1
    moods = LiteRTTextEngine(pretrained.reader_of("sentiment"), "sentiment")
    translator = LiteRTTextEngine(pretrained.reader_of("translation"), "translation")
    distilbert = others.distilbert()
    writers = {
        "Marian of transformers": others.marian(),
        "CTranslate2, int8": others.ctranslate2(threads),
    }

    def by_us(engine, to=""):
        return lambda: [
            engine.predict([text], to) for text in SENTENCES for _ in range(REPEATS)
        ]

    def by_distilbert():
        for text in SENTENCES:
            for _ in range(REPEATS):
                distilbert(range(5, 5 + _subwords(text)))

    def by_writer(write):
        def way():
            for text in SENTENCES:
                for _ in range(REPEATS):
                    # A translation is about as long as its sentence.
                    write(list(range(5, 5 + _subwords(text))), _subwords(text), BEAMS)

        return way

    count = REPEATS * len(SENTENCES)
    seconds = in_turn({"ours": by_us(moods), "other": by_distilbert}, rounds)
    yield Row(
        "a sentence's mood after each word, the .tflite file",
        "DistilBERT-base (random weights, ids given), the whole sentence",
        times_as_long(seconds["other"], seconds["ours"]),
        None,
        absolute=_a_second(count, seconds["ours"], seconds["other"]),
    )
    ways = {"ours": by_us(translator, "de")}
    ways |= {name: by_writer(write) for name, write in writers.items()}
    seconds = in_turn(ways, rounds)
    for name in writers:
        yield Row(
            f"a sentence's translation, beam {BEAMS}, the .tflite file",
            f"{name}: Transformer-base (random weights, ids given), beam {BEAMS}",
            times_as_long(seconds[name], seconds["ours"]),
            None,
            absolute=_a_second(count, seconds["ours"], seconds[name]),
        )


def _subwords(text: str) -> int:
    return round(SUBWORDS_A_WORD * len(text.split()))


def _a_second(count: int, ours, others) -> str:
    one, other = (spread([count / s for s in each]).median for each in (ours, others))
    return f"{one:.0f} sentences/s; {other:.1f}"
