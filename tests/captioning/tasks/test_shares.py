"""The losses of several workers' shares, weighted by their terms, are the batch's."""

import numpy as np
import pytest

from captioning.tasks.registry import TASK_NAMES, task_class
from captioning.training.loading import shared_cell
from data_prep.pipeline.share import Share

WORKERS = 3  # of 16 rows: 5, 5 and 6


@pytest.mark.parametrize("name", TASK_NAMES)
def test_the_shares_of_a_loss_are_the_loss(name, joint_plans):
    config, data = joint_plans[name]
    task = task_class(name).from_data(config, data, shared_cell({name: config}))
    batches = task.training_data(data).batches

    def loss_and_terms(share):
        batch = next(iter(batches(0, share)))
        return float(task.loss(batch, training=False)), float(task.loss_terms(batch))

    loss, terms = loss_and_terms(Share())
    parts = [loss_and_terms(Share(index, WORKERS)) for index in range(WORKERS)]
    losses, of_parts = zip(*parts, strict=True)
    assert sum(of_parts) == terms and len(set(losses)) == WORKERS
    np.testing.assert_allclose(np.average(losses, weights=of_parts), loss, rtol=1e-5)
