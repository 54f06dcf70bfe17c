"""python -m benchmarks.batching: training batches by picture or by caption length.

Two ways to make a training batch of some 160 captions, on a prepared data set:

- by picture: 32 pictures with all their captions. Regions are projected once a picture;
  captions of all lengths are padded to the longest.
- by length: 160 captions of almost equal length, each with its own picture. There is
  almost no padding; regions are projected once a caption.

Prints captions per second of both, measured in turn in the same process.
"""

import statistics
import time
from pathlib import Path

import numpy as np

from benchmarks.arguments import add_data_flag, parser_of
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.errors import exit_on_bad_input

ROUNDS = 7  # the median of so many is little disturbed by other work on the machine
STEPS = 4  # training steps a round


def main() -> int:
    parser = parser_of(
        "batching",
        "Compare two ways to make a training batch.",
        "--data data/flickr8k",
    )
    add_data_flag(parser)
    flags = parser.parse_args()
    import_tensorflow()
    speeds = measure(flags.data)
    for way, values in speeds.items():
        low, high = min(values), max(values)
        median = statistics.median(values)
        print(f"{way:<12} {median:6.0f} captions/s ({low:.0f} to {high:.0f})")
    pairs = zip(speeds["by picture"], speeds["by length"], strict=True)
    ratio = statistics.median(picture / length for picture, length in pairs)
    print(f"by picture / by length: {ratio:.2f}")
    return 0


def measure(data: Path) -> dict[str, list[float]]:
    """Return "by picture" and "by length" -> captions per second of each round."""
    from captioning.nn.cells import build_cell
    from captioning.tasks.captions.task import Captions
    from captioning.tasks.image_encoding import cached_rows
    from captioning.tasks.registry import preset
    from captioning.training.objective import Objective
    from captioning.training.train_step import TrainStep
    from data_prep.pipeline import image_batches
    from data_prep.prepared.captions import load_captions
    from data_prep.text.vocabulary import Vocabulary

    config = preset("captions", "flickr8k")
    captions = load_captions(data, "train").captions
    rows = cached_rows(config, data, "train")
    vocabulary = Vocabulary.load(data / "vocabulary.txt")
    token_ids = image_batches.tokenized(captions, vocabulary, config.search.max_length)
    batches = {
        "by picture": _by_picture(rows, token_ids, config),
        "by length": _by_length(rows, token_ids),
    }
    spec = _by_picture_dataset(rows, token_ids, config).element_spec
    learners = {}
    for way in batches:
        captions = Captions.from_data(
            config, data, build_cell(config.recurrent.cell, config.recurrent.units)
        )
        objective = Objective(captions.model, captions.loss, spec, config, 1000)
        learners[way] = TrainStep({"captions": objective})
    speeds: dict[str, list[float]] = {way: [] for way in batches}
    for round_ in range(ROUNDS + 1):
        for way, learner in learners.items():
            began, captions = time.perf_counter(), 0
            for batch in batches[way]:
                learner.step("captions", batch).numpy()
                captions += len(batch.token_ids)
            if round_:  # round 0 traces the graph
                speeds[way].append(captions / (time.perf_counter() - began))
    return speeds


def _by_picture_dataset(rows, token_ids, config):
    from data_prep.pipeline import image_batches

    return image_batches.training_batches(
        [rows], token_ids, images_per_batch=config.training.batch_size, seed=0, epoch=0
    )


def _by_picture(rows, token_ids, config) -> list:
    return list(_by_picture_dataset(rows, token_ids, config).take(STEPS))


def _by_length(rows, token_ids) -> list:
    import tensorflow as tf

    from data_prep.pipeline.image_batches import Batch

    captions = token_ids.values
    pictures = token_ids.value_rowids().numpy()
    order = np.argsort(captions.row_lengths().numpy(), kind="stable")
    size = 160
    # The batches are spread evenly over all lengths, like those of an epoch.
    firsts = ((np.arange(STEPS) + 0.5) / STEPS * (len(order) - size)).astype(int)
    return [
        Batch(
            inputs=tf.constant(rows[pictures[order[first : first + size]]]),
            token_ids=tf.gather(captions, order[first : first + size]).to_tensor(),
            caption_to_image=tf.range(size),
            image_numbers=tf.constant(pictures[order[first : first + size]]),
        )
        for first in firsts
    ]


if __name__ == "__main__":
    exit_on_bad_input(main)
