"""Prepared data sets that another program made: their checksums are right, and what
they hold is not what ours has. Each is refused with a sentence."""

import hashlib
import json
import os
import shutil

import numpy as np
import pytest
import tensorflow as tf

from data_prep.errors import BadInput
from data_prep.pipeline.features import Features, cached
from data_prep.prepared.captions import load_captions
from data_prep.prepared.checksums import verify
from data_prep.prepared.dataset_info import DatasetInfo, _digest
from data_prep.prepared.records import read_pictures
from data_prep.prepared.sentences import load_labelled, load_parallel
from data_prep.text.subwords import Subwords
from data_prep.text.vocabulary import Vocabulary

MEANS = Features(
    *("mean", "1", lambda: lambda pixels: tf.reduce_mean(pixels, (1, 2)), 32),
    dtype="float32",
)


@pytest.fixture
def data(harbour_data, tmp_path):
    return shutil.copytree(harbour_data, tmp_path / "data")


def signed(data, change):
    """Change the fields of dataset.json, and let its checksum be right."""
    fields = json.loads((data / "dataset.json").read_text("utf-8"))
    fields.pop("sha256")
    change(fields)
    fields["sha256"] = _digest(fields)
    (data / "dataset.json").write_text(json.dumps(fields), "utf-8")


def replaced(data, file, content, examples=None):
    """Write one of the files, and let its size and checksum be right."""
    (data / file).write_bytes(content)

    def change(fields):
        for split in fields["splits"].values():
            for facts in (*split["shards"], split.get("captions")):
                if facts and facts["file"] == file:
                    facts["bytes"] = len(content)
                    facts["sha256"] = hashlib.sha256(content).hexdigest()
                    facts["examples"] = examples or facts["examples"]

    signed(data, change)


def dev(key, value):
    return lambda fields: fields["splits"]["dev"]["shards"][0].update({key: value})


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields.update(extra=1),
        lambda fields: fields.pop("vocabulary_sha256"),
        lambda fields: fields.update(vocabulary_size="81"),
        lambda fields: fields.update(vocabulary_size=-1),
        lambda fields: fields.update(name=None),
        lambda fields: fields.update(kind="songs"),
        lambda fields: fields.update(kind=[]),
        lambda fields: fields.update(splits=[]),
        lambda fields: fields.update(splits={}),
        lambda fields: fields.update(splits={"dev": 3}),
        lambda fields: fields.update(notes=["a"]),
        lambda fields: fields.update(notes={"a": 1}),
        lambda fields: fields.update(skipped={"a": 1}),
        lambda fields: fields.update(skipped={"a": {"count": "1", "examples": []}}),
        lambda fields: fields.update(languages=7),
        lambda fields: fields.update(languages=[7]),
        lambda fields: fields.update(vocabulary_file="../../etc/passwd"),
        dev("file", "/etc/passwd"),
        dev("file", "../dev-00000.tfrecord"),
        dev("file", "a\0b"),
        dev("file", ".."),
        dev("file", "x" * 999),
        dev("file", "\ud800"),
        dev("file", 7),
        dev("bytes", 1.5),
        dev("examples", True),
        dev("sha256", None),
        dev("more", 1),
    ],
)
def test_fields_of_other_types(change, data):
    signed(data, change)
    with pytest.raises(BadInput, match="does not say what a data set is"):
        DatasetInfo.load(data)


@pytest.mark.parametrize(
    "row",
    [
        b"7",
        b"[]",
        b'{"image_id": "a"}',
        b'{"image_id": "a", "captions": []}',
        b'{"image_id": "a", "captions": "A dog."}',
        b'{"image_id": "a", "captions": [7]}',
        b'{"image_id": 7, "captions": ["A dog."]}',
        b'{"image_id": "a", "captions": ["\\ud800"]}',
        b'{"image_id": "a", "captions": ["\xff"]}',
        b'{"image_id": "a", "captions": ["A dog."], "scene": 7}',
        b"{",
        b"[" * 100_000,
    ],
)
def test_captions_of_other_forms(row, data):
    replaced(data, "dev.jsonl", b'{"image_id": "b", "captions": ["x"]}\n' + row + b"\n")
    with pytest.raises(BadInput, match=r"dev\.jsonl cannot be read in line [12]"):
        load_captions(data, "dev")


def test_two_pictures_of_one_name(data):
    row = b'{"image_id": "a", "captions": ["A dog."]}\n'
    replaced(data, "dev.jsonl", 2 * row)
    signed(data, lambda f: f["splits"]["dev"]["shards"][0].update(examples=2))
    with pytest.raises(BadInput, match="two pictures of one name in dev"):
        load_captions(data, "dev")


@pytest.mark.parametrize(
    ("load", "kind", "row"),
    [
        (load_labelled, "sentiment", {"text": "good", "label": 2}),
        (load_labelled, "sentiment", {"text": "good", "label": "1"}),
        (load_labelled, "sentiment", {"text": 7, "label": 1}),
        (load_labelled, "sentiment", {"label": 1}),
        (load_parallel, "translation", {"en": "A dog."}),
        (load_parallel, "translation", {"en": "A dog.", "de": 7}),
    ],
)
def test_sentences_of_other_forms(load, kind, row, data):
    shutil.copy(data / "dev.jsonl", data / "dev-texts.jsonl")

    def change(fields):
        fields.update(kind=kind, languages=["en", "de"])
        for split in fields["splits"].values():
            split["shards"] = [split.pop("captions")]

    signed(data, change)
    replaced(data, "dev.jsonl", json.dumps(row).encode() + b"\n")
    with pytest.raises(BadInput, match=r"dev\.jsonl cannot be read in line 1"):
        load(data, "dev")


def records(*examples):
    """Return the content of a shard."""

    def write(path):
        with tf.io.TFRecordWriter(str(path)) as writer:
            for example in examples:
                writer.write(example)
        return path.read_bytes()

    return write


def example(**features):
    return tf.train.Example(
        features=tf.train.Features(
            feature={
                name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
                for name, value in features.items()
            }
        )
    ).SerializeToString()


@pytest.mark.parametrize(
    "content",
    [
        records(b"no example"),
        records(example(image_id=b"a")),
        records(example(image=b"a")),
        lambda path: b"no records at all, but a text that is long enough",
    ],
)
def test_records_of_other_forms(content, data, tmp_path):
    replaced(data, "dev-00000.tfrecord", content(tmp_path / "shard"))
    with pytest.raises(BadInput, match="record of a shard .* is damaged or something"):
        list(read_pictures(data, "dev"))


def test_pictures_that_are_none(data, tmp_path):
    names = load_captions(data, "dev").image_ids
    shard = records(*(example(image_id=n.encode(), image=b"\xff\xd8x") for n in names))
    replaced(data, "dev-00000.tfrecord", shard(tmp_path / "shard"))
    with pytest.raises(BadInput, match="record of a shard .* is damaged or something"):
        cached(data, "dev", MEANS)


@pytest.mark.parametrize("name", ["vocabulary.txt", "dev.jsonl", "dev-00000.tfrecord"])
@pytest.mark.parametrize("kind", ["pipe", "device", "link", "folder"])
def test_only_files_of_the_folder_are_read(kind, name, data, tmp_path):
    outside = tmp_path / "outside"
    (data / name).rename(outside)
    if kind == "pipe":
        os.mkfifo(data / name)
    elif kind == "folder":
        (data / name).mkdir()
    else:
        (data / name).symlink_to("/dev/zero" if kind == "device" else outside)
    with pytest.raises(BadInput, match=f"{name} is no file of the folder"):
        verify(data, DatasetInfo.load(data), "dev")


@pytest.mark.parametrize("load", [Vocabulary.load, Subwords.load, DatasetInfo.load])
@pytest.mark.parametrize("kind", ["pipe", "device", "huge"])
def test_what_does_not_end_is_not_waited_for(load, kind, tmp_path):
    path = tmp_path / "dataset.json"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        with open(path, "wb") as file:
            file.truncate(2**40)  # without content, which takes no room
    with pytest.raises(BadInput, match="no regular file|more than 67,108,864 bytes"):
        load(tmp_path if load == DatasetInfo.load else path)


def test_arrays_with_pickles_are_made_anew(data):
    """The rows of pictures in the cache are read without running anything."""

    class Harmful:
        def __reduce__(self):
            return os.system, ("touch harmed",)

    whole = np.array(cached(data, "dev", MEANS))
    (rows,) = (data / "features").rglob("*.npy")
    np.save(rows, np.array([Harmful()] * len(whole), object), allow_pickle=True)
    np.testing.assert_array_equal(cached(data, "dev", MEANS), whole)
    assert not os.path.exists("harmed")
