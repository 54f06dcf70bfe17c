"""The ablation table: each run is compared with the run it started from."""

import shutil

import pytest

from benchmarks.ablation import Trained, last_scores, read_runs, table
from captioning.tasks.config import override
from captioning.training.history import best, read_history
from captioning.training.plans import Plan
from captioning.training.run_config import load_facts
from captioning.training.trainer import train
from data_prep.errors import BadInput


@pytest.fixture(scope="module")
def rewarded_run(frozen_run, harbour_data, tmp_path_factory):
    config = override(
        load_facts(frozen_run)["captions"].config,
        objective="self_critical",
        num_samples=3,
        seed=7,
    )
    directory = tmp_path_factory.mktemp("runs") / "rewarded"
    train({"captions": Plan(config, harbour_data)}, directory, start=frozen_run)
    return directory


def test_a_run_is_compared_with_the_one_it_started_from(frozen_run, rewarded_run):
    first, second = read_runs([frozen_run, rewarded_run])
    assert first.start is None and first.changes["encoder"] == "efficientnet_lite0"
    # The seed is not compared.
    assert second.changes == {"objective": "self_critical", "num_samples": 3}
    assert second.start == first.name == "frozen"
    history = read_history(rewarded_run)
    assert second.dev == best(history)[0] and second.minutes == history[-1].minutes


def test_the_last_epoch_is_scored_with_and_without_the_average(rewarded_run):
    plain, averaged = last_scores(rewarded_run)
    last = read_history(rewarded_run)[-1]
    assert averaged == pytest.approx(last.dev["captions"], abs=1e-3)
    assert plain != averaged


def test_the_run_it_started_from_must_come_before(frozen_run, rewarded_run):
    with pytest.raises(BadInput, match="rewarded started from frozen, which was not"):
        read_runs([rewarded_run, frozen_run])


def test_a_run_without_an_epoch_is_refused(frozen_run, tmp_path):
    copy = shutil.copytree(frozen_run, tmp_path / "copy")
    (copy / "history.csv").unlink()
    with pytest.raises(BadInput, match="copy has no history"):
        read_runs([copy])


def test_minutes_are_summed_along_the_chain():
    shown = table(
        [
            Trained("a", None, {}, 0.5, 10.0),
            Trained("b", "a", {"views": 4}, 0.55, 20.0),
            Trained("c", "b", {"units": 8, "cell": "elman"}, 0.6, 5.0),
        ]
    )
    assert shown.splitlines()[2:] == [
        "| a |  | none | 0.5000 | 10, 10 |",
        "| b | a | views 4 | 0.5500 | 20, 30 |",
        "| c | b | units 8, cell elman | 0.6000 | 5, 35 |",
    ]
