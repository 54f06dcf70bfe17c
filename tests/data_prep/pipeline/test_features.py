"""The feature cache: made once, and never of something else."""

import errno
import os
import shutil

import numpy as np
import pytest
import tensorflow as tf

from data_prep.errors import BadInput
from data_prep.examples import RawExample
from data_prep.pictures.decode import decode_picture, load_picture
from data_prep.pipeline import augmentation, features, resumable_array
from data_prep.pipeline.augmentation import augment
from data_prep.pipeline.features import Features, cached, cached_copies
from data_prep.pipeline.resumable_array import ResumableArray
from data_prep.prepared.captions import load_captions, write_captions
from data_prep.prepared.dataset_info import DatasetInfo, SplitInfo
from data_prep.prepared.records import read_shards


class Counting:
    """An encoder of eight numbers a picture that counts its calls."""

    def __init__(self, factor=1.0, fingerprint="one"):
        self.calls = 0
        self._factor = factor
        self.features = Features(
            "counting",
            fingerprint,
            lambda: self._compute,
            image_size=8,
            dtype="float16",
        )

    def _compute(self, pixels):
        def count(values):
            self.calls += 1
            return values

        pixels = tf.numpy_function(count, [pixels], tf.float32)
        pixels = tf.ensure_shape(pixels, (None, 8, 8, 3))
        return tf.reduce_mean(pixels, axis=(1, 3)) * self._factor  # of each column


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    from data_prep.prepare import prepare

    out = tmp_path_factory.mktemp("prepared") / "data"
    prepare("harbour", None, out, count=40, seed=1)
    return out


@pytest.fixture
def data(prepared, tmp_path):
    """A copy of the prepared pictures, without any features."""
    return shutil.copytree(prepared, tmp_path / "data")


def test_a_row_a_picture_in_order(data):
    rows = cached(data, "train", Counting().features)
    assert rows.shape == (40, 8)
    assert rows.dtype == np.float16
    for row, record in zip(rows, read_shards(data, "train"), strict=True):
        pixels = load_picture(record["image"], 8)
        expected = tf.reduce_mean(pixels, axis=(0, 2))  # of each column
        np.testing.assert_allclose(row, expected, rtol=2e-3)


def test_computed_once_and_used_again(data):
    first = Counting()
    rows = cached(data, "train", first.features)
    assert first.calls > 0
    second = Counting(factor=9.0)  # says it is the same, so its rows are not computed
    np.testing.assert_array_equal(cached(data, "train", second.features), rows)
    assert second.calls == 0
    assert not rows.flags.writeable


def test_another_encoder_makes_it_anew(data):
    rows = np.array(cached(data, "train", Counting().features))
    other = Counting(factor=0.5, fingerprint="other")
    np.testing.assert_allclose(
        cached(data, "train", other.features), rows / 2, rtol=2e-3
    )


def test_other_pictures_make_it_anew(data):
    from data_prep.prepare import prepare

    rows = np.array(cached(data, "train", Counting().features))
    prepare("harbour", None, data, count=40, seed=2)
    assert (data / "features").exists()
    fresh = Counting()
    assert np.any(cached(data, "train", fresh.features) != rows)
    assert fresh.calls > 0


@pytest.mark.parametrize("damage", ["truncate", "empty", "remove rows", "remove facts"])
def test_a_broken_cache_is_made_anew(data, damage):
    rows = np.array(cached(data, "train", Counting().features))
    file = data / "features" / "counting" / "train.npy"
    if damage == "truncate":
        file.write_bytes(file.read_bytes()[:-100])
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "remove rows":
        file.unlink()
    else:
        file.with_suffix(".json").unlink()
    fresh = Counting()
    np.testing.assert_array_equal(cached(data, "train", fresh.features), rows)
    assert fresh.calls > 0


def test_in_a_mirror_the_columns_turn_round(data):
    rows = np.array(cached(data, "train", Counting().features))
    _, mirrored = cached_copies(data, "train", Counting().features, 2)
    np.testing.assert_array_equal(mirrored, rows[:, ::-1])
    # Each has a file of its own.
    np.testing.assert_array_equal(cached(data, "train", Counting().features), rows)


def test_another_augmentation_makes_its_copies_anew(data, monkeypatch):
    rows = [np.array(c) for c in cached_copies(data, "train", Counting().features, 3)]
    monkeypatch.setattr(augmentation, "VERSION", augmentation.VERSION + 1)
    other = Counting(factor=0.5)  # says that it is the same: only VERSION differs
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


def test_a_damaged_shard_is_bad_input(data, monkeypatch):
    shard = next(data.glob("train*.tfrecord"))
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    encoder = Counting()
    with pytest.raises(BadInput, match=f"{shard.name} was altered .*: prepare"):
        cached(data, "train", encoder.features)
    assert encoder.calls == 0 and not (data / "features").exists()
    # Damaged after the check, too.
    monkeypatch.setattr(features, "verify_shards", lambda *arguments: None)
    with pytest.raises(BadInput, match="damaged .*: prepare the data set again"):
        cached(data, "train", encoder.features)
    assert not list((data / "features" / "counting").iterdir())


@pytest.mark.parametrize("damage", ["missing", "short"])
def test_a_missing_shard_is_named_where_its_pictures_are_needed(data, damage):
    rows = np.array(cached(data, "dev", Counting().features))
    for shard in data.glob("*.tfrecord"):
        if damage == "missing":
            shard.unlink()
        else:
            shard.write_bytes(shard.read_bytes()[:-7])
    np.testing.assert_array_equal(cached(data, "dev", Counting().features), rows)
    with pytest.raises(BadInput, match=r"train-00000\.tfrecord (cannot be|has \d+ by)"):
        cached(data, "train", Counting().features)


def test_captions_of_other_pictures_are_noticed(data):
    """The words file is whole, and its lines are in another order."""
    info = DatasetInfo.load(data)
    split = zip(*load_captions(data, "train"), strict=True)
    examples = [RawExample(name, "train", texts, b"") for name, texts, _ in split]
    examples[38:] = examples[:-3:-1]  # the last two, in the second block
    captions = write_captions(examples, data, "train")
    info.splits["train"] = SplitInfo.of(info.splits["train"].shards, captions)
    info.save(data)
    with pytest.raises(BadInput, match="number 38 is train-000038.jpg among the pict"):
        cached(data, "train", Counting().features)
    assert not list((data / "features" / "counting").iterdir())
    assert len(cached(data, "dev", Counting().features)) == 100


def test_copies_are_made_together(data):
    """One encoder, one decoding of each picture, the rows of each copy as if alone."""
    loads = []

    def load():
        loads.append(1)
        return Counting()._compute

    together = Counting().features._replace(load=load)
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


def test_two_trainings_that_make_the_same_file_at_once(data, monkeypatch):
    blocks, others = features.blocks_of_rows, []

    def while_another_does_it_too(*arguments, **options):
        first, *rest = blocks(*arguments, **options)
        yield first
        with monkeypatch.context() as patch:
            patch.setattr(features, "blocks_of_rows", blocks)
            patch.setattr(os, "getpid", lambda: 1)
            other = Counting(factor=0.5, fingerprint="other")
            others.append(np.array(cached(data, "train", other.features)))
        yield from rest

    with monkeypatch.context() as patch:
        patch.setattr(features, "blocks_of_rows", while_another_does_it_too)
        rows = cached(data, "train", Counting().features)
    assert rows.min() > 0
    np.testing.assert_allclose(others[0], rows / 2, rtol=2e-3)
    names = {path.name for path in (data / "features" / "counting").iterdir()}
    assert names == {"train.npy", "train.json"}


def test_a_full_disk_is_bad_input_and_leaves_nothing(data, monkeypatch):
    def full(descriptor, offset, size):
        assert (offset, size > 40 * 8 * 2) == (0, True)  # rows and header
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(BadInput, match=r"train\.npy.*No space left.*: free some"):
        cached(data, "train", Counting().features)
    assert not list((data / "features" / "counting").iterdir())


@pytest.mark.parametrize("file", ["features", "features/counting"])
def test_a_file_where_the_folder_would_be_is_bad_input(data, file):
    (data / file).parent.mkdir(exist_ok=True)
    (data / file).write_text("mine")
    encoder = Counting()
    with pytest.raises(BadInput, match=r"train\.npy cannot be written \(.*expected"):
        cached(data, "train", encoder.features)
    assert encoder.calls == 0
    assert (data / file).read_text() == "mine"


def test_a_disk_that_cannot_be_written_to_is_bad_input(data, monkeypatch):
    """What is there already is read from it all the same."""

    def refused(*arguments, **options):
        raise OSError(30, "Read-only file system")

    rows = np.array(cached(data, "dev", Counting().features))
    monkeypatch.setattr("pathlib.Path.unlink", refused)  # the first that would change
    with pytest.raises(BadInput, match=r"train\.npy cannot .*Read-only.*expected"):
        cached(data, "train", Counting().features)
    np.testing.assert_array_equal(cached(data, "dev", Counting().features), rows)


@pytest.mark.parametrize("where", [features, resumable_array])
def test_a_disk_full_at_the_end_is_bad_input(data, where, monkeypatch):
    def full(path, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(features, "KEEP", 1)
    monkeypatch.setattr(where, "write_text", full)
    with pytest.raises(BadInput, match=r"cannot be .*No space left.*; expected"):
        cached(data, "train", Counting().features)
    monkeypatch.undo()
    assert cached(data, "train", Counting().features).min() > 0


@pytest.mark.parametrize("copies", [1, 3])
def test_what_was_stopped_goes_on_where_it_was(data, copies, monkeypatch):
    monkeypatch.setattr(features, "BATCH_SIZE", 4)
    monkeypatch.setattr(features, "KEEP", 2)
    expected = np.array(cached_copies(data, "train", Counting().features, copies))
    folder = data / "features" / "counting"
    for file in folder.iterdir():
        file.unlink()
    blocks = features.blocks_of_rows

    def stopped(*arguments, **options):
        for number, block in enumerate(blocks(*arguments, **options)):
            if number == 5:  # after 20 rows, of which 16 were noted
                raise KeyboardInterrupt
            yield block

    with monkeypatch.context() as patch:
        patch.setattr(features, "blocks_of_rows", stopped)
        patch.setattr(os, "getpid", lambda: 2**30)  # of no process
        with pytest.raises(KeyboardInterrupt):
            cached_copies(data, "train", Counting().features, copies)
    assert len(list(folder.iterdir())) == 2 * copies
    goes_on = Counting()
    rows = cached_copies(data, "train", goes_on.features, copies)
    np.testing.assert_array_equal(rows, expected)
    assert goes_on.calls == copies * (40 - 16) / 4
    assert not list(folder.glob("*.partial*"))


def test_a_full_disk_loses_no_rows(data, monkeypatch):
    """Not even if it is still full when the next process comes to go on."""
    monkeypatch.setattr(features, "BATCH_SIZE", 4)
    monkeypatch.setattr(features, "KEEP", 2)
    expected = np.array(cached(data, "train", Counting().features))
    folder = data / "features" / "counting"
    for file in folder.iterdir():
        file.unlink()
    write_text, notes = resumable_array.write_text, []

    def until_it_is_full(path, text):
        if notes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        notes.append(text)
        write_text(path, text)

    with monkeypatch.context() as patch:
        patch.setattr(resumable_array, "write_text", until_it_is_full)
        for process in (2**30, 2**30 + 1):  # of no process
            patch.setattr(os, "getpid", lambda process=process: process)
            with pytest.raises(BadInput, match="No space left .* goes on from there"):
                cached(data, "train", Counting().features)
    goes_on = Counting()
    rows = cached(data, "train", goes_on.features)
    assert goes_on.calls == (40 - 8) / 4  # two batches had been noted
    np.testing.assert_array_equal(rows, expected)
    assert not list(folder.glob("*.partial*"))


def test_what_another_encoder_left_is_not_gone_on_with(data, monkeypatch):
    monkeypatch.setattr(features, "BATCH_SIZE", 4)
    monkeypatch.setattr(features, "KEEP", 1)
    blocks = features.blocks_of_rows

    def stopped(*arguments, **options):
        yield from list(blocks(*arguments, **options))[:3]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(features, "blocks_of_rows", stopped)
        with pytest.raises(KeyboardInterrupt):
            cached(data, "train", Counting(factor=9.0, fingerprint="other").features)
    mine = Counting()
    rows = cached(data, "train", mine.features)
    assert mine.calls == 10
    assert rows.max() <= 255
    assert not list((data / "features" / "counting").glob("*.partial*"))


def test_rows_have_their_room_before_they_are_written(tmp_path):
    rows = ResumableArray(tmp_path / "rows.npy", {})
    rows.reserve((1000, 1000), "float16")
    (file,) = tmp_path.iterdir()
    assert file.stat().st_blocks * 512 >= rows.rows.nbytes == 2_000_000
