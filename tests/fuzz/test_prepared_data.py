"""Prepared data sets, mutated, whose checksums are right: made by another program."""

import json
import shutil
import sys
from pathlib import Path

import pytest
import tensorflow as tf
from hypothesis import given

from data_prep.prepared.captions import load_captions
from data_prep.prepared.checksums import file_sha256, verify
from data_prep.prepared.dataset_info import DatasetInfo, _digest
from data_prep.prepared.records import read_pictures

sys.path.insert(0, str(Path(__file__).parent))
from mutations import answers, mutated  # noqa: E402


@pytest.fixture
def data(harbour_data, tmp_path):
    return shutil.copytree(harbour_data, tmp_path / "data")


def sign(data, fields):
    fields.pop("sha256", None)
    fields["sha256"] = _digest(fields)
    (data / "dataset.json").write_text(json.dumps(fields), "utf-8")


def replace(data, file, content):
    """Write a file of dev, and let its size and checksum be right."""
    (data / file).write_bytes(content)
    fields = json.loads((data / "dataset.json").read_text("utf-8"))
    dev = fields["splits"]["dev"]
    for facts in (*dev["shards"], dev["captions"]):
        if facts["file"] == file:
            facts["bytes"] = len(content)
            facts["sha256"] = file_sha256(data / file)
    sign(data, fields)


def test_fields(data):
    whole = (data / "dataset.json").read_bytes()

    @given(mutated([whole]))
    def read(content):
        try:
            sign(data, json.loads(content))
        except (ValueError, AttributeError, TypeError, RecursionError):
            return  # no JSON object: `test_text_readers` has these
        answers(lambda: verify(data, DatasetInfo.load(data), "dev"))
        answers(lambda: load_captions(data, "dev"))

    read()


def test_captions(data):
    lines = (data / "dev.jsonl").read_bytes().splitlines(keepends=True)

    @given(mutated([b"".join(lines[:4])]))
    def read(content):
        replace(data, "dev.jsonl", content + b"".join(lines[4:]))

        def load():
            for texts in load_captions(data, "dev").captions:
                assert all(text.encode("utf-8") or not text for text in texts)

        answers(load)

    read()


def test_records(data, tmp_path):
    """Mutated examples between sums that are right, and mutated files."""
    shard = data / "dev-00000.tfrecord"
    examples = [r.numpy() for r in tf.data.TFRecordDataset(str(shard)).take(2)]
    whole = shard.read_bytes()

    @given(mutated(examples))
    def read_examples(example):
        with tf.io.TFRecordWriter(str(tmp_path / "shard")) as writer:
            writer.write(example)
        replace(data, shard.name, (tmp_path / "shard").read_bytes())
        answers(lambda: list(read_pictures(data, "dev")))

    @given(mutated([whole[:20_000]]))
    def read_file(content):
        replace(data, shard.name, content)
        answers(lambda: list(read_pictures(data, "dev")))

    read_examples()
    read_file()
