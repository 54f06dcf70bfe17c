"""The optimizers of a training: AdamW for the weights of each head, clipped gradients,
the schedule of the learning rate, the moving average."""

from collections.abc import Mapping, Sequence

import keras
import tensorflow as tf

from captioning.tasks.config import TaskConfig, override
from captioning.training.objective import Objective

# Owner of what more than one head uses.
SHARED = "shared"
# Follows a head's name: the stages of its encoder that are fine-tuned, more slowly.
FINE_TUNED = ".fine_tuned"


def variables_by_owner(objectives: Mapping[str, Objective]) -> dict[str, list]:
    """Return the variables of each head alone, of the encoder that it fine-tunes, and
    of more than one head, if there are."""
    owners: dict[int, list[str]] = {}
    variables = {}
    for name, objective in objectives.items():
        slow = set()
        vision = getattr(objective.config, "vision", None)
        if vision and vision.fine_tune:
            slow = {id(variable) for variable in objective.model.encoder.variables}
        for variable in objective.model.trainable_variables:
            owner = name + FINE_TUNED if id(variable) in slow else name
            variables[id(variable)] = variable
            owners.setdefault(id(variable), []).append(owner)
    found: dict[str, list] = {}
    for key, names in owners.items():
        owner = names[0] if len(names) == 1 else SHARED
        found.setdefault(owner, []).append(variables[key])
    return found


def optimizer_of(
    owner: str, variables: list, objectives: Mapping[str, Objective]
) -> keras.optimizers.Optimizer:
    """Return the optimizer of one owner's variables, of `variables_by_owner`."""
    if owner == SHARED:
        first = next(iter(objectives.values()))
        steps = sum(objective.total_steps for objective in objectives.values())
        # The first head takes only a part of these steps: the average looks back over
        # as many of its own.
        average = 1 - (1 - _average(first)) * first.total_steps / steps
        optimizer = build_optimizer(override(first.config, average=average), steps)
    else:
        objective = objectives[owner.removesuffix(FINE_TUNED)]
        config = override(objective.config, average=_average(objective))
        if owner.endswith(FINE_TUNED):
            config = override(config, learning_rate=config.vision.encoder_learning_rate)
        optimizer = build_optimizer(config, objective.total_steps)
    optimizer.build(variables)
    return optimizer


def _average(objective: Objective) -> float:
    """Return the momentum of the moving average: the option, or less in a training so
    short that the average would still hold much of the first weights.

    After n steps, an average of momentum 1 - k / n holds e^-k of the first weights:
    2 % of random ones (k = 4), a third of trained ones (k = 1).
    """
    k = 1 if objective.started else 4
    return min(
        objective.config.optimizer.average, max(0.0, 1 - k / objective.total_steps)
    )


def build_optimizer(config: TaskConfig, total_steps: int) -> keras.optimizers.Optimizer:
    """Return AdamW (Loshchilov & Hutter 2019) with a warm-up, a cosine down to zero,
    and a moving average of the weights."""
    warmup_steps = min(config.optimizer.warmup_steps, total_steps // 10)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        warmup_target=config.optimizer.learning_rate,
        warmup_steps=warmup_steps,
        decay_steps=max(1, total_steps - warmup_steps),
    )
    optimizer = keras.optimizers.AdamW(
        schedule,
        weight_decay=config.optimizer.weight_decay,
        use_ema=True,
        ema_momentum=config.optimizer.average,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def apply_clipped(
    optimizers: Sequence[keras.optimizers.Optimizer],
    groups: Sequence[list],
    gradients: Sequence[list],
    clip_norm: float,
) -> None:
    """Take a step of each optimizer, gradients longer than `clip_norm` clipped.

    They are clipped as a whole, although each optimizer gets only its part.

    Args:
        optimizers: of the groups.
        groups: the variables of each.
        gradients: those of each group.
        clip_norm: the largest norm of all gradients together.
    """
    clipped, _ = tf.clip_by_global_norm(tf.nest.flatten(gradients), clip_norm)
    clipped = tf.nest.pack_sequence_as(gradients, clipped)
    for optimizer, group, own in zip(optimizers, groups, clipped, strict=True):
        optimizer.apply(own, group)
