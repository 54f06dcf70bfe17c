"""Captions on disk: the round trip, without a picture, and no damage unnoticed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from data_prep.errors import BadInput
from data_prep.examples import RawExample
from data_prep.prepared.captions import load_captions, write_captions
from data_prep.prepared.dataset_info import DatasetInfo

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def copy(harbour_data, tmp_path):
    return shutil.copytree(harbour_data, tmp_path / "copy")


def test_a_split_is_read_as_it_was_written(harbour_data):
    split = load_captions(harbour_data, "train")
    assert len(split.image_ids) == len(set(split.image_ids)) == 64
    assert all(len(captions) == 5 for captions in split.captions)
    assert all(scene.startswith("{") for scene in split.scenes)


def test_lines_people_can_read(tmp_path):
    texts = ("A dog \u2028.", 'Zwei "Hünde"')
    examples = [
        RawExample("a/1.jpg", "train", texts, b""),
        RawExample("2", "train", ("one",), b"", "{}"),
    ]
    info = write_captions(examples, tmp_path, "train")
    assert (info.file, info.examples, info.texts) == ("train.jsonl", 2, 3)
    first, second, end = (tmp_path / "train.jsonl").read_text("utf-8").split("\n")
    expected = '"captions": ["A dog \u2028.", "Zwei \\"Hünde\\""]}'
    assert first == '{"image_id": "a/1.jpg", ' + expected
    assert json.loads(second)["scene"] == "{}" and end == ""
    assert [path.name for path in tmp_path.iterdir()] == ["train.jsonl"]


def flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "file, damage, message",
    [
        ("dev.jsonl", Path.unlink, r"dev\.jsonl cannot be read .*: prepare the"),
        (
            "dev.jsonl",
            lambda path: path.write_bytes(path.read_bytes()[:-7]),
            r"dev\.jsonl has \d+ bytes; expected \d+: prepare the data set again",
        ),
        ("dev.jsonl", flip_a_byte, r"dev\.jsonl was altered .*: prepare the data set"),
        ("vocabulary.txt", flip_a_byte, r"vocabulary\.txt was altered"),
    ],
)
def test_damage_is_noticed(copy, file, damage, message):
    damage(copy / file)
    with pytest.raises(BadInput, match=message):
        load_captions(copy, "dev")


def test_captions_of_more_pictures_than_there_are(copy):
    """A file of captions that is whole, and of another split."""
    info = DatasetInfo.load(copy)
    info.splits["dev"] = info.splits["dev"].__class__.of(
        info.splits["dev"].shards, info.splits["train"].captions
    )
    info.save(copy)
    with pytest.raises(BadInput, match="100 pictures in dev and captions of 64; exp"):
        load_captions(copy, "dev")


def test_no_such_split(harbour_data):
    with pytest.raises(BadInput, match="no split 'val'"):
        load_captions(harbour_data, "val")


def test_words_are_read_and_scored_without_pictures_and_tensorflow(copy):
    """In a process of its own, for this one has imported TensorFlow."""
    for shard in copy.glob("*.tfrecord"):
        shard.rename(shard.with_suffix(".away"))
    program = """
import sys
from pathlib import Path
from captioning.tasks.caption_scores import references_of, scores_of
from data_prep.prepared.captions import load_captions
data = Path(sys.argv[1])
split = load_captions(data, "test")
said = {i: captions[0] for i, captions in zip(split.image_ids, split.captions)}
assert scores_of(said, references_of(said, data, "test"))["BLEU-4"] > 0.999999
assert not {"tensorflow", "keras"} & set(sys.modules), "TensorFlow was imported"
"""
    command = [sys.executable, "-c", program, str(copy)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
