"""The harbour as a data set: splits, order, and the number of processes."""

import io
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image

from data_prep.datasets import harbour
from data_prep.errors import BadInput
from data_prep.examples import SPLITS, Skipped
from data_prep.harbour.captions import parse
from data_prep.harbour.scene import Scene, facts


@pytest.fixture(scope="module")
def examples():
    return list(harbour.read(None, Skipped(), count=150, seed=2))


def test_the_splits_come_in_order_with_unique_names(examples):
    expected = 150 * ["train"] + 100 * ["dev"] + 100 * ["test"]
    assert [example.split for example in examples] == expected
    assert len({e.image_id for e in examples}) == len(examples)
    assert examples[149].image_id == "train-000149.jpg"


def test_captions_state_the_facts_of_the_stored_scene(examples):
    for example in examples:
        scene = Scene.from_json(example.scene)
        assert len(example.captions) == 5
        assert {parse(caption) for caption in example.captions} == {facts(scene)}


def test_no_held_out_sentence_or_picture_is_in_training(examples):
    strings = {s: set() for s in SPLITS}
    for example in examples:
        strings[example.split].update(example.captions)
    assert not strings["train"] & (strings["dev"] | strings["test"])
    assert len({example.image for example in examples}) == len(examples)


def test_pictures_are_jpeg_of_128_pixels(examples):
    for example in examples[:10]:
        image = Image.open(io.BytesIO(example.image))
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (128, 128))


def test_the_number_of_processes_changes_nothing(examples):
    options = {"count": 150, "seed": 2}
    assert list(harbour.read(None, Skipped(), processes=2, **options)) == examples


def test_another_seed_gives_other_scenes(examples):
    others = islice(harbour.read(None, Skipped(), count=150, seed=3), 20)
    assert all(a.image != b.image for a, b in zip(others, examples, strict=False))


def test_stopping_early_draws_one_chunk(monkeypatch):
    drawn = []
    chunk = harbour._examples
    monkeypatch.setattr(
        harbour, "_examples", lambda c: drawn.append(c) or chunk((*c[:1], 0, 1, c[3]))
    )
    reading = harbour.read(None, Skipped(), count=1_000_000, processes=1)
    assert next(reading).image_id == "train-000000.jpg"
    reading.close()
    assert len(drawn) == 1


def test_reading_can_stop_while_processes_draw():
    reading = harbour.read(None, Skipped(), count=10_000, processes=2)
    assert next(reading).image_id == "train-000000.jpg"
    reading.close()


def test_the_default_counts():
    counts = Counter()
    for split, first, end, _ in harbour._chunks(harbour.COUNT, 0):
        counts[split] += end - first
    assert counts == {"train": 8000, "dev": 800, "test": 800}


@pytest.mark.parametrize("option", [{"count": 0}, {"processes": 0}])
def test_less_than_one_is_refused_before_anything_is_drawn(option):
    with pytest.raises(BadInput, match="at least 1"):
        harbour.read(None, Skipped(), **option)


def test_the_drawing_processes_do_not_load_tensorflow():
    check = "import sys, data_prep.datasets.harbour; print('tensorflow' in sys.modules)"
    command = [sys.executable, "-c", check]
    root = Path(harbour.__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "False"
