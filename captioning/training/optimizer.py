"""The optimizer of a training, and its schedule of the learning rate."""

import keras

from captioning.tasks.config import TaskConfig


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
