"""Options of the translator, and their presets."""

from dataclasses import dataclass

from captioning.tasks.config import (
    AttentionConfig,
    Group,
    OptimizerConfig,
    RecurrentConfig,
    SearchConfig,
    TaskConfig,
    TrainingConfig,
    option,
    override,
    share,
)


@dataclass(frozen=True)
class TranslationRegularization(Group):
    """Regularization: against overfitting."""

    dropout: float = share(0.2, "share dropped of inputs and outputs")
    label_smoothing: float = share(0.1, "share of the label given to all subwords")
    subword_alpha: float = option(
        0.0, "sample how words are cut (Kudo 2018), sharper the higher; 0: the best way"
    )
    self_training: bool = option(
        False, "learn to write what a model translated, too (He et al. 2020)"
    )


@dataclass(frozen=True)
class TranslationConfig(TaskConfig):
    """Options of the translator. The defaults suit Multi30k."""

    recurrent: RecurrentConfig = RecurrentConfig(units=256, embedding_dim=256)
    attention: AttentionConfig = AttentionConfig(attention_dim=256)
    regularization: TranslationRegularization = TranslationRegularization(
        subword_alpha=0.4  # less cuts sentences into a third more pieces
    )
    optimizer: OptimizerConfig = OptimizerConfig(learning_rate=2e-3)
    training: TrainingConfig = TrainingConfig(epochs=8, patience=8, batch_size=100)
    search: SearchConfig = SearchConfig(max_length=60, num_beams=5, length_penalty=0.8)


PRESETS = {
    "multi30k": TranslationConfig(),
    "phrasebook": override(
        TranslationConfig(),
        units=128,
        embedding_dim=128,
        attention_dim=128,
        dropout=0.1,
        label_smoothing=0.0,
        subword_alpha=0.0,
        learning_rate=4e-3,
        weight_decay=1e-4,
        average=0.98,
        epochs=4,
        batch_size=96,
        num_beams=3,
        length_penalty=0.6,
    ),
}
