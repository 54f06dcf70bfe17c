"""Rows about self-critical training: captions drawn, rewarded and learned from, a
second, and what of it the reward takes. From cached rows, of a run's own pictures."""

import dataclasses
from pathlib import Path

from benchmarks.rows.row import Row
from benchmarks.rows.timing import in_turn, spread

STEPS = 4  # a round: a step takes as long as its longest caption, so several


def rows(run: Path, rounds: int):
    """Yield the rows, of a run's captioner and of the pictures it learned from."""
    from captioning.training import run_directory
    from captioning.training.loading import shared_cell, start_from
    from captioning.training.plans import Plan
    from captioning.training.train_step import Objective, TrainStep

    facts = run_directory.load_facts(run)["captions"]
    config = dataclasses.replace(facts.config, objective="self_critical")
    plans = {"captions": Plan(config, facts.data)}
    captions = run_directory.PATTERNS["captions"].from_run(
        config, run / "captions", shared_cell(plans)
    )
    start_from({"captions": captions}, run)
    feed = captions.training_data(facts.data)
    batches = list(feed.batches(0).take(STEPS))
    spec = feed.batches(0).element_spec
    steps = TrainStep(
        {"captions": Objective(captions.model, captions.loss, spec, config, 1000)}
    )
    drawn = [
        (batch.image_numbers.numpy(), _drawn(captions, batch)) for batch in batches
    ]
    seconds = in_turn(
        {
            "step": lambda: [float(steps.step("captions", batch)) for batch in batches],
            "reward": lambda: [captions.reward.score(*each) for each in drawn],
        },
        rounds,
    )
    count = sum(token_ids.shape[0] * token_ids.shape[1] for _, token_ids in drawn)
    measured = (
        f"self-critical training, {config.objective.num_samples} captions a photo"
    )
    yield Row(
        f"{measured}, drawn, rewarded and learned from",
        "",
        spread([count / step for step in seconds["step"]]),
        180,
        unit=" captions/s",
        absolute=f"{spread(seconds['step']).median / STEPS:.2f} s a step of "
        f"{config.training.batch_size} photos",
    )
    shares = [
        100 * reward / step
        for reward, step in zip(seconds["reward"], seconds["step"], strict=True)
    ]
    yield Row(
        f"{measured}, the reward",
        "the whole step",
        spread(shares),
        5,
        unit="%",
        at_most=True,
        absolute=f"{1000 * spread(seconds['reward']).median / STEPS:.0f} ms a step",
    )


def _drawn(captions, batch):
    from captioning.tasks.captions.generation import TOKENS

    return captions.model.sample(
        batch.inputs,
        TOKENS,
        num_samples=captions.config.objective.num_samples,
        max_length=captions.config.search.max_length,
        seed=(0, 0),
    ).token_ids.numpy()
