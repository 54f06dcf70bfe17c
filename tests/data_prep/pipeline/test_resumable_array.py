"""Rows whose making is stopped, finds no room, or is done twice at once."""

import errno
import os

import numpy as np
import pytest

from data_prep.errors import BadInput
from data_prep.pipeline import features, resumable_array
from data_prep.pipeline.features import cached, cached_copies
from data_prep.pipeline.resumable_array import ResumableArray


def test_two_trainings_that_make_the_same_file_at_once(data, monkeypatch, counting):
    blocks, others = features.blocks_of_rows, []

    def while_another_does_it_too(*arguments, **options):
        first, *rest = blocks(*arguments, **options)
        yield first
        with monkeypatch.context() as patch:
            patch.setattr(features, "blocks_of_rows", blocks)
            patch.setattr(os, "getpid", lambda: 1)
            other = counting(factor=0.5, fingerprint="other")
            others.append(np.array(cached(data, "train", other.features)))
        yield from rest

    with monkeypatch.context() as patch:
        patch.setattr(features, "blocks_of_rows", while_another_does_it_too)
        rows = cached(data, "train", counting().features)
    assert rows.min() > 0
    np.testing.assert_allclose(others[0], rows / 2, rtol=2e-3)
    names = {path.name for path in (data / "features" / "counting").iterdir()}
    assert names == {"train.npy", "train.json"}


def test_a_full_disk_is_bad_input_and_leaves_nothing(data, monkeypatch, counting):
    def full(descriptor, offset, size):
        assert (offset, size > 40 * 8 * 2) == (0, True)  # rows and header
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(BadInput, match=r"train\.npy.*No space left.*: free some"):
        cached(data, "train", counting().features)
    assert not list((data / "features" / "counting").iterdir())


@pytest.mark.parametrize("where", [features, resumable_array])
def test_a_disk_full_at_the_end_is_bad_input(data, where, monkeypatch, counting):
    def full(path, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(features, "KEEP", 1)
    monkeypatch.setattr(where, "write_text", full)
    with pytest.raises(BadInput, match=r"cannot be .*No space left.*; expected"):
        cached(data, "train", counting().features)
    monkeypatch.undo()
    assert cached(data, "train", counting().features).min() > 0


@pytest.mark.parametrize("copies", [1, 3])
def test_what_was_stopped_goes_on_where_it_was(data, copies, monkeypatch, counting):
    monkeypatch.setattr(features, "BATCH_SIZE", 4)
    monkeypatch.setattr(features, "KEEP", 2)
    expected = np.array(cached_copies(data, "train", counting().features, copies))
    folder = data / "features" / "counting"
    for file in folder.iterdir():
        file.unlink()
    blocks = features.blocks_of_rows

    def stopped(*arguments, **options):
        for number, block in enumerate(blocks(*arguments, **options)):
            if number == 5:  # after 20 rows
                raise KeyboardInterrupt
            yield block

    with monkeypatch.context() as patch:
        patch.setattr(features, "blocks_of_rows", stopped)
        patch.setattr(os, "getpid", lambda: 2**30)  # of no process
        with pytest.raises(KeyboardInterrupt):
            cached_copies(data, "train", counting().features, copies)
    assert len(list(folder.iterdir())) == 2 * copies
    goes_on = counting()
    rows = cached_copies(data, "train", goes_on.features, copies)
    np.testing.assert_array_equal(rows, expected)
    assert goes_on.calls == copies * (40 - 20) / 4
    assert not list(folder.glob("*.partial*"))


def test_a_full_disk_loses_no_rows(data, monkeypatch, counting):
    """Not even if it is still full when the next process comes to go on."""
    monkeypatch.setattr(features, "BATCH_SIZE", 4)
    monkeypatch.setattr(features, "KEEP", 2)
    expected = np.array(cached(data, "train", counting().features))
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
                cached(data, "train", counting().features)
    goes_on = counting()
    rows = cached(data, "train", goes_on.features)
    assert goes_on.calls == (40 - 8) / 4  # two batches had been noted
    np.testing.assert_array_equal(rows, expected)
    assert not list(folder.glob("*.partial*"))


def test_what_another_encoder_left_is_not_gone_on_with(data, monkeypatch, counting):
    monkeypatch.setattr(features, "BATCH_SIZE", 4)
    monkeypatch.setattr(features, "KEEP", 1)
    blocks = features.blocks_of_rows

    def stopped(*arguments, **options):
        yield from list(blocks(*arguments, **options))[:3]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(features, "blocks_of_rows", stopped)
        with pytest.raises(KeyboardInterrupt):
            cached(data, "train", counting(factor=9.0, fingerprint="other").features)
    mine = counting()
    rows = cached(data, "train", mine.features)
    assert mine.calls == 10
    assert rows.max() <= 255
    assert not list((data / "features" / "counting").glob("*.partial*"))


def test_rows_have_their_room_before_they_are_written(tmp_path):
    rows = ResumableArray(tmp_path / "rows.npy", {})
    rows.reserve((1000, 1000), "float16")
    (file,) = tmp_path.iterdir()
    assert file.stat().st_blocks * 512 >= rows.rows.nbytes == 2_000_000


def test_what_a_stop_interrupts_is_kept(tmp_path):
    made_by = {"encoder": "one"}
    array = ResumableArray(tmp_path / "rows.npy", made_by)
    array.reserve((5, 2), "float32")
    with pytest.raises(KeyboardInterrupt):
        with resumable_array.kept_if_stopped([array]):
            array.add(np.ones((3, 2), np.float32))
            raise KeyboardInterrupt
    again = ResumableArray(tmp_path / "rows.npy", made_by)
    assert again.done == 3
    np.testing.assert_array_equal(again.rows[:4], [[1, 1]] * 3 + [[0, 0]])
