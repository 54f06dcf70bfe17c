"""Rows about features: photos a second from encoded files to cached features.

Beside them the encoder alone, on tensors in memory.
"""

from pathlib import Path

from benchmarks.performance.row import Row
from benchmarks.performance.timing import in_turn, spread, times_as_long

PHOTOS = 512  # a round: 16 batches, of which only the first has to be waited for


def rows(run: Path, rounds: int):
    """Yield the row, for the encoder and the photos of a run."""
    import tensorflow as tf

    from captioning.tasks.image_encoding import features_of
    from captioning.training.run_config import load_facts
    from data_prep.pictures.decode import load_picture
    from data_prep.pipeline.features import BATCH_SIZE, blocks_of_rows
    from data_prep.prepared.records import read_shards

    facts = load_facts(run)["captions"]
    features = features_of(facts.config)
    size = features.image_size
    bare = tf.function(
        features.load(),
        autograph=False,
        input_signature=[tf.TensorSpec((None, size, size, 3), tf.float32)],
    )
    # Loaded and traced before the measurement: this happens once for many photos.
    features = features._replace(load=lambda: bare)
    records = read_shards(facts.data, "dev").take(PHOTOS)
    in_memory = list(
        records.map(lambda record: load_picture(record["image"], size)).batch(
            BATCH_SIZE
        )
    )
    photos = sum(len(batch) for batch in in_memory)
    seconds = in_turn(
        {
            "ours": lambda: list(blocks_of_rows(records, features)),
            "bare": lambda: [bare(batch).numpy() for batch in in_memory],
        },
        rounds,
    )
    ours, alone = (photos / spread(seconds[way]).median for way in ("ours", "bare"))
    yield Row(
        f"feature extraction, {features.name}, photos/s",
        "the encoder alone, on tensors in memory",
        times_as_long(seconds["bare"], seconds["ours"]),
        0.9,
        absolute=f"{ours:.1f} of {alone:.1f} photos/s",
    )
