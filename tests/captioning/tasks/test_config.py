"""Options: their groups, their ranges, and what is read of older runs."""

import dataclasses
import json
from pathlib import Path

import keras
import numpy as np
import pytest

from captioning.tasks.captions.config import CaptionsConfig
from captioning.tasks.config import override
from captioning.tasks.registry import (
    TASK_NAMES,
    config_class,
    preset,
    preset_for,
    presets,
)

# The presets of the version without groups, one dataclass for all tasks: the options
# of each task as its published figures were measured with.
FROZEN = json.loads((Path(__file__).parent / "presets.json").read_text("utf-8"))


@pytest.mark.parametrize("name", FROZEN)
def test_presets_are_those_that_figures_were_measured_with(name):
    config = preset(*name.split())
    assert {leaf: config.get(leaf) for leaf in config.leaves()} == FROZEN[name]


def test_all_presets_are_held():
    assert {f"{t} {name}" for t in TASK_NAMES for name in presets(t)} == set(FROZEN)


@pytest.mark.parametrize("task", TASK_NAMES)
def test_names_of_options_are_unique_within_a_task(task):
    kind = config_class(task)
    groups = [group.type for group in dataclasses.fields(kind)]
    names = [field.name for group in groups for field in dataclasses.fields(group)]
    assert len(names) == len(set(names)) == len(kind.leaves())


@pytest.mark.parametrize("task", TASK_NAMES)
def test_json_and_back(task):
    config = override(config_class(task)(), units=3, seed=7)
    fields = json.loads(json.dumps(dataclasses.asdict(config)))
    assert type(config).from_json(fields) == config


def test_the_form_without_groups_is_read():
    """An older run has all options of all tasks in one level."""
    flat = {"units": 24, "longest_gram": 3, "dropout": 0.25, "encoder": "small"}
    config = CaptionsConfig.from_json(flat | {"train_encoder": True})
    assert config.recurrent.units == 24
    assert config.regularization.dropout == 0.25
    assert config.vision.encoder == "small" and config.vision.train_encoder


def test_an_unknown_option_of_the_new_form_is_refused():
    with pytest.raises(ValueError, match="'unit' is not known; did you mean units"):
        CaptionsConfig.from_json({"recurrent": {"unit": 3}})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"units": 0}, "units is 0; expected at least 1: length of the cell"),
        ({"units": 10**12}, "units is 1000000000000; expected at most 4096"),
        ({"max_length": 10**30}, "expected at most 1000: words of a sentence"),
        ({"epochs": 2**31}, "expected at most 2147483647"),
        ({"units": True}, "units is True; expected int"),
        ({"units": 2.5}, "units is 2.5; expected int"),
        ({"dropout": -0.1}, "dropout is -0.1; expected at least 0"),
        ({"dropout": 1.0}, "expected a share below 1"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"learning_rate": float("inf")}, "learning_rate is inf"),
        ({"learning_rate": "fast"}, "learning_rate is 'fast'; expected float"),
        ({"seed": 2**32}, "seed is 4294967296; expected at most 4294967295"),
        ({"objective": "cider"}, "objective is 'cider'; expected cross_entropy or"),
        ({"train_encoder": True, "fine_tune": 2}, "fine_tune is 2"),
        ({"num_samples": 1}, "num_samples is 1"),
        ({"longest_gram": 2}, "The option 'longest_gram' is not known"),
    ],
)
def test_an_option_out_of_range_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        override(CaptionsConfig(), **options)


def test_an_int_is_a_float_where_one_is_expected():
    dropout = override(CaptionsConfig(), dropout=0).regularization.dropout
    assert dropout == 0.0 and type(dropout) is float


def test_the_largest_seed_is_one_to_draw_by():
    seed = override(CaptionsConfig(), seed=2**32 - 1).training.seed
    keras.utils.set_random_seed(seed)
    draws = [
        keras.random.uniform((3,), seed=keras.random.SeedGenerator(seed))
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*draws)


def test_presets_by_name():
    with pytest.raises(ValueError, match="'coco' of captions.*flickr8k, harbour"):
        preset("captions", "coco")
    # As an earlier version called it.
    assert preset("tags", "harbour-tags") is preset("tags", "harbour")


def test_a_data_set_without_a_preset_has_that_of_the_tuned_one():
    assert preset_for("mine", "captions") is preset("captions", "flickr8k")
    assert preset_for("mine", "sentiment") is preset("sentiment", "sst2")
