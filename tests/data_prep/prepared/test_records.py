"""Pictures on disk: the round trip, and that no damage goes unnoticed."""

import json

import pytest
import tensorflow as tf

from data_prep.errors import BadInput
from data_prep.examples import RawExample
from data_prep.prepared.captions import load_captions, write_captions
from data_prep.prepared.checksums import file_sha256, verify
from data_prep.prepared.dataset_info import (
    DatasetInfo,
    SplitInfo,
    examples_digest,
    pictures_digest,
)
from data_prep.prepared.records import damage_is_bad_input, read_shards, write_shards


def example(image_id, image, captions, scene=""):
    return RawExample(image_id, "train", captions, image, scene)


RECORDS = [
    example("a/1.jpg", b"\xff\xd8 one", ("A dog .", "Zwei Hünde"), '{"sky": "night"}'),
    example("ü.png", b"\x00" * 1000, ("A cat",)),
    example("3.gif", b"three", ("one", "two", "three")),
    example("4.jpg", b"four", ("four",)),
    example("5.jpg", b"five", ("five",)),
]


def write(directory, records=RECORDS, images_per_shard=2, **fields):
    """A data set whose three splits hold the same records."""
    splits = {
        split: SplitInfo.of(
            write_shards(records, directory, split, images_per_shard),
            write_captions(records, directory, split),
        )
        for split in ("train", "dev", "test")
    }
    (directory / "vocabulary.txt").write_text("<pad>\n")
    facts = dict(
        name="few",
        source="from/there",
        splits=splits,
        standardisation="none",
        vocabulary_size=1,
        vocabulary_sha256=file_sha256(directory / "vocabulary.txt"),
        min_count=1,
        skipped={"ugly": {"count": 1, "examples": ["ü.jpg"]}},
        notes={"split": "official"},
    )
    info = DatasetInfo(**facts | fields)
    info.save(directory)
    return info


@pytest.fixture
def data(tmp_path):
    write(tmp_path)
    return tmp_path


def test_round_trip_in_order(data):
    words = zip(*load_captions(data, "train"), strict=True)
    records = read_shards(data, "train").as_numpy_iterator()
    found = []
    for record, (image_id, captions, scene) in zip(records, words, strict=True):
        assert record["image_id"].decode("utf-8") == image_id
        found.append(example(image_id, record["image"], captions, scene))
    assert found == RECORDS


def test_shapes_are_known_to_the_graph(data):
    spec = read_shards(data, "train").element_spec
    shapes = {name: field.shape.as_list() for name, field in spec.items()}
    assert shapes == {"image_id": [], "image": []}


def test_shards_are_as_large_as_asked(data):
    shards = DatasetInfo.load(data).splits["dev"].shards
    assert [shard.file for shard in shards] == [
        f"dev-0000{i}.tfrecord" for i in (0, 1, 2)
    ]
    assert [shard.examples for shard in shards] == [2, 2, 1]
    assert [shard.texts for shard in shards] == [0, 0, 0]  # they lie beside it
    assert DatasetInfo.load(data).splits["dev"].captions.texts == 3 + 4 + 1
    assert not list(data.glob("*.partial"))


def test_records_are_taken_one_by_one(tmp_path):
    """While a record is taken, those of earlier shards are already on disk."""

    def watched():
        for number, record in enumerate(RECORDS):
            assert len(list(tmp_path.glob("*.tfrecord"))) == number // 2
            yield record

    assert len(write_shards(watched(), tmp_path, "train", 2)) == 3


def test_a_shard_has_no_name_before_it_is_whole(tmp_path):
    def broken():
        yield RECORDS[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_shards(broken(), tmp_path, "train", 2)
    assert not list(tmp_path.glob("*.tfrecord"))


def test_nothing_makes_no_shard(tmp_path):
    assert write_shards([], tmp_path, "train", 2) == []


def test_dataset_json_round_trip(data):
    info = DatasetInfo.load(data)
    assert info == write(data)
    assert (info.splits["train"].examples, info.splits["train"].texts) == (5, 8)
    assert info.skipped["ugly"]["examples"] == ["ü.jpg"]


def test_same_records_same_bytes(data, tmp_path_factory):
    again = write(tmp_path_factory.mktemp("again"))
    assert again == DatasetInfo.load(data)


def test_examples_digest_changes_with_a_single_record(data, tmp_path_factory):
    info = DatasetInfo.load(data)
    changed = [*RECORDS[:4], RECORDS[4]._replace(image=b"FIVE")]
    other = write(tmp_path_factory.mktemp("other"), changed)
    assert examples_digest(info, "train") == examples_digest(info, "dev")
    assert examples_digest(info, "train") != examples_digest(other, "train")
    swapped = write(tmp_path_factory.mktemp("swapped"), RECORDS[::-1])
    assert examples_digest(info, "train") != examples_digest(swapped, "train")
    assert pictures_digest(info, "train") != pictures_digest(other, "train")
    assert pictures_digest(info, "train") != pictures_digest(swapped, "train")


def test_a_caption_changes_the_examples_but_no_picture(data, tmp_path_factory):
    """What an encoder made of the pictures is kept; a run is not resumed on it."""
    info = DatasetInfo.load(data)
    changed = [*RECORDS[:4], RECORDS[4]._replace(captions=("FIVE",))]
    other = write(tmp_path_factory.mktemp("other"), changed)
    assert pictures_digest(info, "train") == pictures_digest(other, "train")
    assert examples_digest(info, "train") != examples_digest(other, "train")


def test_whole_data_is_verified(data):
    for split in ("train", "dev", "test"):
        verify(data, DatasetInfo.load(data), split)


def flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-7])


SHARD = "dev-00001.tfrecord"


@pytest.mark.parametrize(
    "file, damage, message",
    [
        (SHARD, truncate, rf"{SHARD} has \d+ bytes; expected \d+: prepare"),
        (SHARD, flip_a_byte, rf"{SHARD} was altered .*: prepare the data set again"),
        (SHARD, lambda path: path.unlink(), rf"{SHARD} cannot be read .*: prepare"),
        ("dev.jsonl", truncate, r"dev.jsonl has \d+ bytes; expected \d+: prepare"),
        ("dev.jsonl", flip_a_byte, r"dev.jsonl was altered .*: prepare the data set"),
        ("dev.jsonl", lambda path: path.unlink(), "dev.jsonl cannot be read .*: prep"),
        ("vocabulary.txt", flip_a_byte, "vocabulary.txt was altered"),
        ("vocabulary.txt", lambda path: path.unlink(), "vocabulary.txt cannot be read"),
    ],
)
def test_verify_finds_damage(data, file, damage, message):
    damage(data / file)
    with pytest.raises(BadInput, match=message):
        verify(data, DatasetInfo.load(data), "dev")


@pytest.mark.parametrize("damage", [truncate, lambda path: path.unlink()])
def test_reading_finds_a_shard_that_is_missing_or_short(data, damage):
    damage(data / SHARD)
    with pytest.raises(BadInput, match=SHARD):
        read_shards(data, "dev")
    assert len(list(read_shards(data, "train"))) == 5  # the others are sound


def test_damage_met_while_reading_is_bad_input(data):
    flip_a_byte(data / SHARD)
    records = read_shards(data, "dev")
    with pytest.raises(BadInput, match="damaged .*: prepare the data set again"):
        with damage_is_bad_input(data):
            list(records)
    with pytest.raises(tf.errors.DataLossError):
        list(records)


def edit(data, change):
    path = data / "dataset.json"
    fields = json.loads(path.read_text("utf-8"))
    change(fields)
    path.write_text(json.dumps(fields), "utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields.update(name="other"),
        lambda fields: fields["splits"]["dev"].update(examples=7),
        lambda fields: fields["splits"].pop("dev"),
        lambda fields: fields["splits"]["dev"]["shards"][0].update(file="/etc/passwd"),
        lambda fields: fields.pop("sha256"),
        lambda fields: fields.pop("format"),
        lambda fields: fields.update(extra=1),
    ],
)
def test_altered_dataset_json_is_refused(data, change):
    edit(data, change)
    with pytest.raises(BadInput, match=r"dataset\.json was altered"):
        DatasetInfo.load(data)


def test_spaces_and_order_in_dataset_json_do_not_matter(data):
    info = DatasetInfo.load(data)
    edit(data, lambda fields: None)
    assert DatasetInfo.load(data) == info


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7", b'"format"', b"\xff\xfe"])
def test_dataset_json_that_is_something_else(data, content):
    (data / "dataset.json").write_bytes(content)
    with pytest.raises(BadInput, match=r"dataset\.json was altered or cut off"):
        DatasetInfo.load(data)


def test_no_dataset_json(tmp_path):
    with pytest.raises(BadInput, match=r"no readable dataset\.json .*prepare it"):
        DatasetInfo.load(tmp_path)
    with pytest.raises(BadInput, match=r"no readable dataset\.json"):
        DatasetInfo.load(tmp_path / "nowhere")


def test_another_format(tmp_path):
    write(tmp_path, format=4)
    with pytest.raises(BadInput, match=r"of format 4; this version reads format 3"):
        DatasetInfo.load(tmp_path)


def test_unknown_split(data):
    with pytest.raises(BadInput, match="no split 'val'; expected one of train, dev"):
        read_shards(data, "val")
    with pytest.raises(BadInput, match="no split 'val'"):
        verify(data, DatasetInfo.load(data), "val")
