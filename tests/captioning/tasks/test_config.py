"""The knobs and their flags."""

import argparse
import dataclasses

import keras
import numpy as np
import pytest

from captioning.tasks.config import Config, add_flags, from_flags
from captioning.tasks.presets import PRESETS, preset


def parsed(base, *arguments):
    parser = argparse.ArgumentParser()
    add_flags(parser)
    return from_flags(base, parser.parse_args(arguments))


def test_no_flag_changes_nothing():
    for base in PRESETS.values():
        assert parsed(base) == base


def test_every_knob_has_its_flag():
    changed = dataclasses.replace(
        Config(),
        encoder="small",
        train_encoder=True,
        cell="elman",
        dropout=0.0,
        views=1,
        epochs=1,
        seed=7,
    )
    arguments = []
    for knob in dataclasses.fields(Config):
        flag, value = knob.name.replace("_", "-"), getattr(changed, knob.name)
        if knob.type is bool:
            arguments.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            arguments += [f"--{flag}", str(value)]
    assert parsed(preset("harbour"), *arguments) == changed


def test_naming_an_encoder_decides_whether_it_is_trained():
    assert not parsed(preset("harbour"), "--encoder", "ResNet50").train_encoder
    assert parsed(preset("flickr8k"), "--encoder", "small").train_encoder
    chosen = parsed(preset("flickr8k"), "--encoder", "ResNet50", "--train-encoder")
    assert chosen.train_encoder


def test_zero_is_a_value():
    assert parsed(Config(), "--dropout", "0").dropout == 0.0
    assert parsed(Config(), "--seed", "0").seed == 0


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"units": 0}, "units is 0; expected at least 1: length of the cell"),
        ({"dropout": -0.1}, "dropout is -0.1; expected at least 0"),
        ({"dropout": 1.0}, "expected a share below 1"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"seed": 2**32}, "seed is 4294967296; expected at most 4294967295"),
    ],
)
def test_a_knob_out_of_range_is_named(knobs, message):
    with pytest.raises(ValueError, match=message):
        Config(**knobs)


def test_the_largest_seed_is_one_to_draw_by():
    seed = Config(seed=2**32 - 1).seed
    keras.utils.set_random_seed(seed)
    draws = [
        keras.random.uniform((3,), seed=keras.random.SeedGenerator(seed))
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*draws)


def test_unknown_preset():
    with pytest.raises(ValueError, match="'coco'.*flickr8k, harbour"):
        preset("coco")
