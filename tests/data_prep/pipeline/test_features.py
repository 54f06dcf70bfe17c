"""The feature cache: made once, and never of something else."""

import numpy as np
import pytest
import tensorflow as tf

from data_prep.errors import BadInput
from data_prep.examples import RawExample
from data_prep.pictures.decode import decode_picture, load_picture
from data_prep.pipeline import augmentation, features
from data_prep.pipeline.augmentation import augment
from data_prep.pipeline.features import cached, cached_copies
from data_prep.prepared.captions import load_captions, write_captions
from data_prep.prepared.dataset_info import DatasetInfo, SplitInfo
from data_prep.prepared.records import read_shards


def test_a_row_a_picture_in_order(data, counting):
    rows = cached(data, "train", counting().features)
    assert rows.shape == (40, 8)
    assert rows.dtype == np.float16
    for row, record in zip(rows, read_shards(data, "train"), strict=True):
        pixels = load_picture(record["image"], 8)
        expected = tf.reduce_mean(pixels, axis=(0, 2))  # of each column
        np.testing.assert_allclose(row, expected, rtol=2e-3)


def test_computed_once_and_used_again(data, counting):
    first = counting()
    rows = cached(data, "train", first.features)
    assert first.calls > 0
    second = counting(factor=9.0)  # says it is the same, so its rows are not computed
    np.testing.assert_array_equal(cached(data, "train", second.features), rows)
    assert second.calls == 0
    assert not rows.flags.writeable


def test_another_encoder_makes_it_anew(data, counting):
    rows = np.array(cached(data, "train", counting().features))
    other = counting(factor=0.5, fingerprint="other")
    np.testing.assert_allclose(
        cached(data, "train", other.features), rows / 2, rtol=2e-3
    )


def test_other_pictures_make_it_anew(data, counting):
    from data_prep.prepare import prepare

    rows = np.array(cached(data, "train", counting().features))
    prepare("harbour", None, data, count=40, seed=2)
    assert (data / "features").exists()
    fresh = counting()
    assert np.any(cached(data, "train", fresh.features) != rows)
    assert fresh.calls > 0


@pytest.mark.parametrize("damage", ["truncate", "empty", "remove rows", "remove facts"])
def test_a_broken_cache_is_made_anew(data, damage, counting):
    rows = np.array(cached(data, "train", counting().features))
    file = data / "features" / "counting" / "train.npy"
    if damage == "truncate":
        file.write_bytes(file.read_bytes()[:-100])
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "remove rows":
        file.unlink()
    else:
        file.with_suffix(".json").unlink()
    fresh = counting()
    np.testing.assert_array_equal(cached(data, "train", fresh.features), rows)
    assert fresh.calls > 0


def test_in_a_mirror_the_columns_turn_round(data, counting):
    rows = np.array(cached(data, "train", counting().features))
    _, mirrored = cached_copies(data, "train", counting().features, 2)
    np.testing.assert_array_equal(mirrored, rows[:, ::-1])
    # Each has a file of its own.
    np.testing.assert_array_equal(cached(data, "train", counting().features), rows)


def test_another_augmentation_makes_its_copies_anew(data, monkeypatch, counting):
    rows = [np.array(c) for c in cached_copies(data, "train", counting().features, 3)]
    monkeypatch.setattr(augmentation, "VERSION", augmentation.VERSION + 1)
    other = counting(factor=0.5)  # says that it is the same: only VERSION differs
    whole, *altered = cached_copies(data, "train", other.features, 3)
    np.testing.assert_array_equal(whole, rows[0])
    np.testing.assert_allclose(altered, np.stack(rows[1:]) / 2, rtol=2e-3)


def test_pixels_are_the_pictures(data):
    rows = cached(data, "dev", features.pixels(128))
    info = DatasetInfo.load(data)
    assert rows.shape == (info.splits["dev"].examples, 128, 128, 3)
    assert rows.dtype == np.uint8
    record = next(iter(read_shards(data, "dev")))
    np.testing.assert_array_equal(rows[0], decode_picture(record["image"]))


def test_a_damaged_shard_is_bad_input(data, monkeypatch, counting):
    shard = next(data.glob("train*.tfrecord"))
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    encoder = counting()
    with pytest.raises(BadInput, match=f"{shard.name} was altered .*: prepare"):
        cached(data, "train", encoder.features)
    assert encoder.calls == 0 and not (data / "features").exists()
    # Damaged after the check, too.
    monkeypatch.setattr(features, "verify_shards", lambda *arguments: None)
    with pytest.raises(BadInput, match="damaged .*: prepare the data set again"):
        cached(data, "train", encoder.features)
    assert not list((data / "features" / "counting").iterdir())


@pytest.mark.parametrize("damage", ["missing", "short"])
def test_a_missing_shard_is_named_where_its_pictures_are_needed(data, damage, counting):
    rows = np.array(cached(data, "dev", counting().features))
    for shard in data.glob("*.tfrecord"):
        if damage == "missing":
            shard.unlink()
        else:
            shard.write_bytes(shard.read_bytes()[:-7])
    np.testing.assert_array_equal(cached(data, "dev", counting().features), rows)
    with pytest.raises(BadInput, match=r"train-00000\.tfrecord (cannot be|has \d+ by)"):
        cached(data, "train", counting().features)


def test_captions_of_other_pictures_are_noticed(data, counting):
    """The words file is whole, and its lines are in another order."""
    info = DatasetInfo.load(data)
    split = zip(*load_captions(data, "train"), strict=True)
    examples = [RawExample(name, "train", texts, b"") for name, texts, _ in split]
    examples[38:] = examples[:-3:-1]  # the last two, in the second block
    captions = write_captions(examples, data, "train")
    info.splits["train"] = SplitInfo.of(info.splits["train"].shards, captions)
    info.save(data)
    with pytest.raises(BadInput, match="number 38 is train-000038.jpg among the pict"):
        cached(data, "train", counting().features)
    assert not list((data / "features" / "counting").iterdir())
    assert len(cached(data, "dev", counting().features)) == 100


def test_copies_are_made_together(data, counting):
    """One encoder, one decoding of each picture, the rows of each copy as if alone."""
    loads = []

    def load():
        loads.append(1)
        return counting()._compute

    together = counting().features._replace(load=load)
    rows = [np.array(copy) for copy in cached_copies(data, "train", together, 4)]
    assert len(loads) == 1
    assert [len(copy) for copy in rows] == [40] * 4
    (pixels,) = tf.data.Dataset.from_tensor_slices(
        [load_picture(record["image"], 8) for record in read_shards(data, "train")]
    ).batch(40)
    for number, copy in enumerate(rows):
        expected = tf.reduce_mean(augment(pixels, number, 0), axis=(1, 3))
        np.testing.assert_allclose(copy, expected, rtol=2e-3)
    (data / "features/counting/train-copy2.json").unlink()  # that one is made anew
    again = cached_copies(data, "train", together, 4)
    np.testing.assert_array_equal(again, rows)
    assert len(loads) == 2
    assert not list((data / "features" / "counting").glob("*.partial*"))


@pytest.mark.parametrize("file", ["features", "features/counting"])
def test_a_file_where_the_folder_would_be_is_bad_input(data, file, counting):
    (data / file).parent.mkdir(exist_ok=True)
    (data / file).write_text("mine")
    encoder = counting()
    with pytest.raises(BadInput, match=r"train\.npy cannot be written \(.*expected"):
        cached(data, "train", encoder.features)
    assert encoder.calls == 0
    assert (data / file).read_text() == "mine"


def test_a_disk_that_cannot_be_written_to_is_bad_input(data, monkeypatch, counting):
    """What is there already is read from it all the same."""

    def refused(*arguments, **options):
        raise OSError(30, "Read-only file system")

    rows = np.array(cached(data, "dev", counting().features))
    monkeypatch.setattr("pathlib.Path.unlink", refused)  # the first that would change
    with pytest.raises(BadInput, match=r"train\.npy cannot .*Read-only.*expected"):
        cached(data, "train", counting().features)
    np.testing.assert_array_equal(cached(data, "dev", counting().features), rows)
