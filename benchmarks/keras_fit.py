"""python -m benchmarks.keras_fit: `model.fit` of Keras beside our training, on dev.

Both begin with the same weights, see the same batches in the same order and have the
same optimizer and moving average of the weights. One row an epoch: the mean loss, and
CIDEr-D on dev with the averaged weights.
"""

import functools
import tempfile
from pathlib import Path

from benchmarks.arguments import parser_of
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.errors import exit_on_bad_input


def main() -> int:
    parser = parser_of(
        "keras_fit", "Train by Keras' model.fit and by our training; compare.", ""
    )
    parser.add_argument("--count", type=int, default=6000, help="pictures to train on")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    flags = parser.parse_args()
    import_tensorflow()
    with tempfile.TemporaryDirectory() as folder:
        rows = compare(Path(folder), flags.count, flags.epochs, flags.seed)
    print("| epoch | our loss | fit's loss | our dev CIDEr-D | fit's dev CIDEr-D |")
    print("|---:|---:|---:|---:|---:|")
    for number, row in enumerate(rows, start=1):
        print(f"| {number} |" + "".join(f" {value:.4f} |" for value in row))
    return 0


def compare(folder: Path, count: int, epochs: int, seed: int, **options):
    """Return a row for each epoch: our loss, that of `fit`, our dev score, and that of
    `fit`.

    Args:
        folder: for the data and the run.
        count: pictures to train on.
        epochs: passes over them.
        seed: of the weights, the batches and dropout.
        **options: further options of the harbour's preset.
    """
    from captioning.tasks.config import override
    from captioning.tasks.registry import preset
    from captioning.training.plans import Plan
    from captioning.training.trainer import train
    from data_prep.prepare import prepare

    prepare("harbour", None, folder / "harbour", count=count, seed=0)
    config = override(
        preset("captions", "harbour"),
        precision="float32",  # as Keras computes
        target=0.0,
        epochs=epochs,
        patience=epochs,
        seed=seed,
        **options,
    )
    plans = {"captions": Plan(config, folder / "harbour")}
    ours = train(plans, folder / "ours")
    losses, scores = fit(plans, folder / "fit")
    return [
        (epoch.losses["captions"], loss, epoch.dev["captions"], score)
        for epoch, loss, score in zip(ours, losses, scores, strict=True)
    ]


def fit(plans, directory: Path) -> tuple[list[float], list[float]]:
    """Train by `model.fit`; return the loss and the dev score of each epoch."""
    import keras

    from captioning.nn.losses import TokenCrossEntropy
    from captioning.training.state import training_state

    state = training_state(plans, directory)  # the same first weights and optimizer
    config, data = plans["captions"].config, state.data["captions"]
    optimizer = state.steps.optimizers["captions"]
    optimizer.global_clipnorm = config.optimizer.clip_norm
    model = state.tasks["captions"].model
    loss = TokenCrossEntropy(config.regularization.label_smoothing)
    model.compile(optimizer, loss)
    epochs = range(config.training.epochs)
    batches = functools.reduce(
        lambda some, more: some.concatenate(more), map(data.batches, epochs)
    )
    scores = []
    history = model.fit(
        batches.map(_inputs_and_labels),
        epochs=len(epochs),
        steps_per_epoch=data.batches_per_epoch,
        shuffle=False,  # the batches are shuffled
        verbose=0,
        callbacks=[
            keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda *_: scores.append(data.dev_score())
            ),
        ],
    )
    return history.history["loss"], scores


def _inputs_and_labels(batch):
    inputs = {
        "images": batch.inputs,
        "token_ids": batch.token_ids[:, :-1],
        "caption_to_image": batch.caption_to_image,
    }
    return inputs, batch.token_ids[:, 1:]


if __name__ == "__main__":
    exit_on_bad_input(main)
