"""Rows about the training step: captions a second, with the preset flickr8k.

Batches are random, with caption lengths as in Flickr8k, and in memory, so that only the
step is measured. Beside it the same model of stock Keras layers, padded to the longest
possible caption, with regions projected once a caption; and, if PyTorch is installed,
the same model in PyTorch, padded to the longest caption of the batch.
"""

import numpy as np

from benchmarks.performance import peak
from benchmarks.performance.row import Row
from benchmarks.performance.timing import in_turn, spread, times_as_long

VOCABULARY_SIZE = 2540  # of Flickr8k, words that occur at least five times
REGIONS = (64, 1280)  # of EfficientNet-Lite2 at 256 px
CAPTIONS_PER_IMAGE = 5
# How many of 1,000 captions of Flickr8k's training split have 4, 5, ... 22 words, END
# included; longer ones are cut to 22.
SHORTEST = 4
LENGTHS = (4, 12, 29, 65, 85, 98, 111, 111, 104, 93, 77, 62, 44, 33, 22, 17, 12, 7, 15)


def rows(rounds: int):
    """Yield the rows."""
    from captioning.tasks.config import override
    from captioning.tasks.registry import preset

    config = override(preset("captions", "flickr8k"), precision="float32")
    batch = made_up_batch(config, np.random.default_rng(0))
    captions, time = batch.token_ids.shape
    ways = {
        "ours": our_step(config, batch),
        "narrow": our_step(override(config, precision="bfloat16"), batch),
        "stock": stock_step(config, batch),
        "peak": peak.product("float32"),
    }
    if torch_way := torch_step(config, batch):
        ways["torch"] = torch_way
    seconds = in_turn(ways, rounds)
    flops = step_flops(config, batch)
    shares = [
        100 * (flops / ours) / (peak.FLOPS / peak_)
        for ours, peak_ in zip(seconds["ours"], seconds["peak"], strict=True)
    ]
    per_second = {way: captions / spread(all).median for way, all in seconds.items()}
    step = f"training step of the preset flickr8k, {captions} captions"
    opponent = "the same of stock Keras layers, float32, padded to 22 words, regions "
    measured = f"{step}, float32"
    for way, name, bar in (
        ("ours", measured, 1.8),
        ("narrow", f"{step}, --precision bfloat16", 2.5),
    ):
        yield Row(
            name,
            f"{opponent}once a caption",
            times_as_long(seconds["stock"], seconds[way]),
            bar,
            absolute=f"{per_second[way]:.0f} captions/s against "
            f"{per_second['stock']:.0f}",
        )
    if torch_way:
        yield Row(
            measured,
            "the same in PyTorch, by torch.nn.LSTM, padded, regions once a caption",
            times_as_long(seconds["torch"], seconds["ours"]),
            None,
            absolute=f"{per_second['ours']:.0f} captions/s against "
            f"{per_second['torch']:.0f}",
        )
    yield Row(
        f"{measured}, FLOP/s",
        "the float32 peak",
        spread(shares),
        55,
        unit="%",
        absolute=f"{flops / 1e9:.0f} GFLOP a step",
    )


def made_up_batch(config, generator):
    """Return a `Batch` of random regions and random words."""
    import tensorflow as tf

    from data_prep.pipeline.image_batches import Batch
    from data_prep.text.special_tokens import END, START

    images = config.training.batch_size
    shares = np.array(LENGTHS) / sum(LENGTHS)
    lengths = SHORTEST + generator.choice(
        len(LENGTHS), size=images * CAPTIONS_PER_IMAGE, p=shares
    )
    rows = [
        [START, *generator.integers(END + 1, VOCABULARY_SIZE, length - 1), END]
        for length in lengths
    ]
    return Batch(
        inputs=tf.constant(generator.random((images, *REGIONS)), tf.float16),
        token_ids=tf.ragged.constant(rows, dtype=tf.int32).to_tensor(),
        caption_to_image=tf.repeat(tf.range(images), CAPTIONS_PER_IMAGE),
        image_numbers=tf.range(images),
    )


def made_up_captions(config, vocabulary_size: int = VOCABULARY_SIZE):
    """Return a captions task of random weights and made-up words."""
    from captioning.nn.cells import build_cell
    from captioning.tasks.captions.task import Captions
    from data_prep.text.special_tokens import END
    from data_prep.text.vocabulary import Vocabulary

    words = [f"word{number}" for number in range(vocabulary_size - END - 1)]
    vocabulary = Vocabulary(["<pad>", "<unk>", "<start>", "<end>", *words])
    cell = build_cell(config.recurrent.cell, config.recurrent.units)
    return Captions(config, vocabulary, cell)


def our_step(config, batch):
    """Return a function without arguments that does a training step of ours."""
    import tensorflow as tf

    from captioning.training.objective import Objective
    from captioning.training.train_step import TrainStep

    captions = made_up_captions(config)
    spec = type(batch)(
        tf.TensorSpec((None, *REGIONS), tf.float16),
        tf.TensorSpec((None, None), tf.int32),
        tf.TensorSpec((None,), tf.int32),
        tf.TensorSpec((None,), tf.int32),
    )
    steps = TrainStep(
        {"captions": Objective(captions.model, captions.loss, spec, config, 1000)}
    )
    return lambda: float(steps.step("captions", batch))


def stock_step(config, batch):
    """Return a function without arguments that does a step of the Keras model."""
    import tensorflow as tf

    from benchmarks.performance.keras_captioner import KerasCaptioner, training_step
    from captioning.training.optimizer import build_optimizer
    from data_prep.text.special_tokens import PAD

    missing = config.search.max_length + 1 - batch.token_ids.shape[1]
    token_ids = tf.pad(batch.token_ids, [(0, 0), (0, missing)], constant_values=PAD)
    regions = tf.gather(batch.inputs, batch.caption_to_image)
    model = KerasCaptioner(VOCABULARY_SIZE, config)
    model(regions[:1], token_ids[:1, :-1])
    optimizer = build_optimizer(config, 1000)
    optimizer.build(model.trainable_variables)
    step = training_step(model, optimizer, PAD)
    return lambda: float(step(regions, token_ids))


def torch_step(config, batch):
    """Return a function without arguments that does a step of the PyTorch model, or
    None if PyTorch is not installed."""
    try:
        import torch
    except ImportError:
        return None
    from benchmarks.performance.pytorch_captioner import PyTorchCaptioner, training_step
    from data_prep.text.special_tokens import PAD

    regions = torch.from_numpy(batch.inputs.numpy()).float()
    regions = regions[torch.from_numpy(batch.caption_to_image.numpy()).long()]
    token_ids = torch.from_numpy(batch.token_ids.numpy()).long()
    step = training_step(PyTorchCaptioner(VOCABULARY_SIZE, REGIONS[1], config), PAD)
    return lambda: step(regions, token_ids)


def step_flops(config, batch) -> int:
    """Return the FLOP of a step: each product once forward and twice backward.

    Only real tokens count. The products on regions count once backward, because the
    encoder is frozen and needs no gradient.
    """
    tokens = int((batch.token_ids.numpy()[:, 1:] != 0).sum())
    images, captions = len(batch.inputs), len(batch.token_ids)
    regions, region_dim = REGIONS
    units, words, keys = (
        config.recurrent.units,
        config.recurrent.embedding_dim,
        config.attention.attention_dim,
    )
    on_regions = images * region_dim * (regions * 2 * keys + words)
    on_tokens = (
        captions * words * 2 * units  # the first states
        + tokens * (words + units) * 4 * units  # the cell
        + tokens * units * keys  # queries
        + tokens * regions * 2 * keys  # scores and contexts
        + tokens * (units + keys) * words  # the read-out
        + tokens * words * VOCABULARY_SIZE  # logits
    )
    return 2 * (2 * on_regions + 3 * on_tokens)
