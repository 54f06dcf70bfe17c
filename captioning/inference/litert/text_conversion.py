"""A reader of texts -> one .tflite file: the graph, and the tokenizer beside it."""

import tempfile
from pathlib import Path

import tensorflow as tf

from captioning.inference.litert.converter import converted
from captioning.inference.litert.metadata import TOKENIZER, with_facts
from captioning.models.associations import rank_related
from captioning.nn.rnn import scans
from captioning.tasks.associations.task import SHOWN, Associations
from captioning.tasks.sentiment.task import POSITIVE, Sentiment
from captioning.tasks.translation.task import Translation


def convert(
    task: Sentiment | Associations | Translation,
    weights: str = "float32",
    num_beams: int | None = None,
    room: Path | None = None,
) -> bytes:
    """Return a .tflite file that reads one text, given as token ids.

    Its one signature has the name of the task. What it takes and returns is said below,
    beside each graph; `litert.metadata` says what else the file holds.

    Args:
        task: with its weights.
        weights: as `converter.converted` takes them.
        num_beams: hypotheses of a translation; the run's own number if not given.
        room: a folder for temporary files; the system's if not given.
    """
    graph, tokenizer, facts = _PARTS[type(task)](task, num_beams)
    name = type(task).__name__.lower()
    with scans():
        model = converted(task.model, {name: graph}, weights, room)
    facts = {"task": name, "tokenizer": tokenizer.FILE, "weights": weights, **facts}
    with tempfile.TemporaryDirectory(dir=room) as folder:
        tokenizer.save(Path(folder) / tokenizer.FILE)
        content = (Path(folder) / tokenizer.FILE).read_bytes()
    return with_facts(model, facts, {TOKENIZER: content})


def _graph(name: str):
    spec = tf.TensorSpec((1, None), tf.int32, name=name)
    return tf.function(autograph=False, input_signature=[spec])


def _sentiment(task: Sentiment, num_beams: None):
    @_graph("token_ids")
    def graph(token_ids):
        """`token_ids` int32 ``(1, time)``, START first -> `positive` float32 ``(1,
        time)``, the probability after each token that the text is positive."""
        return {"positive": tf.nn.softmax(task.model(token_ids))[..., POSITIVE]}

    return graph, task.tokenizer, {"classes": ["negative", "positive"]}


def _associations(task: Associations, num_beams: None):
    shown = min(SHOWN, len(task.related))

    @_graph("token_ids")
    def graph(token_ids):
        """`token_ids` int32 ``(1, time)``, START first -> `related` int32 ``(1, time,
        10)``, the numbers of the related words after each token, best first, and
        `scores` float32 ``(1, time, 10)``, their log probabilities."""
        was_read = task.was_read(token_ids, tf.int32)  # LiteRT sums up no int16
        scores, related = rank_related(task.model(token_ids), was_read, shown)
        return {"related": related, "scores": scores}

    return graph, task.vocabulary, {"related": list(task.related)}


def _translation(task: Translation, num_beams: int | None):
    num_beams = num_beams or task.config.search.num_beams

    @_graph("source_ids")
    def graph(source_ids):
        """`source_ids` int32 ``(1, positions)``: the tag of the language to write, the
        sentence, END -> `token_ids` int32 ``(1, beams, time)``, the translations, best
        first, and their `scores` float32 ``(1, beams)``."""
        found = task.search(source_ids, num_beams)
        return {"token_ids": found.token_ids, "scores": found.scores}

    facts = {"languages": dict(task.subwords.language_ids), "num_beams": num_beams}
    return graph, task.subwords, facts


_PARTS = {
    Sentiment: _sentiment,
    Associations: _associations,
    Translation: _translation,
}
