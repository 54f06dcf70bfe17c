"""Workers of Ray: every picture once, though one of them is killed in its work."""

import os
import signal
import sys
from pathlib import Path

import pytest

ray = pytest.importorskip("ray", reason="needs the extra [ray]")

from captioning.inference.results import Caption, PictureResult  # noqa: E402
from captioning.inference.shards.plan import Plan, digest  # noqa: E402
from captioning.inference.shards.ray_workers import caption_on_ray  # noqa: E402
from captioning.inference.shards.shard_files import ShardFiles  # noqa: E402
from data_prep.errors import BadInput  # noqa: E402

# A cluster takes some ten seconds to start, and leaves sockets and log files open.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])

NAMES = [f"{number}.jpg" for number in range(12)]
NAMES[5] = os.fsdecode(b"\xff.jpg")


class Dying:
    """Kills its process in one shard, the first time."""

    def __init__(self, marker):
        self._marker = marker

    def __call__(self, names):
        if NAMES[5] in names and not self._marker.exists():
            self._marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return [PictureResult(Path(n), [Caption("a boat", -1.0)]) for n in names]


class Failing:
    def __call__(self, names):
        raise BadInput("there is no run at RUN")


@pytest.fixture
def files(tmp_path):
    plan = Plan(6, len(NAMES), digest(NAMES), {}, 1, "captioning caption photos")
    return ShardFiles(tmp_path / "captions.jsonl", plan)


def test_a_worker_that_is_killed_costs_no_picture_and_doubles_none(files, tmp_path):
    files.write(
        2, [PictureResult(Path(n), [Caption("done", -1.0)]) for n in NAMES[2:4]]
    )
    caption_on_ray(files, NAMES, Dying(tmp_path / "died"), workers=2)
    assert (tmp_path / "died").exists()
    out = tmp_path / "captions.jsonl"
    assert files.join(out) == 12  # and it compares the names
    assert out.read_text().count("done") == 2  # that shard was not done again


def test_what_a_worker_says_of_its_input_is_told(files):
    with pytest.raises(BadInput, match="there is no run at RUN"):
        caption_on_ray(files, NAMES, Failing(), workers=1)


def test_a_cluster_that_is_not_there(files):
    with pytest.raises(BadInput, match="no Ray cluster answers at localhost:1 "):
        caption_on_ray(files, NAMES, Failing(), address="localhost:1")
