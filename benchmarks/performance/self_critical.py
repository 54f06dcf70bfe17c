"""Rows about self-critical training: captions sampled, rewarded and learned a second.

From cached features of a run's own pictures; also the share of time of the reward.
"""

import dataclasses
from pathlib import Path

from benchmarks.performance.row import Row
from benchmarks.performance.timing import in_turn, spread

STEPS = 4  # a round; several, because a step takes as long as its longest caption


def rows(run: Path, rounds: int):
    """Yield the rows, for a run's captioner and the pictures it learned from."""
    from captioning.training import run_directory
    from captioning.training.train_step import Objective, TrainStep

    facts = run_directory.load_facts(run)["captions"]
    config = dataclasses.replace(facts.config, objective="self_critical")
    plans = {"captions": run_directory.Plan(config, facts.data)}
    captions = run_directory.TASKS["captions"].of_run(
        config, run / "captions", run_directory.shared_cell(plans)
    )
    run_directory.take_weights({"captions": captions}, run)
    feed = captions.feed(facts.data)
    batches = list(feed.batches(0).take(STEPS))
    spec = feed.batches(0).element_spec
    steps = TrainStep(
        {"captions": Objective(captions.model, captions.loss, spec, config, 1000)}
    )
    sampled = [
        (batch.image_numbers.numpy(), _sampled(captions, batch)) for batch in batches
    ]
    seconds = in_turn(
        {
            "step": lambda: [float(steps.step("captions", batch)) for batch in batches],
            "reward": lambda: [captions.reward.score(*each) for each in sampled],
        },
        rounds,
    )
    count = sum(token_ids.shape[0] * token_ids.shape[1] for _, token_ids in sampled)
    measured = f"self-critical training, {config.num_samples} captions a photo"
    yield Row(
        f"{measured}, sampled, rewarded and learned from",
        "",
        spread([count / step for step in seconds["step"]]),
        180,
        unit=" captions/s",
        absolute=f"{spread(seconds['step']).median / STEPS:.2f} s a step of "
        f"{config.batch_size} photos",
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


def _sampled(captions, batch):
    from captioning.tasks.captions import TOKENS

    return captions.model.sample(
        batch.inputs,
        TOKENS,
        num_samples=captions.config.num_samples,
        max_length=captions.config.max_length,
        seed=(0, 0),
    ).token_ids.numpy()
