"""Rows about search: photos captioned a second, from regions in memory.

Beside two other ways to search with the same decoder and weights: greedy search of one
photo at a time with a `model.predict` a word, as in tutorials; and beam search of one
photo at a time with one compiled step a word.
"""

from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks.performance.row import Row
from benchmarks.performance.timing import in_turn, spread, times_as_long

PHOTOS = 1000  # ours
FEW = {"predict": 8, "step": 40}  # photos of the others, which take much longer


def rows(run: Path, rounds: int):
    """Yield the rows, for a run that learned captions."""
    from captioning.tasks.captions.generation import caption_rows

    captions, regions = cached_regions(run, PHOTOS)
    search = captions.captioner(num_beams=3, rerank=False)
    one_beam = _beam_one_by_one(captions, 3)
    one_greedy = _greedy_by_predict(captions)
    few = regions[:20]
    with without_encoder(captions):
        same = [one_beam(row) for row in few] == caption_rows(search, few)
        seconds = in_turn(
            {
                "ours": lambda: caption_rows(search, regions),
                "predict": lambda: [one_greedy(r) for r in regions[: FEW["predict"]]],
                "step": lambda: [one_beam(row) for row in regions[: FEW["step"]]],
            },
            rounds,
        )
    a_photo = {"ours": [each / PHOTOS for each in seconds["ours"]]} | {
        way: [each / count for each in seconds[way]] for way, count in FEW.items()
    }
    per_second = {way: 1 / spread(each).median for way, each in a_photo.items()}
    measured = f"beam-3 captions of {PHOTOS:,} photos from cached regions"
    yield Row(
        measured,
        "greedy, one photo at a time, model.predict a word",
        times_as_long(a_photo["predict"], a_photo["ours"]),
        30,
        absolute=f"{per_second['ours']:.0f} photos/s against "
        f"{per_second['predict']:.2f}",
    )
    yield Row(
        measured,
        "beam 3, one photo at a time, a compiled step a word",
        times_as_long(a_photo["step"], a_photo["ours"]),
        5,
        absolute=f"{per_second['step']:.1f} photos/s"
        + ("; the same words" if same else "; NOT the same words"),
    )


def cached_regions(run: Path, count: int):
    """Return a run's captions task and regions ``(count, regions, region_dim)``.

    The regions are those of its dev pictures, repeated if there are fewer. A fine-tuned
    encoder computes them here.
    """
    from captioning.tasks.image_encoding import cached_rows
    from captioning.training.loading import load_run
    from captioning.training.run_config import load_facts

    captions = load_run(run, encoder=False).task("captions")
    rows = cached_rows(captions.config, load_facts(run)["captions"].data, "dev")
    rows = rows[np.arange(count) % len(rows)]
    if captions.model.encoder is None:
        return captions, rows
    encode = captions.model.encoder.predict_on_batch
    parts = [encode(rows[first : first + 100]) for first in range(0, count, 100)]
    return captions, np.concatenate(parts)


@contextmanager
def without_encoder(captions):
    """In this block the captioner takes regions instead of pixels."""
    encoder, captions.model.encoder = captions.model.encoder, None
    try:
        yield
    finally:
        captions.model.encoder = encoder


def _one_step_model(captions):
    """Return the decoder's step as a Keras model, as tutorials have it."""
    import keras

    from captioning.models.decoder import Memory
    from captioning.nn.attention import RegionMemory

    decoder = captions.model.decoder

    class OneStep(keras.Model):
        def call(self, inputs):
            word, states, image, keys, values = inputs
            memory = Memory(image, RegionMemory(keys, values))
            return decoder.step(word, states, memory)

    return OneStep()


def _greedy_by_predict(captions):
    """Return a function: regions of one photo -> token ids, by `model.predict`."""
    from data_prep.text.special_tokens import END, START

    decoder, config = captions.model.decoder, captions.config
    model = _one_step_model(captions)

    def caption(row):
        memory = decoder.read_regions(row[None])
        states = [state[:, None].numpy() for state in decoder.initial_state(memory)]
        once = [
            tensor.numpy()
            for tensor in (
                memory.image_embedding,
                memory.regions.keys,
                memory.regions.values,
            )
        ]
        words = [START]
        while len(words) <= config.search.max_length and words[-1] != END:
            last = np.full((1, 1), words[-1], "int32")
            logits, states = model.predict((last, states, *once), verbose=0)
            logits[..., :END] = -np.inf
            words.append(int(logits.argmax()))
        return words[1:]

    return caption


def _beam_one_by_one(captions, num_beams: int):
    """Return a function: regions of one photo -> its caption.

    It is beam search in Python around one compiled step, with the same scores as
    `captioning.decoding.beam_search`.
    """
    import tensorflow as tf

    from data_prep.text.special_tokens import END, START

    decoder, config = captions.model.decoder, captions.config

    @tf.function(reduce_retracing=True)
    def start(row):
        memory = decoder.read_regions(row)
        return memory, [state[:, None] for state in decoder.initial_state(memory)]

    @tf.function(reduce_retracing=True)
    def step(words, states, memory):
        logits, states = decoder.step(words, states, memory)
        return tf.nn.log_softmax(logits), states

    def caption(row):
        memory, states = start(row[None])
        beams = [((START,), 0.0)]
        while len(beams[0][0]) <= config.search.max_length:
            if all(words[-1] == END for words, _ in beams):
                break
            last = np.array([[words[-1] for words, _ in beams]], "int32")
            log_p, states = step(last, states, memory)
            log_p = log_p.numpy()[0]
            log_p[:, :END] = -np.inf
            candidates = []
            for place, (words, score) in enumerate(beams):
                if words[-1] == END:
                    candidates.append((words, score, place))
                    continue
                for word in np.argpartition(-log_p[place], num_beams)[:num_beams]:
                    ended = (*words, int(word))
                    candidates.append((ended, score + log_p[place, word], place))
            candidates.sort(key=lambda c: _rank(c, config), reverse=True)
            kept = candidates[:num_beams]
            beams = [(words, score) for words, score, _ in kept]
            order = [place for *_, place in kept]
            states = [tf.gather(state, order, axis=1) for state in states]
        best = np.array([beams[0][0][1:]], "int32")
        return captions.vocabulary.decode(tf.constant(best)).numpy()[0].decode("utf-8")

    return caption


def _rank(candidate, config) -> float:
    words, score, _ = candidate
    return score / (len(words) - 1) ** config.search.length_penalty
