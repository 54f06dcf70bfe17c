"""The benchmarks: each can be started, and the linear ones solve what they state."""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import benchmarks
from benchmarks import linear_associations, linear_sentiment, linear_tags
from data_prep.errors import BadInput
from data_prep.prepare import prepare
from data_prep.prepared.sentences import LabelledTexts

# Commands of their own. `__main__` and the rows of its table are tested in
# test_benchmark_rows.py; `judged_captions` reads files for `human_judgements`.
NO_COMMANDS = {"__main__", "judged_captions"}
NAMES = sorted(
    module.name
    for module in pkgutil.iter_modules(benchmarks.__path__)
    if not module.ispkg and module.name not in NO_COMMANDS
)


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_has_help(name, capsys, monkeypatch):
    module = importlib.import_module(f"benchmarks.{name}")
    assert module.__doc__.startswith(f"python -m benchmarks.{name}: ")
    monkeypatch.setattr("sys.argv", ["benchmark", "--help"])
    with pytest.raises(SystemExit) as ended:
        module.main()
    assert ended.value.code == 0
    assert f"usage: python -m benchmarks.{name} " in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_what_a_benchmark_imports_while_it_measures_is_there(name):
    """Most is imported inside functions, so that --help need not wait for it."""
    module = importlib.import_module(f"benchmarks.{name}")
    with open(module.__file__, encoding="utf-8") as file:
        found = re.findall(r"^ +from (\S+) import (.+)$", file.read(), re.MULTILINE)
    for package, names in found:
        for wanted in names.split(", "):
            try:
                assert hasattr(importlib.import_module(package), wanted)
            except AssertionError:
                importlib.import_module(f"{package}.{wanted}")  # a module of its own


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_ends_with_a_status(name):
    """As a command it goes through `exit_on_bad_input`, which ends with what it
    returns."""
    module = importlib.import_module(f"benchmarks.{name}")
    source = inspect.getsource(module)
    assert source.endswith('if __name__ == "__main__":\n    exit_on_bad_input(main)\n')
    assert inspect.signature(module.main).return_annotation is int


def test_a_data_set_that_is_none_is_one_sentence(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.batching", "--data", tmp_path],
        cwd=Path(benchmarks.__path__[0]).parent,
        capture_output=True,
        text=True,
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    (line,) = answer.stderr.splitlines()  # nor does TensorFlow greet
    assert line.startswith(f"error: {tmp_path} holds no readable dataset.json")


def test_no_benchmark_imports_a_command():
    """Commands are there to be run; what others need of them has rooms of its own."""
    commands = "train|caption|read|evaluate|export|gap"
    imports = re.compile(rf"^ *(from|import) captioning\.({commands})\b", re.MULTILINE)
    folder = Path(benchmarks.__file__).parent
    files = sorted(folder.rglob("*.py"))
    assert len(files) > len(NAMES)
    assert not [f.name for f in files if imports.search(f.read_text("utf-8"))]


# === Linear models ===


@pytest.mark.parametrize("penalty", [0.01, 3.0])
def test_ridge_is_least_squares_with_the_penalty_as_further_rows(penalty):
    """|X W - Y|^2 + p |W|^2 = |[X; sqrt(p) I] W - [Y; 0]|^2."""
    random = np.random.default_rng(0)
    inputs = random.normal(size=(40, 5)).astype(np.float32)
    targets = random.random((40, 3)) < 0.3
    rows = np.vstack([inputs, penalty**0.5 * np.eye(5)])
    centred = np.vstack([targets - targets.mean(axis=0), np.zeros((5, 3))])
    expected, *_ = np.linalg.lstsq(rows, centred)
    np.testing.assert_allclose(
        linear_tags.ridge(inputs, targets, penalty), expected, atol=1e-5
    )


def test_tags_that_are_a_line_of_the_regions_are_found():
    random = np.random.default_rng(1)
    directions = random.normal(size=(6, 4))
    pooled = {
        name: random.normal(size=(200, 6)).astype(np.float32)
        for name in ("train", "dev", "test")
    }
    said = {name: rows @ directions > 0 for name, rows in pooled.items()}
    penalty, scores = linear_tags.measure(pooled, said)
    assert penalty in linear_tags.PENALTIES
    assert min(scores.values()) > 0.95
    shuffled = {name: random.permutation(has) for name, has in said.items()}
    assert linear_tags.measure(pooled, shuffled)[1]["test"] < 0.7  # of nothing, chance


def test_words_that_come_together_are_found_by_all_but_frequency():
    """Word k is always followed by k + 20; bag and content words are the same."""
    random = np.random.default_rng(2)
    splits = {}
    for name in ("train", "dev", "test"):
        word = random.integers(0, 20, 400)
        read = np.arange(40) == word[:, None]
        expected = np.arange(40) == word[:, None] + 20
        splits[name] = (read.astype(np.float32), read, expected)
    (_, _, frequency), *others = linear_associations.measure(splits).values()
    assert frequency < 0.2
    assert [test for _, _, test in others] == [1.0, 1.0]


def test_a_word_that_tells_is_found():
    texts = [f"{('awful', 'good')[n % 2]} film {n}" for n in range(60)]
    labels = np.arange(60, dtype=np.int32) % 2
    splits = dict.fromkeys(("train", "dev", "test"), LabelledTexts(texts, labels))
    for count in linear_sentiment.LONGEST:
        strength, accuracies = linear_sentiment.measure(splits, count)
        assert strength in linear_sentiment.STRENGTHS
        assert accuracies == {"dev": 1.0, "test": 1.0}


def test_only_moods_that_are_whole_are_measured(tmp_path, monkeypatch, capsys):
    prepare("gap", None, tmp_path / "gap", count=100)
    prepare("moods", None, tmp_path / "moods", count=120, seed=1)
    monkeypatch.setattr("sys.argv", ["benchmark", "--data", str(tmp_path / "gap")])
    with pytest.raises(BadInput, match="is one of gap; expected one of sentiment"):
        linear_sentiment.main()
    monkeypatch.setattr("sys.argv", ["benchmark", "--data", str(tmp_path / "moods")])
    assert linear_sentiment.main() == 0
    assert "word 1-3-grams, C = " in capsys.readouterr().out
    with open(tmp_path / "moods" / "test.jsonl", "a") as file:
        file.write('{"text": "a line that nobody vouches for", "label": 1}\n')
    with pytest.raises(BadInput, match="test.jsonl"):
        linear_sentiment.main()
