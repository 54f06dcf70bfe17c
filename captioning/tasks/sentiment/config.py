"""Options of the sentiment classifier, and their presets."""

from dataclasses import dataclass

from captioning.tasks.config import (
    WIDEST,
    Group,
    OptimizerConfig,
    ReadingConfig,
    RecurrentConfig,
    TaskConfig,
    TrainingConfig,
    option,
    override,
    share,
)


@dataclass(frozen=True)
class NGramConfig(Group):
    """N-grams: a bag of n-grams beside the recurrence."""

    longest_gram: int = option(1, "words of the longest n-gram; 1: none")
    gram_dim: int = option(32, "length of an n-gram's embedding", below=WIDEST + 1)
    gram_buckets: int = option(
        120_011,
        "rows of each length's table of n-grams, by a hash; a prime number",
        below=10_000_000,
    )
    gram_dropout: float = share(0.5, "share of n-grams left out")


@dataclass(frozen=True)
class SentimentRegularization(Group):
    """Regularization: against overfitting."""

    dropout: float = share(0.5, "share dropped of inputs and outputs")
    readout_dropout: float = share(0.5, "share dropped before the verdict")
    word_dropout: float = share(0.1, "share of the words that are not read")
    label_smoothing: float = share(0.1, "share of the label given to both verdicts")
    prefix_weight: float = share(
        0.0, "weight of the verdict after a prefix drawn at random, in the loss"
    )
    subword_alpha: float = option(
        0.0, "sample how words are cut (Kudo 2018), sharper the higher; 0: the best way"
    )


@dataclass(frozen=True)
class SentimentConfig(TaskConfig):
    """Options of the sentiment classifier. The defaults suit SST-2."""

    recurrent: RecurrentConfig = RecurrentConfig(units=128, embedding_dim=128)
    ngrams: NGramConfig = NGramConfig()
    regularization: SentimentRegularization = SentimentRegularization(
        subword_alpha=0.3  # 67,000 phrases of 7,000 sentences: the words recur
    )
    optimizer: OptimizerConfig = OptimizerConfig(learning_rate=3e-3, average=0.99)
    training: TrainingConfig = TrainingConfig(epochs=4, patience=4, batch_size=128)
    reading: ReadingConfig = ReadingConfig(
        max_length=150  # no NSMC review has more characters
    )


PRESETS = {
    "sst2": SentimentConfig(),
    "nsmc": override(
        SentimentConfig(),
        longest_gram=4,
        gram_dropout=0.6,  # most n-grams occur once or twice: they overfit
        word_dropout=0.05,
        subword_alpha=0.0,
        learning_rate=2e-3,
        epochs=3,
        batch_size=256,
    ),
    "everyday": override(  # nsmc with sst2 and diary added
        SentimentConfig(),
        units=192,
        longest_gram=2,
        gram_dropout=0.5,
        gram_buckets=30_011,  # few, for a small file
        dropout=0.3,
        word_dropout=0.05,
        prefix_weight=0.3,
        learning_rate=2e-3,
        average=0.998,
        batch_size=256,
    ),
    "moods": override(
        SentimentConfig(),
        units=96,
        embedding_dim=64,
        dropout=0.1,
        readout_dropout=0.1,
        word_dropout=0.0,
        label_smoothing=0.0,
        subword_alpha=0.0,
        learning_rate=4e-3,
        weight_decay=1e-4,
        average=0.98,
        epochs=8,
        batch_size=64,
    ),
}
