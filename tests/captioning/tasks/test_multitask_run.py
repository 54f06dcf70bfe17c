"""One cell means one cell: in training, on disk, loaded again, and exported."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from captioning import evaluate, train
from captioning.tasks.registry import TASK_NAMES, task_class
from captioning.training.loading import load_run, shared_cell
from captioning.training.objective import Objective
from captioning.training.train_step import TrainStep
from data_prep.errors import BadInput
from data_prep.prepare import prepare


def cell_of(model):
    return model.decoder.cell if hasattr(model, "decoder") else model.cell


def test_the_commands_know_every_task():
    assert [task_class(name).__name__.lower() for name in TASK_NAMES] == list(
        TASK_NAMES
    )


def test_loaded_heads_hold_one_cell_object(joint_run):
    run = load_run(joint_run, encoder=False)
    assert list(run.tasks) == list(TASK_NAMES)
    cells = [cell_of(task.model) for task in run.tasks.values()]
    assert all(cell is cells[0] for cell in cells)
    # The translator reads and writes with it.
    assert run.tasks["translation"].model.reader.cell is cells[0]
    # And its three weights are there once.
    variables = {
        id(variable)
        for task in run.tasks.values()
        for variable in task.model.trainable_variables
        if variable.path.split("/")[-1] == "recurrent_kernel"
    }
    assert len(variables) == 1


@pytest.fixture(scope="module")
def two_heads(joint_plans):
    """Return heads over one cell, their training, and a batch of the first head."""
    cell = shared_cell({name: plan.config for name, plan in joint_plans.items()})
    heads, objectives = {}, {}
    for name in ("sentiment", "tags"):
        config, data = joint_plans[name]
        heads[name] = head = task_class(name).from_data(config, data, cell)
        batches = head.training_data(data).batches(0)
        spec = batches.element_spec
        objectives[name] = Objective(head.model, head.loss, spec, config, 100)
        if name == "sentiment":
            batch = next(iter(batches))
    return heads, TrainStep(objectives), batch


def test_a_step_of_one_head_moves_the_cell_of_all(two_heads):
    heads, steps, batch = two_heads
    cell = cell_of(heads["tags"].model)
    kernel = cell.recurrent_kernel.numpy()
    alone = heads["tags"].model.readout.kernel.numpy()
    for _ in range(2):  # the first has the warm-up's learning rate of zero
        steps.step("sentiment", batch)
    assert np.any(cell.recurrent_kernel.numpy() != kernel)
    np.testing.assert_array_equal(heads["tags"].model.readout.kernel.numpy(), alone)


def test_what_is_shared_has_an_optimizer_of_its_own(two_heads):
    heads, steps, batch = two_heads
    assert set(steps.optimizers) == {"sentiment", "tags", "shared"}
    before = {name: int(one.iterations) for name, one in steps.optimizers.items()}
    for _ in range(3):
        steps.step("sentiment", batch)
    taken = {
        name: int(one.iterations) - before[name]
        for name, one in steps.optimizers.items()
    }
    assert taken == {"sentiment": 3, "tags": 0, "shared": 3}


def test_averages_of_all_heads_come_and_go(two_heads):
    heads, steps, batch = two_heads
    for _ in range(4):
        steps.step("sentiment", batch)
    cell = cell_of(heads["tags"].model)
    trained = cell.recurrent_kernel.numpy()
    alone = heads["tags"].model.readout.kernel.numpy()
    with steps.averaged_weights():
        assert np.any(cell.recurrent_kernel.numpy() != trained)
        # Of what has not moved the average is what it is.
        np.testing.assert_array_equal(heads["tags"].model.readout.kernel.numpy(), alone)
    np.testing.assert_array_equal(cell.recurrent_kernel.numpy(), trained)


def test_the_history_tells_every_task(joint_run):
    header, line = (joint_run / "history.csv").read_text().splitlines()
    told = dict(zip(header.split(","), map(float, line.split(",")), strict=True))
    for name in TASK_NAMES:
        assert np.isfinite(told[f"loss of {name}"])
        assert 0 <= told[f"dev score of {name}"] <= 1


@pytest.mark.parametrize("name", TASK_NAMES)
def test_every_task_is_evaluated(name, joint_run, capsys):
    evaluate.main(["--run", str(joint_run), "--task", name, "--json"])
    scores = json.loads(capsys.readouterr().out)
    measured = [score for score in scores.values() if score is not None]
    assert measured and all(0 <= score <= 100 for score in measured)


def test_pictures_with_none_of_the_tags_are_bad_input(
    joint_run, joint_plans, make_picture, tmp_path
):
    """The harbour's tagger, on photos of something else; it cannot learn of them
    either."""
    source, data = tmp_path / "source", tmp_path / "data"
    source.mkdir()
    images = []
    for number, split in enumerate(["train", "val", "test"]):
        make_picture(32, 32, seed=number).save(source / f"{number}.jpg")
        # Other words in dev and test than in train.
        sentences = [{"raw": ("A quince.", "An okapi.", "An otter.")[number]}]
        images.append(
            {"filename": f"{number}.jpg", "split": split, "sentences": sentences}
        )
    (source / "dataset_coco.json").write_text(json.dumps({"images": images}))
    prepare("coco", source, data)
    expected = "no picture in {} with any of the {} tags .*expected some"
    tagger = load_run(joint_run, encoder=False).task("tags")
    for split in ("dev", "test"):
        message = expected.format(split, len(tagger.tags))
        flags = ["--task", "tags", "--data", str(data), "--split", split]
        with pytest.raises(BadInput, match=message):
            evaluate.main(["--run", str(joint_run), *flags])
    config, _ = joint_plans["tags"]
    cell = shared_cell({name: plan.config for name, plan in joint_plans.items()})
    with pytest.raises(BadInput, match=expected.format("dev", 1)):
        task_class("tags").from_data(config, data, cell).training_data(data)
    assert not (data / "features").exists()  # no rows were made for nothing


STRANGER = """
import json, sys
try:
    import captioning
except ImportError:
    pass
else:
    sys.exit("captioning can be imported; the test would prove nothing")
import tensorflow as tf
import tensorflow_text
served = tf.saved_model.load(sys.argv[1]).signatures
texts, to = tf.constant(json.loads(sys.argv[2])), tf.constant(json.loads(sys.argv[3]))
said = {
    "sentiment": served["sentiment"](texts=texts)["verdict"],
    "translation": served["translation"](texts=texts, to=to)["translations"],
    "associations": served["associations"](texts=texts)["related"],
}
print(json.dumps({name: plain(value) for name, value in said.items()}))
"""
PLAIN = """
def plain(tensor):
    found = tensor.numpy().ravel()
    return [x.decode() if isinstance(x, bytes) else float(x) for x in found]
"""


def test_the_export_reads_raw_strings_as_python_does(joint_export, tmp_path):
    run, exported = joint_export
    # By which our own loader knows that it must import tensorflow_text first.
    assert b"Sentencepiece" in (exported / "saved_model.pb").read_bytes()
    texts = ["The sailor is not happy, but the boat is old.", "정말 기분이 좋지 않다"]
    to = ["de", "en"]
    answer = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            PLAIN + STRANGER,
            exported,
            json.dumps(texts),
            json.dumps(to),
        ],
        cwd=tmp_path,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        check=True,
    )
    said = json.loads(answer.stdout)
    tasks = load_run(run).tasks
    texts, to = tf.constant(texts), tf.constant(to)
    verdict = tasks["sentiment"].serving_function()(texts)["verdict"]
    np.testing.assert_allclose(said["sentiment"], verdict, atol=1e-5)
    for name, arguments, key in (
        ("translation", (texts, to), "translations"),
        ("associations", (texts,), "related"),
    ):
        expected = tasks[name].serving_function()(*arguments)[key].numpy().ravel()
        assert said[name] == [text.decode("utf-8") for text in expected]


def test_data_sets_must_fit_the_tasks(harbour_data, moods_data, tmp_path):
    run = ["--run", str(tmp_path / "run")]
    moods, harbour = ["--data", str(moods_data)], ["--data", str(harbour_data)]
    with pytest.raises(BadInput, match="both data sets of sentiment"):
        train.main(["--task", "all", *moods, *moods, *run])
    with pytest.raises(BadInput, match="of sentiment; expected one of captions"):
        train.main(["--task", "tags", *moods, *run])
    with pytest.raises(BadInput, match="expected one of translation too"):
        train.main(["--task", "all", *moods, *harbour, *run])
    with pytest.raises(BadInput, match="--preset is about one task"):
        train.main(["--task", "all", "--preset", "harbour", *run])
    assert not (tmp_path / "run").exists()


def test_a_task_may_have_an_option_of_its_own(harbour_data, tmp_path, monkeypatch):
    plans = {}
    monkeypatch.setattr(train, "train_and_show", lambda p, *_, **__: plans.update(p))
    monkeypatch.setattr(
        "captioning.training.datasets.built_in_data", lambda kind: harbour_data
    )
    own = ["--translation.epochs", "3", "--knob", "tags.views=2"]
    train.main(["--task", "all", "--epochs", "5", *own])
    epochs = {name: plan.config.training.epochs for name, plan in plans.items()}
    assert epochs.pop("translation") == 3 and set(epochs.values()) == {5}
    assert [plans[name].config.vision.views for name in ("tags", "captions")] == [2, 1]


@pytest.mark.parametrize(
    "knob, reason",
    [
        ("translation.units=3", "share one cell; expected --units"),
        ("translator.epochs=3", "expected an option of one of several tasks"),
        ("epochs=3", "expected an option of one of several tasks"),
        ("tags.epoch=3", "expected an option of one of several tasks"),
        ("tags.epochs=many", "epochs is 'many'; expected a value of type int"),
        ("tags.train_encoder=1", "train_encoder is '1'; expected true or false"),
        ("tags.epochs=0", "epochs is 0; expected at least 1"),
    ],
)
def test_an_option_that_no_task_has(knob, reason, harbour_data, monkeypatch):
    monkeypatch.setattr(
        "captioning.training.datasets.built_in_data", lambda kind: harbour_data
    )
    with pytest.raises(BadInput, match=reason):
        train.main(["--task", "all", "--knob", knob])


def test_a_run_says_what_it_did_not_learn(tiny_run):
    with pytest.raises(BadInput, match="learned captions, not tags.*--task tags"):
        load_run(tiny_run, encoder=False).task("tags")
