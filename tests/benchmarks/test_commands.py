"""Every benchmark is a command with help, an exit status and working imports."""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import benchmarks
from data_prep.errors import BadInput

# Modules that the commands share; `__main__` is tested in test_main.py.
NO_COMMANDS = {
    "__main__",
    "arguments",
    "human_judgement_files",
    "not_photos",
    "pointing_game",
    "transformer",
}
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
def test_the_imports_inside_functions_work(name):
    """Most imports are inside functions, so that --help does not wait for them."""
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
def test_the_package_says_what_every_benchmark_measures(name):
    assert f"    python -m benchmarks.{name} " in benchmarks.__doc__


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_ends_with_a_status(name):
    """It runs through `exit_on_bad_input`, which exits with the status of main()."""
    module = importlib.import_module(f"benchmarks.{name}")
    source = inspect.getsource(module)
    assert source.endswith('if __name__ == "__main__":\n    exit_on_bad_input(main)\n')
    assert inspect.signature(module.main).return_annotation is int


def test_an_abbreviated_flag_is_refused(monkeypatch):
    monkeypatch.setattr("sys.argv", ["benchmark", "--dat", "data/sst2"])
    with pytest.raises(BadInput, match="--data"):
        importlib.import_module("benchmarks.linear_sentiment").main()


def test_a_folder_that_is_no_data_set_is_one_sentence(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.batching", "--data", tmp_path],
        cwd=Path(benchmarks.__path__[0]).parent,
        capture_output=True,
        text=True,
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    (line,) = answer.stderr.splitlines()  # nothing of TensorFlow either
    assert line.startswith(f"error: {tmp_path} holds no readable dataset.json")


def test_no_benchmark_imports_a_command():
    """What benchmarks share with commands is in the packages below them."""
    commands = "train|caption|read|evaluate|export|gap"
    imports = re.compile(rf"^ *(from|import) captioning\.({commands})\b", re.MULTILINE)
    folder = Path(benchmarks.__file__).parent
    files = sorted(folder.rglob("*.py"))
    assert len(files) > len(NAMES)
    assert not [f.name for f in files if imports.search(f.read_text("utf-8"))]
