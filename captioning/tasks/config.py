"""Options of training: those that tasks share, with their defaults, and their checks.

A task's configuration is a frozen dataclass of groups (`captioning.tasks.NAME.config`,
which also has the task's presets); a group is a frozen dataclass of options. The name
of an option is unique within a task, so `override(config, units=24)` and the flag
``--units`` need not name the group.

Nothing here imports TensorFlow: ``--help`` must not wait for it.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from data_prep.cli.did_you_mean import did_you_mean

LARGEST_SEED = 2**32 - 1  # the largest that NumPy takes

# A config.json may come from somebody else: what would take all memory is refused
# before it is built. Each of these is several times what serves.
WIDEST = 4_096  # units; an LSTM of so many has half a gigabyte of weights
LARGEST_PICTURE = 2_048  # pixels
LONGEST = 1_000  # words
MOST_BEAMS = 100


def option(
    default: Any,
    help: str,
    *,
    choices: tuple[str, ...] = (),
    least: float | None = None,
    below: float | None = None,
) -> Any:
    """Return a dataclass field that is an option of the command line.

    Args:
        default: of one of the types bool, int, float and str.
        help: half a line for ``--help``.
        choices: all values, of a str that has few.
        least: the smallest value of a number; 1 for an int and 0 for a float if not
            given.
        below: numbers are smaller than this; an int is at most the largest of 32 bits
            if not given.
    """
    if least is None:
        least = 1 if isinstance(default, int) else 0
    if below is None:
        below = 2**31 if isinstance(default, int) else math.inf
    metadata = {"help": help, "choices": choices, "least": least, "below": below}
    return dataclasses.field(default=default, metadata=metadata)


def share(default: float, help: str) -> Any:
    """Return `option` for a share: from 0 to less than 1."""
    return option(default, help, below=1.0)


@dataclass(frozen=True)
class Group:
    """Options that belong together.

    Raises:
        ValueError: an option has a value of another type, or out of its range.
    """

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value = _checked(field, getattr(self, field.name))
            object.__setattr__(self, field.name, value)


def _checked(field: dataclasses.Field, value: Any) -> Any:
    """Return the value of an option, an int as the float that is expected."""
    if field.type is float and type(value) is int:
        value = float(value)
    if type(value) is not field.type:
        raise ValueError(
            f"{field.name} is {value!r}; expected {field.type.__name__}, such as "
            f"{field.default!r}: {field.metadata['help']}."
        )
    if field.type is str:
        choices = field.metadata["choices"]
        if choices and value not in choices:
            raise ValueError(
                f"{field.name} is {value!r}; expected {' or '.join(choices)}."
            )
    elif field.type is not bool:
        least, below = field.metadata["least"], field.metadata["below"]
        if not value >= least:  # nan is not, either
            raise ValueError(
                f"{field.name} is {value}; expected at least {least}: "
                f"{field.metadata['help']}."
            )
        if not value < below:
            expected = "a share below 1" if below == 1 else f"at most {below - 1}"
            raise ValueError(
                f"{field.name} is {value}; expected {expected}: "
                f"{field.metadata['help']}."
            )
    return value


# === Groups that tasks share ===


@dataclass(frozen=True)
class VisionConfig(Group):
    """Encoder: how pictures become regions."""

    encoder: str = option(
        "efficientnet_lite2",
        "small, efficientnet_lite0|1|2, or a keras.applications name",
    )
    train_encoder: bool = option(
        False, "train the encoder too, from random weights; else it is frozen"
    )
    fine_tune: int = option(
        0, "number of last stages of the ImageNet encoder that are trained too", least=0
    )
    encoder_learning_rate: float = option(
        5e-5, "learning rate of the stages that are fine-tuned; 0 leaves them as is"
    )
    image_size: int = option(
        224,
        "side in pixels that pictures are squeezed to",
        below=LARGEST_PICTURE + 1,
    )
    views: int = option(
        2, "1: pictures as they are; 2: mirrored too; more: parts of them too"
    )

    def __post_init__(self):
        super().__post_init__()
        if self.train_encoder and self.fine_tune:
            raise ValueError(
                f"fine_tune is {self.fine_tune} for an encoder that is trained from "
                "random weights; expected 0, or train_encoder off."
            )


@dataclass(frozen=True)
class RecurrentConfig(Group):
    """Cell: what all tasks of one run share."""

    cell: str = option("lstm", "recurrent cell", choices=("lstm", "elman"))
    units: int = option(512, "length of the cell's hidden state", below=WIDEST + 1)
    embedding_dim: int = option(512, "length of a word's embedding", below=WIDEST + 1)


@dataclass(frozen=True)
class AttentionConfig(Group):
    """Attention: where the decoder looks."""

    attention_dim: int = option(
        512, "length of queries, keys and values", below=WIDEST + 1
    )


@dataclass(frozen=True)
class OptimizerConfig(Group):
    """Optimizer: AdamW with warm-up, cosine decay and averaged weights."""

    learning_rate: float = option(1e-3, "learning rate at its peak")
    warmup_steps: int = option(50, "steps until the learning rate peaks", least=0)
    weight_decay: float = option(1e-2, "weight decay of everything but biases")
    clip_norm: float = option(5.0, "largest norm of the gradient; longer is clipped")
    average: float = share(0.998, "momentum of the moving average of the weights")
    precision: str = option(
        "float32",
        "precision of matrix products in training; float32 where that is faster",
        choices=("float32", "bfloat16"),
    )


@dataclass(frozen=True)
class TrainingConfig(Group):
    """Training: how long, and in which steps."""

    epochs: int = option(14, "passes over the training split, at most")
    patience: int = option(8, "stop after so many epochs without a better dev score")
    target: float = option(0.0, "stop when the dev score reaches this; 0: never")
    batch_size: int = option(32, "pictures or sentences a step")
    seed: int = option(
        0,
        "of the first weights, the order of examples, and dropout",
        least=0,
        below=LARGEST_SEED + 1,
    )
    checkpoint_minutes: float = option(
        10.0, "save where to go on so often, also inside an epoch"
    )


@dataclass(frozen=True)
class SearchConfig(Group):
    """Search: how sentences are decoded."""

    max_length: int = option(
        22, "words of a sentence at most, its end included", below=LONGEST + 1
    )
    num_beams: int = option(
        3, "hypotheses that beam search keeps", below=MOST_BEAMS + 1
    )
    length_penalty: float = option(
        0.6, "log probability is divided by length to this power"
    )


@dataclass(frozen=True)
class ReadingConfig(Group):
    """Texts: how they are read in training."""

    max_length: int = option(
        22, "tokens of a text at most; longer ones are cut", below=LONGEST + 1
    )


# === Configurations of tasks ===


class Leaf(NamedTuple):
    """An option of a task.

    Attributes:
        group: the field of the task's configuration that holds its group.
        field: of the group.
    """

    group: str
    field: dataclasses.Field


@dataclass(frozen=True)
class TaskConfig:
    """The base of the tasks' configurations: all fields are groups."""

    @classmethod
    def leaves(cls) -> dict[str, Leaf]:
        """Return all options by name, in the order of ``--help``."""
        return {
            field.name: Leaf(group.name, field)
            for group in dataclasses.fields(cls)
            for field in dataclasses.fields(group.type)
        }

    def get(self, name: str) -> Any:
        """Return the value of an option by its name."""
        return getattr(getattr(self, self.leaves()[name].group), name)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Return what `dataclasses.asdict` wrote, or a version without groups wrote.

        Options that are missing have their defaults. In the older, flat form options of
        other tasks are passed over: each task had all of them.

        Raises:
            ValueError: an option is not known, or out of its range.
        """
        leaves, flat, known = cls.leaves(), {}, {}
        for name, value in fields.items():
            if isinstance(value, Mapping):
                known |= value
            else:
                flat[name] = value
        known |= {name: value for name, value in flat.items() if name in leaves}
        return override(cls(), **known)


def override(config: TaskConfig, **options: Any) -> TaskConfig:
    """Return a configuration with other values of some options.

    Args:
        config: of any task.
        options: by name, without their groups.

    Raises:
        ValueError: an option is not known, or out of its range.

    Example:
        >>> override(config, units=24, epochs=2).recurrent.units
        24
    """
    leaves = config.leaves()
    groups: dict[str, dict[str, Any]] = {}
    for name, value in options.items():
        if name not in leaves:
            raise ValueError(
                f"The option {name!r} is not known{did_you_mean(name, leaves) or '.'} "
                f"Expected one of {', '.join(leaves)}."
            )
        groups.setdefault(leaves[name].group, {})[name] = value
    changed = {
        group: dataclasses.replace(getattr(config, group), **values)
        for group, values in groups.items()
    }
    return dataclasses.replace(config, **changed)
