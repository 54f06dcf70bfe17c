"""Several inputs at once: the same outputs as one by one, in order."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from captioning.inference.litert.graphs import MOST_AT_ONCE, Graphs
from captioning.inference.litert.model_file import ModelFile
from data_prep.errors import BadInput


@pytest.fixture(scope="module")
def file(tiny_litert):
    return ModelFile(tiny_litert, "captions")


@pytest.fixture(scope="module")
def pictures(file):
    size = file.facts["image_size"]
    draw = np.random.default_rng(0).uniform
    return [draw(0, 255, (1, size, size, 3)).astype(np.float32) for _ in range(7)]


def mean(run, pixels):
    return run("regions", pixels=pixels)["regions"].mean(axis=1)


@pytest.mark.parametrize("threads", [1, 2, 3, MOST_AT_ONCE + 3])
def test_several_at_once_are_as_one_by_one(file, pictures, threads):
    graphs = Graphs(file, ["regions"], threads)
    expected = [mean(graphs.run, one) for one in pictures]
    for _ in range(2):
        np.testing.assert_array_equal(graphs.map(mean, pictures), expected)
    np.testing.assert_array_equal(graphs.map(mean, pictures[:1]), expected[:1])
    assert graphs.map(mean, []) == []


def test_callers_can_share_them(file, pictures):
    graphs = Graphs(file, ["regions"], 2)
    expected = [mean(graphs.run, one) for one in pictures]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: graphs.map(mean, pictures), range(6)))
    for each in found:
        np.testing.assert_array_equal(each, expected)


def test_one_that_fails_leaves_the_others_able(file, pictures):
    graphs = Graphs(file, ["regions"], 2)

    def fails(run, pixels):
        if pixels is pictures[2]:
            raise BadInput("it cannot be decoded")
        return mean(run, pixels)

    for _ in range(3):  # each would take an interpreter away
        with pytest.raises(BadInput, match="it cannot be decoded"):
            graphs.map(fails, pictures)
    assert len(graphs.map(mean, pictures)) == len(pictures)


def test_a_graph_that_is_not_there(file):
    with pytest.raises(BadInput, match=r"cannot be loaded \(there is no signature"):
        Graphs(file, ["captions_9"])
    # The file is read again: another graph can still be had.
    assert Graphs(file, ["captions_1"])
