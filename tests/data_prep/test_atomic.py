"""Taking a folder's place: all or nothing, and never that of a stranger."""

import json
import os
import subprocess
import sys

import pytest

from data_prep.atomic import marked, only_writer, replacing, write_text
from data_prep.errors import BadInput
from data_prep.text.choose_tokenizer import FILES

OURS = json.dumps(dict.fromkeys(["format", "splits", "standardisation"], 1))
OURS = OURS[:-1] + ', "vocabulary_size": 4}'


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def old(tmp_path):
    """A data set made before, with a cache and notes of a user."""
    out = tmp_path / "out"
    files = {"dataset__json": OURS, "vocabulary__txt": "old", "notes__txt": "mine"}
    write(out, **files, **{"train-00000__tfrecord": "old", "train-00007__tfrecord": ""})
    write(out, **{"train-mine__tfrecord": "mine"})
    write(out / "features/small", train__npy="rows")
    return out


def test_a_new_folder_appears_at_the_end(tmp_path):
    out = tmp_path / "deep/er/out"
    with replacing(out) as partial:
        assert partial.parent == out.parent
        write(partial, dataset__json="new")
        assert not out.exists()
    assert tree(tmp_path) == {"deep/er/out/dataset.json": "new"}


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "out").mkdir()
    with replacing(tmp_path / "out") as partial:
        write(partial, dataset__json="new")
    assert tree(tmp_path) == {"out/dataset.json": "new"}


@pytest.mark.parametrize("file", FILES)
def test_no_old_tokenizer_of_any_kind_stays(file, tmp_path):
    out = tmp_path / "out"
    write(out, dataset__json=OURS)
    (out / file).write_text("old")
    with replacing(out) as partial:
        write(partial, dataset__json="new")
    assert tree(out) == {"dataset.json": "new"}


def test_our_old_files_go_and_all_the_rest_stays(old, tmp_path):
    with replacing(old) as partial:
        write(partial, dataset__json="new", **{"train-00000__tfrecord": "new"})
        assert (old / "vocabulary.txt").read_text() == "old"
    assert tree(tmp_path) == {
        "out/dataset.json": "new",
        "out/train-00000.tfrecord": "new",
        "out/notes.txt": "mine",
        "out/train-mine.tfrecord": "mine",
        "out/features/small/train.npy": "rows",
    }


@pytest.mark.parametrize("error", [BadInput, KeyboardInterrupt, OSError])
def test_failure_leaves_everything_as_it_was(old, tmp_path, error):
    before = tree(tmp_path)
    with pytest.raises(error):
        with replacing(old) as partial:
            write(partial, dataset__json="half")
            raise error
    assert tree(tmp_path) == before


def test_what_a_killed_process_left_is_removed(old, tmp_path):
    write(tmp_path / ".out.partial" / "deep", dataset__json="half")
    before = tree(old)
    with pytest.raises(BadInput):
        with replacing(old) as partial:
            assert not any(partial.iterdir())
            raise BadInput("no")
    assert tree(tmp_path) == {f"out/{name}": text for name, text in before.items()}


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_between_its_two_renames(moment, old, tmp_path):
    """Nothing of a user is lost, and no old data set stays hidden."""
    os.rename(old, tmp_path / ".out.old")
    if moment == "after":
        write(old, dataset__json=OURS.replace("1", "2"))
    with replacing(old) as partial:
        is_old = (old / "vocabulary.txt").exists()
        assert is_old == (moment == "before")
        assert tree(old)["notes.txt"] == "mine"
        write(partial, dataset__json="new")
    assert tree(tmp_path) == {
        "out/dataset.json": "new",
        "out/notes.txt": "mine",
        "out/train-mine.tfrecord": "mine",
        "out/features/small/train.npy": "rows",
    }


def test_a_second_writer_is_refused_and_a_dead_one_is_not_in_the_way(tmp_path):
    hold = (
        "import sys, time; from pathlib import Path; "
        "from data_prep.atomic import only_writer\n"
        "with only_writer(Path(sys.argv[1])): print('held', flush=True); time.sleep(99)"
    )
    folder = tmp_path / "run"
    command = [sys.executable, "-c", hold, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(BadInput, match="run is being written by another process"):
            with only_writer(folder):
                raise AssertionError("refused before any work")
        process.kill()
    with only_writer(folder):
        (folder / "mine").touch()
    assert tree(tmp_path) == {"run/mine": ""}


def test_a_link_stays_and_its_target_is_replaced(old, tmp_path):
    os.symlink(old, tmp_path / "link")
    with replacing(tmp_path / "link") as partial:
        write(partial, dataset__json="new")
    assert (tmp_path / "link").is_symlink()
    assert (old / "dataset.json").read_text() == "new"


@pytest.mark.parametrize(
    "files",
    [
        {"thesis__tex": "years of work"},
        {"dataset__json": "{"},
        {"dataset__json": '{"images": [], "dataset": "flickr8k"}'},  # Karpathy's
        {"dataset__json": "[]"},
        {"__hidden": ""},
    ],
)
def test_a_stranger_is_refused(tmp_path, files):
    write(tmp_path / "out", **files)
    before = tree(tmp_path)
    with pytest.raises(BadInput, match="is not a data set made by data_prep.prepare"):
        with replacing(tmp_path / "out"):
            raise AssertionError("refused before any work")
    assert tree(tmp_path) == before


def test_a_mount_point_is_refused_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(os.path, "ismount", lambda path: path == tmp_path)
    with pytest.raises(BadInput, match="mount point, .* choose one in it"):
        with replacing(tmp_path):
            raise AssertionError("refused before any work")


def test_a_file_is_refused(tmp_path):
    write(tmp_path, out="precious")
    with pytest.raises(BadInput, match="exists and is not a data set"):
        with replacing(tmp_path / "out"):
            pass
    with pytest.raises(BadInput, match="cannot be made .Not a directory"):
        with replacing(tmp_path / "out/data"):
            pass


def test_what_appears_meanwhile_is_not_overwritten(tmp_path):
    with pytest.raises(BadInput, match="is not a data set"):
        with replacing(tmp_path / "out") as partial:
            write(partial, dataset__json="new")
            write(tmp_path / "out", other="precious")
    assert tree(tmp_path) == {"out/other": "precious"}


# === Folders of other kinds ===

PAINTING = marked("a painting", "signature")


@pytest.fixture
def painted(tmp_path):
    out = tmp_path / "out"
    write(out, signature="old", frame="old")
    return out


def test_what_is_marked_goes_as_a_whole(painted, tmp_path):
    with replacing(painted, PAINTING) as partial:
        write(partial, signature="new")
        assert tree(painted) == {"signature": "old", "frame": "old"}
    assert tree(tmp_path) == {"out/signature": "new"}


def test_what_is_not_marked_is_refused(old, tmp_path):
    before = tree(tmp_path)
    with pytest.raises(BadInput, match="out exists and is not a painting; expected"):
        with replacing(old, PAINTING):
            raise AssertionError("refused before any work")
    assert tree(tmp_path) == before


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
@pytest.mark.parametrize("done", [0, 1])
def test_what_goes_wrong_at_the_last_moment_loses_nothing(
    painted, tmp_path, monkeypatch, error, done
):
    rename, renamed = os.rename, []

    def fails_once(*paths):
        renamed.append(paths)
        if len(renamed) == done + 1:
            raise error
        rename(*paths)

    before = tree(tmp_path)
    monkeypatch.setattr(os, "rename", fails_once)
    with pytest.raises(error):
        with replacing(painted, PAINTING) as partial:
            write(partial, signature="new")
    assert tree(tmp_path) == before
    assert list(tmp_path.iterdir()) == [painted]


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_file_that_cannot_be_replaced_stays_and_no_other_does(
    tmp_path, monkeypatch, error
):
    def fails(*paths):
        raise error

    write(tmp_path, out="old")
    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(error):
        write_text(tmp_path / "out", "new")
    assert tree(tmp_path) == {"out": "old"}
