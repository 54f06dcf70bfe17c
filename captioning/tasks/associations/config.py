"""Options of the word associations, and their presets."""

from dataclasses import dataclass

from captioning.tasks.config import (
    Group,
    OptimizerConfig,
    ReadingConfig,
    RecurrentConfig,
    TaskConfig,
    TrainingConfig,
    override,
    share,
)


@dataclass(frozen=True)
class AssociationsRegularization(Group):
    """Regularization: against overfitting."""

    dropout: float = share(0.5, "share dropped of inputs and outputs")
    word_dropout: float = share(0.25, "share of the words that are not read")
    label_smoothing: float = share(0.0, "share of the label given to all words")


@dataclass(frozen=True)
class AssociationsConfig(TaskConfig):
    """Options of the word associations. The defaults suit Flickr8k."""

    recurrent: RecurrentConfig = RecurrentConfig(units=384, embedding_dim=384)
    regularization: AssociationsRegularization = AssociationsRegularization()
    optimizer: OptimizerConfig = OptimizerConfig(learning_rate=4e-3, average=0.99)
    training: TrainingConfig = TrainingConfig(epochs=10, batch_size=256)
    reading: ReadingConfig = ReadingConfig(max_length=25)


PRESETS = {
    "flickr8k": AssociationsConfig(),
    "harbour": override(
        AssociationsConfig(),
        units=128,
        embedding_dim=64,
        dropout=0.1,
        word_dropout=0.1,
        average=0.98,
        epochs=4,
        max_length=33,
    ),
}
