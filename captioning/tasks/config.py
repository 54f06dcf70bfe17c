"""The knobs: one frozen dataclass, and the flags derived from it."""

import argparse
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def _knob(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


_SHARES = (
    "dropout",
    "readout_dropout",
    "word_dropout",
    "gram_dropout",
    "label_smoothing",
    "average",
)
_CHOICES = {
    "objective": ("cross_entropy", "self_critical"),
    "baseline": ("others", "greedy"),
    "precision": ("float32", "bfloat16"),
}
_LARGEST_SEED = 2**32 - 1  # that NumPy takes
_MAY_BE_ZERO = ("seed", "warmup_steps", "captions_per_image", "fine_tune")


@dataclass(frozen=True)
class Config:
    """Everything that decides what a training run computes, data aside.

    The defaults suit photos and a frozen ImageNet encoder; see `tasks.presets`.
    """

    # === Model ===
    encoder: str = _knob(
        "efficientnet_lite2",
        "small, efficientnet_lite0|1|2, or a keras.applications name",
    )
    train_encoder: bool = _knob(
        False, "learn the encoder too, from random weights; else it is frozen"
    )
    fine_tune: int = _knob(
        0, "last stages of the ImageNet encoder that are learned too"
    )
    image_size: int = _knob(224, "pixels a side that pictures are squeezed to")
    cell: str = _knob("lstm", "lstm or elman")
    units: int = _knob(512, "length of the cell's hidden state")
    embedding_dim: int = _knob(512, "length of a word's embedding")
    attention_dim: int = _knob(512, "length of the attention's keys")
    dropout: float = _knob(0.5, "share dropped of regions, inputs and outputs")
    readout_dropout: float = _knob(0.5, "sentiment: share dropped before the verdict")
    word_dropout: float = _knob(
        0.0, "captions, sentiment, associations: share of words unread"
    )
    gram_dropout: float = _knob(0.5, "sentiment: share of n-grams left out")
    longest_gram: int = _knob(1, "sentiment: words of the longest n-gram; 1 is none")
    subword_alpha: float = _knob(
        0.0, "sample how words are cut, sharper the higher; 0 cuts the best way"
    )

    # === Training ===
    epochs: int = _knob(14, "passes over the examples, at most")
    patience: int = _knob(8, "stop after so many epochs without a better dev score")
    target: float = _knob(0.0, "stop when the dev score reaches this; 0 never does")
    batch_size: int = _knob(32, "pictures a step, each with its captions; or sentences")
    captions_per_image: int = _knob(
        0, "captions a picture, drawn anew each epoch; 0 takes all"
    )
    learning_rate: float = _knob(1e-3, "of AdamW, at its peak")
    encoder_learning_rate: float = _knob(
        5e-5,
        "the same, of the stages fine-tuned; 0 leaves them as they start",
    )
    warmup_steps: int = _knob(50, "steps until the learning rate is at its peak")
    weight_decay: float = _knob(1e-2, "of AdamW, on everything but biases")
    clip_norm: float = _knob(5.0, "the gradient's norm is clipped to this")
    objective: str = _knob(
        "cross_entropy", "or self_critical: captions drawn and rewarded by CIDEr-D"
    )
    num_samples: int = _knob(5, "self_critical: captions drawn of each picture")
    baseline: str = _knob(
        "others", "self_critical: others (samples of the picture) or greedy (search)"
    )
    label_smoothing: float = _knob(0.1, "share of the label given to all words")
    average: float = _knob(0.998, "momentum of the weights' moving average, at most")
    views: int = _knob(
        2, "1: see photos as they are; 2: in a mirror, too; more: parts of them, too"
    )
    precision: str = _knob(
        "float32", "of products in training; bfloat16, where the processor has it"
    )
    seed: int = _knob(0, "of the first weights, the order and dropout")

    # === Search ===
    max_length: int = _knob(22, "words of a caption at most, its end among them")
    num_beams: int = _knob(3, "hypotheses that beam search keeps")
    length_penalty: float = _knob(
        0.6, "log probability is divided by length to this power"
    )

    def __post_init__(self):
        for knob in dataclasses.fields(self):
            value = getattr(self, knob.name)
            least = 0 if knob.type is float or knob.name in _MAY_BE_ZERO else 1
            if knob.type in (int, float) and not value >= least:
                raise ValueError(
                    f"{knob.name} is {value}; expected at least {least}: "
                    f"{knob.metadata['help']}."
                )
        if self.seed > _LARGEST_SEED:
            raise ValueError(
                f"seed is {self.seed}; expected at most {_LARGEST_SEED}: choose a "
                "smaller one."
            )
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; expected "
                    f"{' or '.join(choices)}."
                )
        if self.baseline == "others" and self.num_samples < 2:
            raise ValueError(
                "num_samples is 1, and the baseline is the mean of the others; "
                "expected 2 or more, or the baseline greedy."
            )
        if self.train_encoder and self.fine_tune:
            raise ValueError(
                f"fine_tune is {self.fine_tune} of an encoder that is learned from "
                "random weights; expected 0, or train_encoder off."
            )
        for name in _SHARES:
            if getattr(self, name) >= 1:
                raise ValueError(
                    f"{name} is {getattr(self, name)}; expected a share below 1."
                )


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Give the parser one flag a field; a flag that is not used changes nothing."""
    group = parser.add_argument_group("knobs (default: those of the preset)")
    for knob in dataclasses.fields(Config):
        flag = "--" + knob.name.replace("_", "-")
        options: dict[str, Any] = {"help": knob.metadata["help"], "default": None}
        if knob.type is bool:
            options["action"] = argparse.BooleanOptionalAction
        else:
            options["type"] = knob.type
            options["metavar"] = {int: "N", float: "X", str: "NAME"}[knob.type]
        group.add_argument(flag, **options)


def from_flags(
    base: Config,
    flags: argparse.Namespace,
    own: Mapping[str, Any] | None = None,
) -> Config:
    """Return `base` with the flags that were given.

    Args:
        base: where the knobs start.
        flags: of a parser with `add_flags`.
        own: by name, knobs that win over the flags.

    Raises:
        ValueError: a knob is out of its range.
    """
    knobs = {**given(flags), **(own or {})}
    if "encoder" in knobs:
        # `small` has nothing but what it learns; all others have ImageNet's weights.
        knobs.setdefault("train_encoder", knobs["encoder"] == "small")
    return dataclasses.replace(base, **knobs)


def given(flags: argparse.Namespace) -> dict[str, Any]:
    """Return the knobs that flags were given for."""
    knobs = {
        knob.name: getattr(flags, knob.name) for knob in dataclasses.fields(Config)
    }
    return {name: value for name, value in knobs.items() if value is not None}


def parse_knob(name: str, text: str) -> Any:
    """Return the value that a text gives to a knob.

    Raises:
        ValueError: there is no such knob, or the text is no value of it.
    """
    knobs = {knob.name: knob.type for knob in dataclasses.fields(Config)}
    if name not in knobs:
        raise ValueError(
            f"The knob {name!r} is not known; expected one of {', '.join(knobs)}."
        )
    kind = knobs[name]
    if kind is bool:
        if text not in ("true", "false"):
            raise ValueError(f"{name} is {text!r}; expected true or false.")
        return text == "true"
    try:
        return kind(text)
    except ValueError as error:
        raise ValueError(
            f"{name} is {text!r}; expected a number like {getattr(Config(), name)}."
        ) from error
