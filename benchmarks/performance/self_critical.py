"""Rows about self-critical training: captions sampled, rewarded and learned a second.

From cached features of a run's own pictures; also the share of time of the reward.
"""

from pathlib import Path

from benchmarks.performance.row import Row
from benchmarks.performance.timing import in_turn, spread

STEPS = 4  # a round; several, because a step takes as long as its longest caption


def rows(run: Path, rounds: int):
    """Yield the rows, for a run's captioner and the pictures it learned from."""
    from captioning.tasks.captions.task import Captions
    from captioning.tasks.config import override
    from captioning.training.loading import shared_cell, start_from
    from captioning.training.objective import Objective
    from captioning.training.run_config import load_facts
    from captioning.training.train_step import TrainStep

    facts = load_facts(run)["captions"]
    config = override(facts.config, objective="self_critical")
    cell = shared_cell({"captions": config})
    captions = Captions.from_run(config, run / "captions", cell)
    start_from({"captions": captions}, run)
    feed = captions.training_data(facts.data)
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
    measured = (
        f"self-critical training, {config.objective.num_samples} captions a photo"
    )
    yield Row(
        f"{measured}, sampled, rewarded and learned from",
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


def _sampled(captions, batch):
    from captioning.models.captioner import TOKENS

    return captions.model.sample(
        batch.inputs,
        TOKENS,
        num_samples=captions.config.objective.num_samples,
        max_length=captions.config.search.max_length,
        seed=(0, 0),
    ).token_ids.numpy()
