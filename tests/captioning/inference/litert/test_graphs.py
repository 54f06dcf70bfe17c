"""Several inputs at once: the same outputs as one by one, in order."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from captioning.inference.litert import graphs as module
from captioning.inference.litert.engine import LiteRTEngine
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


@pytest.mark.parametrize(
    "threads, shares", [(2, [1, 1]), (3, [1] * 3), (6, [2, 2, 1, 1]), (9, [3, 2, 2, 2])]
)
def test_all_threads_are_shared_out(file, pictures, threads, shares, monkeypatch):
    given = []

    class Recorded(module._Interpreter):
        def __init__(self, file, content, threads):
            given.append(threads)
            super().__init__(file, content, 1)

    monkeypatch.setattr(module, "_Interpreter", Recorded)
    Graphs(file, ["regions"], threads).map(mean, pictures)
    assert given == [threads, *shares]


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
    assert Graphs(file, ["captions_1"])


def test_first_uses_at_once_leave_stderr_as_it_was(file, pictures):
    """Each first use takes the stderr of the process away for a while."""
    before = os.fstat(2)
    for _ in range(10):
        graphs = Graphs(file, ["regions"], 2)
        start = threading.Barrier(2)

        def use(items, graphs=graphs, start=start):
            start.wait()
            graphs.map(mean, items)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(use, [pictures[:1], pictures[:2]]))
    after = os.fstat(2)
    assert (after.st_dev, after.st_ino) == (before.st_dev, before.st_ino)


def test_where_there_is_no_stderr(file, pictures, monkeypatch):
    monkeypatch.setattr("sys.stderr", None)
    graphs = Graphs(file, ["regions"], 2)
    assert len(graphs.map(mean, pictures[:3])) == 3


def test_a_file_that_is_removed_or_replaced_is_not_read_again(
    tiny_litert, tmp_path, make_picture, encode_picture
):
    path = tmp_path / "captioner.tflite"
    path.write_bytes(tiny_litert.read_bytes())
    engine = LiteRTEngine(path, threads=2)
    path.unlink()
    photos = [encode_picture(make_picture(60, 40 + k), "PNG") for k in range(3)]
    whole = LiteRTEngine(tiny_litert, threads=1)
    for num_beams in (1, 5, 3, 2):
        found = engine.caption(photos, num_beams)
        expected = whole.caption(photos, num_beams)
        for row, others in zip(found, expected, strict=True):
            assert [c.caption for c in row] == [c.caption for c in others]
            assert len(row) == num_beams
