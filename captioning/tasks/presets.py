"""Presets: where the knobs start, for each task on each data set it was tuned on.

What they give, in which time and by which command, stands in the README's tables.
"""

from dataclasses import replace

from captioning.tasks.config import Config

# The embedded world: 60 words, 128 px, everything learned from nothing.
_HARBOUR = Config(
    encoder="small",
    train_encoder=True,
    image_size=128,
    units=256,
    embedding_dim=128,
    attention_dim=128,
    dropout=0.1,  # pictures are made without end: there is little to overfit to
    word_dropout=0.2,  # else nobody looks for what the words before it give away
    epochs=14,
    patience=14,  # the last epochs, annealed, are the best: never stop before them
    batch_size=48,
    captions_per_image=2,  # seeing is what takes time to learn, not the wording
    learning_rate=2e-3,
    label_smoothing=0.0,  # exact facts: no word but the right ones deserves weight
    weight_decay=1e-4,
    average=0.98,
    views=1,  # a mirror makes left right, and the captions say which
    max_length=32,
)

_READER = Config(
    units=128,
    embedding_dim=128,
    dropout=0.5,
    word_dropout=0.1,
    epochs=4,
    patience=4,
    batch_size=128,
    learning_rate=2e-3,
    average=0.99,
    max_length=150,  # tokens that are learned from: no NSMC review has more characters
)

PRESETS = {
    # === Captions ===
    "flickr8k": Config(
        image_size=256,  # Lite2 learned at 260; 224 gave dev CIDEr-D 0.526, 256 0.546
        precision="bfloat16",  # where the processor has it: half as fast again
    ),
    "harbour": _HARBOUR,
    # === Sentiment ===
    "sst2": replace(
        _READER,
        learning_rate=3e-3,
        subword_alpha=0.3,  # 67,000 phrases of 7,000 sentences: the words recur
    ),
    "nsmc": replace(
        _READER,
        word_dropout=0.05,
        longest_gram=4,
        gram_dropout=0.6,  # most n-grams are seen once or twice, and learned by heart
        epochs=3,
        batch_size=256,
    ),
    "moods": replace(
        _READER,
        units=96,
        embedding_dim=64,
        dropout=0.1,
        readout_dropout=0.1,
        word_dropout=0.0,
        epochs=8,
        batch_size=64,
        learning_rate=4e-3,
        weight_decay=1e-4,
        label_smoothing=0.0,
        average=0.98,
    ),
    # === Translation ===
    "multi30k": Config(
        units=256,
        embedding_dim=256,
        attention_dim=256,
        dropout=0.2,
        epochs=8,
        patience=8,
        batch_size=100,
        learning_rate=2e-3,
        max_length=60,
        num_beams=5,
        length_penalty=0.8,
        subword_alpha=0.4,  # less cuts sentences into a third more pieces
    ),
    "phrasebook": Config(
        units=128,
        embedding_dim=128,
        attention_dim=128,
        dropout=0.1,
        epochs=4,
        batch_size=96,
        learning_rate=4e-3,
        weight_decay=1e-4,
        label_smoothing=0.0,
        average=0.98,
        max_length=60,
    ),
    # === Associations ===
    "flickr8k-associations": Config(
        units=384,
        embedding_dim=384,
        dropout=0.5,
        word_dropout=0.25,
        epochs=10,
        batch_size=256,
        learning_rate=4e-3,
        label_smoothing=0.0,
        average=0.99,
        max_length=25,
    ),
    "harbour-associations": Config(
        units=128,
        embedding_dim=64,
        dropout=0.1,
        word_dropout=0.1,
        epochs=4,
        batch_size=256,
        learning_rate=4e-3,
        label_smoothing=0.0,
        average=0.98,
        max_length=33,
    ),
    # === Tags ===
    "flickr8k-tags": Config(
        dropout=0.6,
        readout_dropout=0.2,
        epochs=30,
        patience=30,
        batch_size=128,
        weight_decay=0.3,  # 1.3 million weights see 6,000 pictures
        label_smoothing=0.05,
        average=0.99,
    ),
    "harbour-tags": replace(_HARBOUR, readout_dropout=0.1, learning_rate=1e-3),
}

# By task: whose knobs a data set without a preset of its own starts from.
_TUNED = {
    "captions": "flickr8k",
    "sentiment": "sst2",
    "translation": "multi30k",
    "associations": "flickr8k-associations",
    "tags": "flickr8k-tags",
}


def preset(name: str) -> Config:
    """Return a preset by name.

    Raises:
        ValueError: the name is not known.
    """
    if name not in PRESETS:
        raise ValueError(
            f"The preset {name!r} is not known; expected one of {', '.join(PRESETS)}."
        )
    return PRESETS[name]


def preset_for(data_set: str, task: str) -> Config:
    """Return where the knobs start for a task on a data set: its own preset, else
    that of the data set on which the task was tuned."""
    name = data_set
    if task in ("associations", "tags"):  # which share their data sets with captions
        name = f"{data_set}-{task}"
    return PRESETS.get(name) or PRESETS[_TUNED[task]]
