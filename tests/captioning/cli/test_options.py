"""Options of tasks as flags: groups in --help, suggestions, and what is refused."""

import pytest

from captioning.cli.arguments import Parser
from captioning.cli.options import (
    add_options,
    given_options,
    options_elsewhere,
    override_by_flags,
)
from captioning.tasks.registry import TASK_NAMES, preset, preset_for, presets
from data_prep.errors import BadInput


def parser_of(*tasks, data="harbour"):
    parser = Parser(prog="train", elsewhere=options_elsewhere(tasks))
    configs = {task: preset_for(data, task) for task in tasks}
    add_options(parser, configs)
    return parser


def parsed(base, *arguments, task="captions"):
    flags = parser_of(task).parse_args(arguments)
    return override_by_flags(base, flags, task)


def test_no_flag_changes_nothing():
    for task in TASK_NAMES:
        for base in presets(task).values():
            parser = Parser()
            add_options(parser, {task: base})
            assert override_by_flags(base, parser.parse_args([]), task) == base


@pytest.mark.parametrize("task", TASK_NAMES)
def test_every_option_has_its_flag(task):
    base = next(iter(presets(task).values()))
    parser = Parser()
    add_options(parser, {task: base})
    for name, leaf in base.leaves().items():
        flag = "--" + name.replace("_", "-")
        value = {bool: True, int: 2, float: 0.25}.get(leaf.field.type)
        if value is None:
            value = (*leaf.field.metadata["choices"], "small")[-1]
        words = [flag] if value is True else [flag, str(value)]
        found = given_options(parser.parse_args(words), task)
        assert found.pop(name) == value
        assert set(found) <= {"train_encoder"}


def test_naming_an_encoder_decides_whether_it_is_trained():
    harbour, flickr8k = preset("captions", "harbour"), preset("captions", "flickr8k")
    assert not parsed(harbour, "--encoder", "ResNet50").vision.train_encoder
    assert parsed(flickr8k, "--encoder", "small").vision.train_encoder
    chosen = parsed(flickr8k, "--encoder", "ResNet50", "--train-encoder")
    assert chosen.vision.train_encoder


def test_zero_is_a_value():
    base = preset("captions", "flickr8k")
    assert parsed(base, "--dropout", "0").regularization.dropout == 0.0
    assert parsed(base, "--seed", "0").training.seed == 0


def test_out_of_range_is_bad_input():
    with pytest.raises(BadInput, match="units is 0; expected at least 1"):
        parsed(preset("captions", "harbour"), "--units", "0")


def test_help_shows_the_options_of_the_task_in_groups(capsys):
    for task, has, lacks in (
        ("captions", "--num-samples", "--longest-gram"),
        ("sentiment", "--longest-gram", "--num-samples"),
    ):
        with pytest.raises(SystemExit):
            parser_of(task).parse_args(["--help"])
        shown = capsys.readouterr().out
        assert has in shown and lacks not in shown
        assert "Optimizer: AdamW" in shown
    with pytest.raises(SystemExit):
        parser_of("captions").parse_args(["--help"])
    assert "(default: 256)" in capsys.readouterr().out  # units, of the harbour's preset


def error_of(parser, *words):
    with pytest.raises(BadInput) as raised:
        parser.parse_args(words)
    (line,) = str(raised.value).splitlines()
    return line


def test_a_flag_that_is_not_known_gets_a_suggestion():
    parser = parser_of("captions")
    line = error_of(parser, "--learning-rat", "0.1")
    assert "--learning-rat is not known; did you mean --learning-rate?" in line
    line = error_of(parser, "--learnig-rate", "0.1")
    assert "did you mean --learning-rate?" in line
    line = error_of(parser, "--unit", "3")  # no abbreviation
    assert "did you mean --units?" in line
    assert "--zzz is not known; leave it out" in error_of(parser, "--zzz")


def test_a_flag_of_another_task_is_said_to_be_one():
    line = error_of(parser_of("captions"), "--longest-gram", "3")
    assert "--longest-gram" in line and "belongs to sentiment, not captions" in line


def test_several_tasks_share_flags_and_have_their_own():
    parser = parser_of(*TASK_NAMES)
    flags = parser.parse_args(["--epochs", "5", "--translation.epochs", "3"])
    assert given_options(flags, "translation") == {"epochs": 3}
    assert given_options(flags, "captions") == {"epochs": 5}
    flags = parser.parse_args(["--num-beams", "2", "--tags.batch-size", "9"])
    assert given_options(flags, "captions") == {"num_beams": 2}
    assert given_options(flags, "sentiment") == {}
    assert given_options(flags, "tags") == {"batch_size": 9}
