"""Captions of a script without spaces, from the file of captions to the .tflite."""

import json

import numpy as np
import pytest
from PIL import Image

import captioning
from captioning import evaluate
from captioning.inference.litert.conversion import write_litert
from captioning.tasks.config import override
from captioning.training.plans import Plan
from captioning.training.trainer import train
from data_prep.prepare import prepare

COLOURS = {"红": (200, 30, 30), "绿": (30, 180, 30), "蓝": (30, 30, 200)}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """A folder of 60 plain pictures in three colours, with a Chinese caption each."""
    folder = tmp_path_factory.mktemp("pictures")
    draws = np.random.default_rng(0)
    rows = []
    for number in range(60):
        word, colour = list(COLOURS.items())[number % 3]
        name = f"{number}.png"
        noisy = np.clip(colour + draws.normal(0, 9, (64, 64, 3)), 0, 255)
        Image.fromarray(noisy.astype(np.uint8)).save(folder / name)
        row = {"image": name, "caption": f"一幅{word}色的画。"}
        rows.append(json.dumps(row) + "\n")
    (folder / "captions.jsonl").write_text("".join(rows), "utf-8")
    return folder


def test_characters_are_learned_said_and_scored(
    pictures, tiny_config, tmp_path, capsys
):
    data, run, file = tmp_path / "data", tmp_path / "run", tmp_path / "zh.tflite"
    prepare("folder", pictures, data)
    words = (data / "vocabulary.txt").read_text("utf-8").split()
    assert {*COLOURS, "一", "幅", "色", "的", "画"} < set(words)

    config = override(tiny_config, epochs=15, learning_rate=2e-2, word_dropout=0.0)
    train({"captions": Plan(config, data)}, run)
    write_litert(run, file, "float32")

    paths = [pictures / f"{number}.png" for number in range(6)]
    said = [f"一幅{word}色的画" for word in COLOURS] * 2
    for model in (file, run):
        with captioning.load(model) as captioner:
            assert captioner.caption(paths) == said

    capsys.readouterr()
    evaluate.main(["--run", str(run), "--split", "train"])
    shown = capsys.readouterr().out
    assert "each character of a script without spaces is scored as a word" in shown
