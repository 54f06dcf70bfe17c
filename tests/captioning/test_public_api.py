"""`import captioning`: its names, and commands that are functions too."""

import importlib
import json
import os
import subprocess
import sys

import pytest

import captioning
from captioning import __main__ as main_module
from captioning.cli.callable_module import flags_of
from captioning.cli.next_commands import how_to_go_on
from data_prep.errors import BadInput


def test_every_public_name_is_there_and_documented():
    assert set(captioning.__all__) <= set(dir(captioning))
    for name in captioning.__all__:
        found = getattr(captioning, name)
        assert callable(found), name
        assert found.__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        captioning.nothing  # noqa: B018


def test_importing_the_package_is_light():
    code = "import sys, captioning; print(len({'numpy', 'keras'} & set(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == "0\n"


def test_options_become_flags():
    assert flags_of(
        epochs=10, batch_size=None, tie=True, grey=False, data=["a", 1]
    ) == [
        "--epochs=10",
        "--tie",
        "--no-grey",
        "--data=a",
        "--data=1",
    ]


def test_evaluate_is_the_command(tiny_run, harbour_data, capsys):
    arguments = ["--run", str(tiny_run), "--data", str(harbour_data), "--json"]
    assert captioning.evaluate.main(arguments) == 0
    printed = json.loads(capsys.readouterr().out)
    assert captioning.evaluate(run=tiny_run, data=harbour_data) == printed
    with pytest.raises(ValueError, match="is not a run"):
        captioning.evaluate(run=harbour_data)


def test_train_is_the_command(harbour_data, tmp_path, capsys):
    run = captioning.train(
        harbour_data,
        run=tmp_path / "run",
        epochs=1,
        image_size=32,
        units=8,
        embedding_dim=8,
        attention_dim=8,
    )
    assert run == tmp_path / "run"
    steps = [
        "loading TensorFlow",
        "building the model of captions",
        f"reading {harbour_data}",
        "steps an epoch",
        "tracing the graph",
        "epoch 1/1",
    ]
    said = capsys.readouterr().err
    assert sorted(steps, key=said.index) == steps
    assert captioning.load(run).caption.__self__.engine.description.endswith(str(run))
    with pytest.raises(ValueError, match="epochs"):
        captioning.train(harbour_data, run=tmp_path / "other", epochs=0)


@pytest.mark.parametrize("name", main_module._MODULES)
def test_each_command_is_found(name, capsys):
    assert f"captioning {name} " in main_module.COMMANDS
    with pytest.raises(SystemExit) as end:
        main_module.main([name, "--help"])
    assert end.value.code == 0
    assert "usage: " in capsys.readouterr().out


def test_an_unknown_command_is_named(capsys):
    with pytest.raises(BadInput, match="no command foo; expected one of prepare"):
        main_module.main(["foo"])
    assert main_module.main([]) == 0
    assert main_module.COMMANDS in capsys.readouterr().out


def test_a_missing_extra_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    monkeypatch.delitem(sys.modules, "captioning.metrics.translation", raising=False)
    with pytest.raises(ModuleNotFoundError) as raised:
        importlib.import_module("captioning.metrics.translation")
    from data_prep.errors import with_extra

    told = str(with_extra(raised.value))
    assert told.endswith('in the folder of the repository, with: pip install ".[text]"')
    assert "\n" not in told
    other = ModuleNotFoundError("No module named 'mine'", name="mine")
    assert with_extra(other) is other


def test_an_option_that_is_not_known_is_a_value_error():
    with pytest.raises(ValueError, match="--epohs is not known; did you mean --epochs"):
        captioning.train(epohs=3)


def test_usage_names_the_console_script_where_that_runs(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["/somewhere/bin/captioning"])
    with pytest.raises(SystemExit):
        main_module.main(["caption", "--help"])
    shown = capsys.readouterr().out
    assert shown.startswith("usage: captioning caption ")
    assert "  captioning caption photo.jpg\n" in shown
    assert "python -m" not in shown
    assert how_to_go_on(tmp_path).endswith("by the same command")
    (tmp_path / "config.json").touch()
    command = f"captioning train --run {tmp_path} --resume"
    assert how_to_go_on(tmp_path).endswith(f"begin again by: {command}")
