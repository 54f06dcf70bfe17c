"""Options of the captioner, and their presets."""

from dataclasses import dataclass

from captioning.tasks.config import (
    AttentionConfig,
    Group,
    OptimizerConfig,
    RecurrentConfig,
    SearchConfig,
    TaskConfig,
    TrainingConfig,
    VisionConfig,
    option,
    override,
    share,
)


@dataclass(frozen=True)
class CaptionsRegularization(Group):
    """Regularization: against overfitting."""

    dropout: float = share(0.5, "share dropped of regions, inputs and outputs")
    word_dropout: float = share(0.0, "share of the words that are not read")
    label_smoothing: float = share(0.1, "share of the label given to all words")


@dataclass(frozen=True)
class ObjectiveConfig(Group):
    """Objective: what a batch is scored by."""

    objective: str = option(
        "cross_entropy",
        "teacher forcing, or sampled captions rewarded by CIDEr-D",
        choices=("cross_entropy", "self_critical"),
    )
    num_samples: int = option(5, "self_critical: captions sampled for each picture")
    baseline: str = option(
        "others",
        "self_critical: reward of the other samples, or of the search",
        choices=("others", "greedy"),
    )

    def __post_init__(self):
        super().__post_init__()
        if self.baseline == "others" and self.num_samples < 2:
            raise ValueError(
                "num_samples is 1, and the baseline is the mean of the others; "
                "expected 2 or more, or the baseline greedy."
            )


@dataclass(frozen=True)
class CaptionsTraining(TrainingConfig):
    """Training: how long, and in which steps."""

    captions_per_image: int = option(
        0, "captions of a picture, drawn anew each epoch; 0: all", least=0
    )


@dataclass(frozen=True)
class CaptionsConfig(TaskConfig):
    """Options of the captioner. The defaults suit photos and a frozen encoder."""

    vision: VisionConfig = VisionConfig(
        image_size=256  # Lite2 learned at 260; 224 gave dev CIDEr-D 0.526, 256 0.546
    )
    recurrent: RecurrentConfig = RecurrentConfig()
    attention: AttentionConfig = AttentionConfig()
    regularization: CaptionsRegularization = CaptionsRegularization()
    objective: ObjectiveConfig = ObjectiveConfig()
    optimizer: OptimizerConfig = OptimizerConfig(
        learning_rate=1e-3,
        precision="bfloat16",  # training is half as fast again
    )
    training: CaptionsTraining = CaptionsTraining()
    search: SearchConfig = SearchConfig()


PRESETS = {
    "flickr8k": CaptionsConfig(),
    # The built-in world: some 80 words, 128 pixels, everything trained from scratch.
    "harbour": override(
        CaptionsConfig(),
        encoder="small",
        train_encoder=True,
        image_size=128,
        views=1,  # a mirror makes left right, and the captions say which
        units=256,
        embedding_dim=128,
        attention_dim=128,
        dropout=0.1,  # there is little to overfit to: each picture is made for it
        word_dropout=0.2,  # else the words read tell the next one without a look
        label_smoothing=0.0,  # exact facts: no word but the right ones deserves weight
        learning_rate=2e-3,
        weight_decay=1e-4,
        average=0.98,
        epochs=12,
        patience=12,  # the last epochs, annealed, are the best: never stop before them
        batch_size=48,
        captions_per_image=2,  # seeing is what takes time to learn, not the wording
        max_length=32,
    ),
}
