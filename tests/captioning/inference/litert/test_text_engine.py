"""A .tflite file reads texts as the run does that it was made of."""

import json
import os
import subprocess
import sys
from unittest import mock

import numpy as np
import pytest

import captioning
from captioning import caption, export, read
from captioning.inference.litert import conversion
from captioning.inference.litert.metadata import facts_of, with_facts
from captioning.inference.litert.text_engine import LiteRTTextEngine
from captioning.inference.read import tensorflow_engine
from captioning.inference.read.tensorflow_engine import TensorFlowTextEngine
from captioning.inference.saved_model import Server
from captioning.training.loading import load_run
from data_prep.errors import BadInput
from data_prep.text.clean import clean

TASKS = ("sentiment", "translation", "associations")
TEXTS = [
    "boat",
    "The captain is not happy, isn't he?",
    "ein rotes Boot liegt hinter dem Steg",
    "나는 불행하게도 오늘 지갑을 잃어버렸기 때문에 정말 기분이 좋지 않다",
    "船 xyzzy \U0001f600 boat",
    "a boat and a boat " * 15,
]
# Runs the command, then tells which libraries it took.
COMMAND = """
import sys
from captioning.read import main
status = main(sys.argv[1:])
print({"tensorflow", "keras", "tensorflow_text"} & set(sys.modules), file=sys.stderr)
sys.exit(status)
"""


@pytest.fixture(scope="module")
def run(joint_run):
    """The joint run, loaded once."""
    return load_run(joint_run, encoder=False)


@pytest.fixture(scope="module")
def files(run, tmp_path_factory):
    """The .tflite file of each task of the joint run."""
    folder = tmp_path_factory.mktemp("litert")
    found = {task: folder / f"{task}.tflite" for task in TASKS}
    with mock.patch.object(conversion, "load_run", lambda *_, **__: run):
        for task, out in found.items():
            flags = ["--run", run.directory, "--task", task, "--format", "litert"]
            assert export.main([*map(str, flags), "--out", str(out)]) == 0
    return found


@pytest.fixture(scope="module")
def of_run(run):
    """Return a function: a task -> the run's engine."""

    def server(path, task, **_):
        found = run.task(task)
        languages = found.subwords.language_ids if task == "translation" else ()
        return Server(found.serving_function(), tuple(languages))

    with mock.patch.object(tensorflow_engine, "load_server", server):
        yield lambda task: TensorFlowTextEngine(run.directory, task)


@pytest.mark.parametrize("task", TASKS)
def test_it_says_what_the_run_says(task, files, of_run):
    texts = [clean(text) for text in TEXTS]
    file, other = LiteRTTextEngine(files[task], task), of_run(task)
    assert file.languages == other.languages
    for to in file.languages or [""]:
        found, expected = file.predict(texts, to), other.predict(texts, to)
        for one, another in zip(found, expected, strict=True):
            for name, value in one._asdict().items():
                same = getattr(another, name)
                if name in ("positive", "verdict"):
                    np.testing.assert_allclose(value, same, atol=1e-5)
                elif name == "scores":
                    for row, others in zip(value, same, strict=True):
                        np.testing.assert_allclose(row, others, atol=1e-4)
                else:
                    assert value == same


def test_the_command_needs_no_tensorflow(files):
    for what, task in zip(("sentiment", "related"), TASKS[::2], strict=True):
        answer = subprocess.run(
            [sys.executable, "-c", COMMAND, what, "a boat", "--json", "--run"]
            + [str(files[task])],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert answer.stderr == "set()\n"
        assert json.loads(answer.stdout)["text"] == "a boat"


def test_load_returns_what_reads(files, of_run, joint_run):
    with captioning.load(files["sentiment"]) as sentiment:
        one = sentiment("not  bad\n")
        assert one.words == ["not", "bad"] and one.verdict == one.positive[-1]
        assert sentiment(["not bad", "boat"])[0] == one
        assert sentiment([]) == []
        with pytest.raises(BadInput, match="text 2 is empty"):
            sentiment(["boat", " "])
        sentiment.close()
        assert sentiment("not bad") == one  # loaded again
    translate = captioning.load(str(files["translation"]))
    assert translate.languages == ("en", "de", "ko")
    assert len(translate("a boat", to="de").translations) == 2
    with pytest.raises(BadInput, match="'fr', which this model does not write"):
        translate("a boat", to="fr")
    related = captioning.load(joint_run, task="associations")
    said = captioning.load(files["associations"])("a boat")
    assert related("a boat").related == said.related


def test_what_does_not_fit_is_named(files, tiny_litert, tmp_path):
    with pytest.raises(BadInput, match="learned sentiment, not associations"):
        read.main(["related", "a", "--run", str(files["sentiment"])])
    with pytest.raises(BadInput, match="learned captions, not sentiment"):
        read.main(["sentiment", "a", "--run", str(tiny_litert)])
    with pytest.raises(BadInput, match="learned sentiment, not captions"):
        caption.main(["a.jpg", "--run", str(files["sentiment"])])
    with pytest.raises(BadInput, match="num_beams and rerank are of captioners"):
        captioning.load(files["sentiment"], num_beams=3)
    with pytest.raises(BadInput, match="task is 'mood'; expected captions or one of"):
        captioning.load(files["sentiment"], task="mood")
    with pytest.raises(BadInput, match="does not save tags"):
        export.main(["--task", "tags", "--format", "litert", "--out", "x.tflite"])
    model = files["associations"].read_bytes()
    facts = facts_of(model, tmp_path, "associations")
    for wrong in ({"tokenizer": "x"}, {"task": "tags"}, {"related": [1]}):
        with pytest.raises(BadInput, match="does not say what its words are"):
            facts_of(with_facts(model, facts | wrong), tmp_path, None)
    few = tmp_path / "few.tflite"
    few.write_bytes(with_facts(model, facts | {"related": ["a"]}))
    with pytest.raises(BadInput, match="few.tflite fails when it is run"):
        captioning.load(few)("a boat")
