"""captioning.train --start-from: the knobs and the data of the run, unless said."""

import pytest

from captioning import export, train
from captioning.training.run_directory import load_facts
from data_prep.errors import BadInput


@pytest.fixture
def planned(monkeypatch):
    found = {}

    def keep(plans, directory, *, resume, start):
        found.update(plans=plans, directory=directory, start=start)

    monkeypatch.setattr(train, "train_and_show", keep)
    return found


def test_the_flags_change_what_the_run_had(frozen_run, planned, tmp_path):
    flags = ["--fine-tune", "2", "--epochs", "7", "--run", str(tmp_path / "new")]
    train.main(["--start-from", str(frozen_run), *flags])
    before = load_facts(frozen_run)["captions"]
    plan = planned["plans"]["captions"]
    assert (plan.config.fine_tune, plan.config.epochs) == (2, 7)
    assert plan.config.encoder == before.config.encoder
    assert plan.data == before.data and planned["start"] == frozen_run
    assert planned["directory"] == tmp_path / "new"


@pytest.mark.parametrize(
    "flags, message",
    [
        (["--preset", "harbour"], "takes the knobs of that run"),
        (["--task", "tags"], "learned captions, not tags"),
        (["--views", "0"], "views is 0"),
    ],
)
def test_what_does_not_go_with_it_is_refused(flags, message, frozen_run, planned):
    with pytest.raises(BadInput, match=message):
        train.main(["--start-from", str(frozen_run), *flags])


def test_data_of_another_kind_is_refused(frozen_run, joint_run, planned):
    sentences = load_facts(joint_run)["sentiment"].data
    with pytest.raises(BadInput, match="expected one of captions"):
        train.main(["--start-from", str(frozen_run), "--data", str(sentences)])


def test_of_several_kinds_one_data_set_may_be_given(joint_run, planned):
    before = {name: facts.data for name, facts in load_facts(joint_run).items()}
    given = ["--data", str(before["sentiment"])]
    train.main(["--start-from", str(joint_run), *given])
    assert {name: plan.data for name, plan in planned["plans"].items()} == before


def test_captions_alone_are_rewarded(joint_run, planned):
    flags = ["--task", "sentiment", "--objective", "self_critical"]
    with pytest.raises(BadInput, match="self_critical is about captions"):
        train.main(["--start-from", str(joint_run), *flags])


def test_a_compact_run_keeps_its_beams(frozen_run, tmp_path):
    flags = ["--run", str(frozen_run), "--out", str(tmp_path / "compact")]
    with pytest.raises(BadInput, match="--beams goes with the other formats"):
        export.main([*flags, "--format", "compact", "--beams", "5"])
    assert export.main([*flags, "--format", "compact"]) == 0
    assert load_facts(tmp_path / "compact")["captions"].config.views == 2
