"""Prepared embedded data sets, tiny, and a joint run over one cell."""

import dataclasses

import pytest


@pytest.fixture(scope="session")
def moods_data(tmp_path_factory):
    """Prepared moods of 120 training sentences."""
    from data_prep.prepare import prepare

    out = tmp_path_factory.mktemp("data") / "moods"
    prepare("moods", None, out, count=120, seed=1)
    return out


@pytest.fixture(scope="session")
def phrasebook_data(tmp_path_factory):
    """A prepared phrase book of 60 training sentences in three languages."""
    from data_prep.prepare import prepare

    out = tmp_path_factory.mktemp("data") / "phrasebook"
    prepare("phrasebook", None, out, count=60, seed=1)
    return out


@pytest.fixture(scope="session")
def joint_plans(tiny_config, harbour_data, moods_data, phrasebook_data):
    """Plans of all five patterns, small, over one cell."""
    from captioning.runs import Plan

    config = dataclasses.replace(tiny_config, epochs=1, num_beams=2)
    text = dataclasses.replace(config, max_length=24)
    return {
        "captions": Plan(config, harbour_data),
        "sentiment": Plan(text, moods_data),
        "translation": Plan(text, phrasebook_data),
        "associations": Plan(text, harbour_data),
        "tags": Plan(config, harbour_data),
    }


@pytest.fixture(scope="session")
def joint_run(joint_plans, tmp_path_factory):
    """A finished joint run; it has not learned to say much."""
    from captioning.training import train

    directory = tmp_path_factory.mktemp("runs") / "joint"
    train(joint_plans, directory)
    return directory
