"""captioning.train --start-from: weights and sizes are taken over, nothing else."""

import json
from operator import attrgetter

import numpy as np
import pytest

from captioning import export, pretrained, train
from captioning.tasks.config import override
from captioning.tasks.registry import preset
from captioning.training import report, trainer
from captioning.training.history import Epoch
from captioning.training.loading import load_run
from captioning.training.plans import Plan
from captioning.training.run_config import load_facts
from captioning.training.trainer import train as train_run
from captioning.training.workers import ALONE
from data_prep.errors import BadInput
from data_prep.prepare import prepare


@pytest.fixture
def planned(monkeypatch):
    found = {}

    def keep(plans, directory, workers, *, resume, start):
        found.update(plans=plans, directory=directory, start=start)

    monkeypatch.setattr(train, "train_and_show", keep)
    return found


def test_the_flags_change_what_is_taken_over(frozen_run, planned, tmp_path):
    flags = ["--fine-tune", "2", "--epochs", "7", "--run", str(tmp_path / "new")]
    train.main(["--start-from", str(frozen_run), *flags])
    before = load_facts(frozen_run)["captions"]
    plan = planned["plans"]["captions"]
    assert (plan.config.vision.fine_tune, plan.config.training.epochs) == (2, 7)
    assert plan.config.vision.encoder == before.config.vision.encoder
    assert plan.data == before.data and planned["start"] == frozen_run
    assert planned["directory"] == tmp_path / "new"


def test_the_pretrained_captioner_has_a_name_everywhere(
    harbour_data, planned, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    flags = ["--start-from", "flickr8k", "--data", str(harbour_data), "--run", "new"]
    train.main(flags)
    assert planned["start"] == pretrained.RUN
    of_run = load_facts(pretrained.RUN)["captions"].config
    assert planned["plans"]["captions"].config.recurrent == of_run.recurrent
    (tmp_path / "flickr8k").mkdir()
    with pytest.raises(BadInput, match="^flickr8k is not a run"):
        train.main(flags)


@pytest.mark.parametrize(
    "scores, first, told",
    [
        ([0.5, 0.4, 0.3], 0, "no epoch was better than the start: the run's weights"),
        ([0.5, 0.4, 0.6], 0, "the weights of epoch 2, the best of 2 on dev"),
        ([0.5, 0.4, 0.3], 1, "the weights of epoch 1, the best of 3 on dev"),
    ],
)
def test_the_end_says_which_weights_the_run_has(
    scores, first, told, monkeypatch, harbour_data, tiny_config, tmp_path, capsys
):
    history = [
        Epoch(number, {}, {"captions": score}, 1.0, 1.0)
        for number, score in enumerate(scores, first)
    ]
    monkeypatch.setattr(trainer, "train", lambda *_, **__: history)
    monkeypatch.setattr(report, "show_run", lambda *_: "scores")
    plans = {"captions": Plan(tiny_config, harbour_data)}
    train.train_and_show(plans, tmp_path, ALONE, resume=False)
    shown = capsys.readouterr().out
    assert f"The run is {tmp_path} ({told}" in shown and "rerank" not in shown
    monkeypatch.setattr("captioning.training.plans.name_of", lambda data: "mine")
    train.train_and_show(plans, tmp_path, ALONE, resume=False)
    assert f"python -m captioning rerank --run {tmp_path}\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    "flags, message",
    [
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
    reason = "--objective is of no use here: it belongs to captions, not sentiment"
    with pytest.raises(BadInput, match=reason):
        train.main(["--start-from", str(joint_run), *flags])


def test_sizes_are_those_of_the_run_and_the_rest_that_of_the_preset(
    harbour_data, tiny_config, tmp_path, planned
):
    """A run of self-critical training at a small learning rate passes on neither."""
    config = override(
        tiny_config, objective="self_critical", learning_rate=2e-5, epochs=1, views=2
    )
    run = tmp_path / "run"
    train_run({"captions": Plan(config, harbour_data)}, run)
    train.main(["--start-from", str(run), "--data", str(harbour_data)])
    found, harbour = planned["plans"]["captions"].config, preset("captions", "harbour")
    assert found.recurrent == config.recurrent
    assert found.attention == config.attention
    assert found.vision.image_size == 64 and found.vision.views == 1
    assert found.objective == harbour.objective
    assert found.optimizer == harbour.optimizer
    assert found.training == harbour.training and found.search == harbour.search


def test_words_that_both_know_are_carried_over(
    tiny_run, tiny_config, make_picture, tmp_path, capsys
):
    """New data with some words of the harbour and some of its own."""
    source, data = tmp_path / "source", tmp_path / "data"
    source.mkdir()
    images = []
    for number, split in enumerate(["train", "train", "val", "val", "test"]):
        make_picture(32, 32, seed=number).save(source / f"{number}.jpg")
        sentences = [{"raw": f"A red boat and an okapi number{number}."}] * 5
        images.append(
            {"filename": f"{number}.jpg", "split": split, "sentences": sentences}
        )
    (source / "dataset_coco.json").write_text(json.dumps({"images": images}))
    prepare("coco", source, data)
    # A rate so small that the first epoch leaves every weight where it was.
    config = override(tiny_config, epochs=1, learning_rate=1e-12, weight_decay=0.0)
    train_run({"captions": Plan(config, data)}, tmp_path / "new", start=tiny_run)
    said = capsys.readouterr().err
    new = load_run(tmp_path / "new", encoder=False).task("captions")
    old = load_run(tiny_run, encoder=False).task("captions")
    words, known = new.vocabulary.words, old.vocabulary.words
    shared = [word for word in words if word in known]
    assert {"red", "boat", "<end>"} <= set(shared) and "okapi" not in shared
    assert f"; {len(shared)} of {len(words)} words are known there, " in said
    assert f"of the other {len(words) - len(shared)} begin at random" in said
    assert "nan" not in said
    mine, theirs = new.model.decoder, old.model.decoder
    rows = [(words.index(word), known.index(word)) for word in shared]
    for here, there in rows:
        for weight in ("embedding.embeddings", "output_bias"):
            found, expected = (
                attrgetter(weight)(one).numpy() for one in (mine, theirs)
            )
            np.testing.assert_allclose(found[here], expected[there], atol=1e-6)
    kernel = "recurrence.cell.recurrent_kernel"
    np.testing.assert_allclose(
        attrgetter(kernel)(mine).numpy(), attrgetter(kernel)(theirs).numpy(), atol=1e-6
    )
    # A new word has a row of its own, and the bias of an average word.
    fresh = words.index("okapi")
    assert np.std(mine.embedding.embeddings.numpy()[fresh]) > 0.01
    carried = theirs.output_bias.numpy()[[there for _, there in rows]]
    np.testing.assert_allclose(
        mine.output_bias.numpy()[fresh], carried.mean(), atol=1e-6
    )


def test_a_compact_run_keeps_its_beams(frozen_run, tmp_path):
    flags = ["--run", str(frozen_run), "--out", str(tmp_path / "compact")]
    with pytest.raises(BadInput, match="--beams and --no-rerank go with the other"):
        export.main([*flags, "--format", "compact", "--beams", "5"])
    assert export.main([*flags, "--format", "compact"]) == 0
    assert load_facts(tmp_path / "compact")["captions"].config.vision.views == 2
