"""The pages of docs/ say what the code says."""

import importlib.util
import re
import shlex
import sys
from pathlib import Path

import pytest
from PIL import Image

import captioning

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CARDS = ROOT / "captioning" / "pretrained"
PAGES = [*ROOT.glob("*.md"), *DOCS.glob("*.md"), *CARDS.glob("*.md")]


@pytest.fixture(scope="module")
def generate():
    """The script docs/generate.py."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_commands_is_what_the_parsers_say_now(generate):
    assert generate.PAGE.read_text("utf-8") == generate.commands_page(), (
        "run python docs/generate.py"
    )


def test_the_table_of_the_api_is_what_the_docstrings_say_now(generate):
    page = generate.api_page()
    assert generate.API_PAGE.read_text("utf-8") == page, "run python docs/generate.py"
    for name in captioning.__all__:
        assert f"| `captioning.{name}` | " in page


def test_the_api_page_has_every_public_name():
    page = (DOCS / "api.md").read_text("utf-8")
    public = [f"{home}.{name}" for name, home in captioning._HOMES.items()]
    assert sorted(re.findall(r"^::: (\S+)$", page, re.MULTILINE)) == sorted(public)


def test_the_tree_of_the_design_page_is_that_of_the_package():
    page = (DOCS / "design.md").read_text("utf-8")
    start = page.index("    captioning/\n")
    tree = page[start : page.index("\n\n`captioning/__init__.py` holds")]
    assert tree in captioning.__doc__


def test_links_lead_to_files_that_exist():
    assert len(PAGES) >= 12
    for page in PAGES:
        text = re.sub(r"`[^`\n]+`", "", page.read_text("utf-8"))
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_paths_that_pages_name_exist():
    named = r"`((?:captioning|data_prep|tests|benchmarks|docs|notebooks)/[\w/.-]+)`"
    for page in PAGES:
        for path in re.findall(named, page.read_text("utf-8")):
            assert (ROOT / path).exists(), f"{page.name}: {path}"


_COMMAND = r"^    (.*(?:captioning|data_prep)\b.*)$"


def commands_of(page):
    """Yield the words of each indented command line of ours on a page."""
    text = page.read_text("utf-8").replace("\\\n", " ")
    for line in re.findall(_COMMAND, text, re.MULTILINE):
        for part in line.split("&&"):
            words = shlex.split(part, comments=True)
            if words[:2] == ["python", "-m"] or words[:1] == ["captioning"]:
                yield words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_on_pages_have_flags_that_exist(page, generate):
    modules = generate.MODULES
    for words in commands_of(page):
        if words[0] == "captioning":
            module = modules[words[1]]
        elif words[2] in modules.values():
            module = words[2]
        else:
            continue  # a benchmark, or the list of commands
        task = words[words.index("--task") + 1] if "--task" in words else None
        ahead = ["--task", task] if task and task != "TASK" else []
        parser = generate.parser_of(module, *ahead)
        own = [p for n, p in generate.subcommands(parser).items() if n in words]
        known = {flag for p in (parser, *own) for flag in p._option_string_actions}
        for word in words:
            if word.startswith("--"):
                assert word in known, f"{page.name}: {' '.join(words)}"


@pytest.fixture
def examples():
    """The Python blocks of docs/extending.md: a cell, a data set, a metric."""
    page = (DOCS / "extending.md").read_text("utf-8")
    return re.findall(r"```python\n(.*?)```", page, re.DOTALL)


def test_the_cell_of_the_page_computes_its_equation(examples):
    import keras
    import numpy as np
    from keras import ops

    from captioning.nn.recurrent_cell import RecurrentCell
    from captioning.nn.rnn import Recurrence

    names = {"keras": keras, "ops": ops, "RecurrentCell": RecurrentCell}
    exec(examples[0], names)
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype("float32")
    cell = names["LeakyCell"](4)
    outputs, _ = Recurrence(cell)(x)
    kernel, recurrent, bias = cell.get_weights()
    h = np.zeros((2, 4), "float32")
    for t in range(5):
        h = h / 2 + np.tanh(h @ recurrent + x[:, t] @ kernel + bias) / 2
        np.testing.assert_allclose(outputs[:, t], h, rtol=1e-5, atol=1e-6)


def test_the_data_set_of_the_page_is_prepared(examples, tmp_path, monkeypatch, capsys):
    """By the page's own command, from a file in the folder of data sets."""
    from data_prep import datasets
    from data_prep.prepare import main
    from data_prep.prepared.dataset_info import DatasetInfo

    page = (DOCS / "extending.md").read_text("utf-8")
    command = next(c for c in commands_of(DOCS / "extending.md") if "grey" in c)
    assert command[2] == "data_prep.prepare" and "saved as grey.py" in page.lower()
    (tmp_path / "grey.py").write_text(examples[1])
    (tmp_path / "GREY").mkdir()
    for split in ("train", "dev", "test"):
        Image.new("L", (40, 40), 128).save(tmp_path / "GREY" / f"{split}.jpg")
    monkeypatch.setattr(datasets, "__path__", [*datasets.__path__, str(tmp_path)])
    monkeypatch.chdir(tmp_path)
    try:
        assert main(command[3:]) == 0
        assert datasets.load("grey").__doc__
    finally:
        sys.modules.pop("data_prep.datasets.grey", None)
    splits = DatasetInfo.load(Path("data/grey")).splits
    assert {split: facts.examples for split, facts in splits.items()} == {
        "train": 1,
        "dev": 1,
        "test": 1,
    }


def test_the_metric_of_the_page_is_what_it_says(examples):
    from captioning import metrics

    names = {}
    exec(examples[2], names)
    candidates = {1: "a dog runs".split(), 2: "a cat".split()}
    references = {1: [["a", "dog"], ["the", "dog", "runs"]], 2: [["a", "cat"]]}
    overall, per_image = names["word_recall"](candidates, references)
    assert per_image == {1: 3 / 4, 2: 1} and overall == 7 / 8
    with pytest.raises(ValueError, match="without a candidate"):
        names["word_recall"]({}, references)
    rouge = metrics.rouge_l(candidates, references)
    assert type(rouge) is tuple and set(rouge[1]) == set(per_image)  # of the same form
