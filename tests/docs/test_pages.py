"""The pages of docs/ say what the code says."""

import ast
import importlib.util
import re
import shlex
from pathlib import Path

import pytest

import captioning

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CARD = ROOT / "captioning" / "pretrained" / "MODEL_CARD.md"
PAGES = [*ROOT.glob("*.md"), *DOCS.glob("*.md"), CARD]


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
    """The Python blocks of docs/extending.md: a cell, a data set."""
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


def test_the_data_set_of_the_page_keeps_the_contract(examples, tmp_path):
    from data_prep.examples import KINDS, RawExample, Skipped

    names = {}
    exec(examples[1], names)
    assert ast.get_docstring(ast.parse(examples[1]))
    assert names["KIND"] in KINDS
    found = list(names["read"](tmp_path, Skipped()))
    assert [e.split for e in found] == ["train", "dev"]
    assert all(isinstance(e, RawExample) for e in found)
    assert found[0].image == tmp_path / found[0].image_id
