"""Options of the tagger, and their presets."""

from dataclasses import dataclass

from captioning.tasks.config import (
    Group,
    OptimizerConfig,
    RecurrentConfig,
    TaskConfig,
    TrainingConfig,
    VisionConfig,
    override,
    share,
)


@dataclass(frozen=True)
class TagsRegularization(Group):
    """Regularization: against overfitting."""

    dropout: float = share(0.6, "share dropped of regions and inputs")
    readout_dropout: float = share(0.2, "share dropped before the tags")
    label_smoothing: float = share(0.05, "share of the label that is the tag's mean")


@dataclass(frozen=True)
class TagsConfig(TaskConfig):
    """Options of the tagger. The defaults suit Flickr8k."""

    vision: VisionConfig = VisionConfig()
    recurrent: RecurrentConfig = RecurrentConfig()
    regularization: TagsRegularization = TagsRegularization()
    optimizer: OptimizerConfig = OptimizerConfig(
        weight_decay=0.3,  # 1.3 million weights see 6,000 pictures
        average=0.99,
    )
    training: TrainingConfig = TrainingConfig(epochs=30, patience=30, batch_size=128)


PRESETS = {
    "flickr8k": TagsConfig(),
    "harbour": override(
        TagsConfig(),
        encoder="small",
        train_encoder=True,
        image_size=128,
        views=1,  # as the captioner's, with which it may share a run
        units=256,
        embedding_dim=128,
        dropout=0.1,
        readout_dropout=0.1,
        label_smoothing=0.0,
        weight_decay=1e-4,
        average=0.98,
        epochs=14,
        patience=14,
        batch_size=48,
    ),
}
