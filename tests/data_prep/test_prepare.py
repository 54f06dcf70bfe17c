"""The command: what it writes, what it refuses, and what it says."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import tensorflow as tf

from data_prep import prepare as command
from data_prep.console import bars
from data_prep.datasets import harbour
from data_prep.errors import BadInput
from data_prep.examples import RawExample, Skipped
from data_prep.pictures.decode import decode_picture
from data_prep.prepare import main, prepare
from data_prep.prepared import checked_pictures
from data_prep.prepared.captions import load_captions
from data_prep.prepared.checksums import verify
from data_prep.prepared.dataset_info import DatasetInfo
from data_prep.prepared.records import read_shards
from data_prep.text.min_count import default_min_count
from data_prep.text.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def source(tmp_path_factory, make_picture, encode_picture):
    """A folder of 60 pictures, three of them bad, two captions each."""
    source = tmp_path_factory.mktemp("source")
    lines = ["image,caption"]
    for number in range(60):
        data = encode_picture(make_picture(9 + number, 8, seed=number), "JPEG")
        bad = {7: b"", 8: data[:200], 9: b"not a picture"}
        name = f"{number:02}.jpg"
        (source / name).write_bytes(bad.get(number, data))
        lines += [f"{name},A dog.", f"{name},The {name[0]}-th cat"]
    (source / "captions.csv").write_text("\n".join(lines))
    return source


@pytest.fixture(scope="module")
def prepared(source, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "data"
    info = prepare("folder", source, out, images_per_shard=20)
    return out, info


def test_pictures_of_other_folders_are_added_to_train(
    source, prepared, tmp_path, make_picture, encode_picture
):
    other = tmp_path / "more"
    other.mkdir()
    for name in "abc":
        data = encode_picture(make_picture(9, 8, seed=ord(name)), "JPEG")
        (other / f"{name}.jpg").write_bytes(data)
        (other / f"{name}.txt").write_text("A lighthouse.")
    _, plain = prepared
    add = [other, other]  # named twice, they count twice
    info = prepare("folder", source, tmp_path / "data", add=add, min_count=1)
    for split in ("dev", "test"):
        assert info.splits[split].examples == plain.splits[split].examples
    words = load_captions(tmp_path / "data", "train")
    assert words.image_ids[-6:-3] == ["more/a.jpg", "more/b.jpg", "more/c.jpg"]
    assert words.image_ids[-3:] == ["more-2/a.jpg", "more-2/b.jpg", "more-2/c.jpg"]
    assert len(words.image_ids) == plain.splits["train"].examples + 6
    assert "lighthouse" in (tmp_path / "data" / "vocabulary.txt").read_text()
    assert info.notes["split"] == plain.notes["split"]
    assert f"captions of {other}" not in info.notes  # they lie beside the pictures
    info = prepare("folder", source, tmp_path / "data", add=[source])
    understood = "read as CSV, separator ',', columns image and caption"
    assert info.notes[f"captions of {source}"] == info.notes["captions"] == understood
    with pytest.raises(BadInput, match="--add"):
        prepare("phrasebook", None, tmp_path / "phrases", add=[other])


def test_all_is_there_and_whole(prepared):
    out, info = prepared
    assert DatasetInfo.load(out) == info
    for split in ("train", "dev", "test"):
        verify(out, info, split)
    names = {path.name for path in out.iterdir()}
    shards = {s.file for split in info.splits.values() for s in split.shards}
    words = {split.captions.file for split in info.splits.values()}
    assert words == {"train.jsonl", "dev.jsonl", "test.jsonl"}
    assert names == {"dataset.json", "vocabulary.txt"} | shards | words
    assert [path.name for path in out.parent.iterdir()] == ["data"]  # no left-overs


def test_bad_pictures_are_left_out_and_named(prepared):
    _, info = prepared
    assert sum(split.examples for split in info.splits.values()) == 57
    entry = info.skipped["picture that cannot be used"]
    assert entry["count"] == 3
    assert sorted(example[:7] for example in entry["examples"]) == [
        "07.jpg ",
        "08.jpg ",
        "09.jpg ",
    ]
    assert "07.jpg is an empty file; expected a picture." in entry["examples"]


def test_order_and_pictures_are_those_of_the_source(prepared, source):
    out, info = prepared
    for split in info.splits:
        ids = load_captions(out, split).image_ids
        assert ids == sorted(ids)
        for record in read_shards(out, split).take(3).as_numpy_iterator():
            name = record["image_id"].decode()
            assert record["image"] == (source / name).read_bytes()
            assert decode_picture(record["image"]).shape == (8, 9 + int(name[:2]), 3)


def test_words_come_from_the_training_captions_alone(prepared):
    out, info = prepared
    expected = Vocabulary.build(
        [text for texts in load_captions(out, "train").captions for text in texts], 1
    )
    assert Vocabulary.load(out / "vocabulary.txt").words == expected.words
    assert info.vocabulary_size == len(expected)
    assert info.min_count == 1


def test_harbour_keeps_bytes_and_scenes(tmp_path):
    prepare("harbour", None, tmp_path / "out", count=3, seed=5)
    expected = harbour.read(None, Skipped(), count=3, seed=5)
    for split, total in (("train", 3), ("dev", 100), ("test", 100)):
        records = list(read_shards(tmp_path / "out", split).as_numpy_iterator())
        image_ids, captions, scenes = load_captions(tmp_path / "out", split)
        assert len(records) == len(image_ids) == total
        for place, (record, example) in enumerate(zip(records, expected, strict=False)):
            assert record["image"] == example.image
            assert scenes[place] == example.scene
            assert captions[place] == example.captions
            assert record["image_id"].decode() == image_ids[place] == example.image_id


def test_twice_is_the_same_and_keeps_the_cache(tmp_path):
    out = tmp_path / "out"
    first = prepare("harbour", None, out, count=3)
    (out / "features").mkdir()
    (out / "features/rows.npy").write_text("rows")
    assert prepare("harbour", None, out, count=3) == first
    assert (out / "features/rows.npy").read_text() == "rows"
    other = prepare("harbour", None, out, count=3, seed=1, min_count=2)
    assert other.splits != first.splits and other.min_count == 2


def test_min_count_by_number_of_captions():
    assert default_min_count(5000)[0] == 1
    assert default_min_count(5001)[0] == 5


def test_pictures_are_read_ahead_but_not_without_end():
    taken = 0

    def examples():
        nonlocal taken
        for number in range(200):
            taken += 1
            yield RawExample(str(number), "train", ("A dog",), b"bytes")

    records = checked_pictures.checked_pictures(examples(), "train", Skipped())
    found = [next(records).image_id for _ in range(3)]
    assert found == ["0", "1", "2"]
    assert taken <= 3 + checked_pictures.READERS * checked_pictures.LOOK_AHEAD
    records.close()


def test_a_split_that_comes_back_is_a_fault_of_ours(monkeypatch, tmp_path):
    order = ["train", "dev", "train"]
    examples = [RawExample(f"{n}", s, ("A dog",), b"x") for n, s in enumerate(order)]
    fake = SimpleNamespace(
        KIND="captions", NEEDS_SOURCE=False, read=lambda *_: iter(examples)
    )
    monkeypatch.setattr(command, "load", lambda name: fake)
    with pytest.raises(RuntimeError, match="yields 'train' twice"):
        prepare("fake", None, tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_failure_keeps_the_old_data_set(source, tmp_path):
    out = tmp_path / "out"
    info = prepare("harbour", None, out, count=3)
    with pytest.raises(BadInput, match="occurs 9999 times"):
        prepare("folder", source, out, min_count=9999)
    assert DatasetInfo.load(out) == info
    verify(out, info, "train")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_main_says_what_it_made(source, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(bars, "SECONDS_A_LINE", 0.0)
    out = tmp_path / "out"
    assert main(["folder", "--source", str(source), "--out", str(out)]) == 0
    said = capsys.readouterr()
    info = DatasetInfo.load(out)
    rows = [line.split() for line in said.out.splitlines()]
    assert rows[0] == ["split", "pictures", "captions", "shards"]
    for row, (split, facts) in zip(rows[1:], info.splits.items(), strict=False):
        assert row == [split, str(facts.examples), str(facts.texts), "1"]
    assert f"vocabulary: {info.vocabulary_size} words" in said.out
    assert "skipped 3: picture that cannot be used, e.g. 07.jpg is an" in said.out
    following = f"next: python -m captioning.train --data {out} --start-from flickr8k"
    assert rows[-1] == following.split()
    assert "pictures/s" in said.err


def test_a_source_whose_name_is_not_utf8(source, tmp_path, capsys):
    odd = tmp_path / os.fsdecode(b"\xff\n")
    odd.symlink_to(source)
    out = tmp_path / "out"
    assert main(["folder", "--source", str(odd), "--out", str(out)]) == 0
    capsys.readouterr().out.encode("utf-8")
    info = DatasetInfo.load(out)
    assert info.source == str(tmp_path / r"\udcff\n")
    examples = info.skipped["picture that cannot be used"]["examples"]
    assert "07.jpg is an empty file; expected a picture." in examples


def test_help_is_instant():
    """No TensorFlow for --help."""
    program = (
        "import sys\nfrom data_prep.prepare import main\n"
        "try: main(['--help'])\nexcept SystemExit: print('tensorflow' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.stdout.splitlines()[-1] == "False"
    assert "python -m data_prep.prepare flickr8k --source" in ended.stdout


def test_bad_input_ends_the_command_with_status_2(tmp_path):
    (tmp_path / "precious").write_text("")
    ended = subprocess.run(
        [sys.executable, "-m", "data_prep.prepare", "harbour", "--out", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.splitlines()[-1].startswith(f"error: {tmp_path} exists and is")
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_the_true_flickr8k(shared_data, tmp_path):
    info = prepare("flickr8k", shared_data("flickr8k"), tmp_path / "out")
    counts = [(s.examples, s.texts) for s in info.splits.values()]
    assert counts == [(6000, 30000), (1000, 5000), (1000, 5000)]
    for record in read_shards(tmp_path / "out", "test").take(20):
        assert decode_picture(record["image"]).dtype == tf.uint8
