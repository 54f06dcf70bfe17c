"""The command of two versions is compared on the first photos of a folder."""

import os
from pathlib import Path

import pytest

from benchmarks.many_pictures import linked
from benchmarks.performance import folder as subject
from benchmarks.performance.folder import Folder
from data_prep.errors import BadInput


@pytest.fixture
def photos(tmp_path):
    """A folder of three files."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in "cab":
        (folder / f"{name}.jpg").write_text(name)
    return folder


@pytest.fixture
def before(tmp_path):
    """A folder with the module of the command."""
    checkout = tmp_path / "before"
    (checkout / "captioning").mkdir(parents=True)
    (checkout / "captioning" / "__main__.py").touch()
    return checkout


@pytest.mark.parametrize(
    ("count", "expected"), [(2, "ab"), (3, "abc"), (5, "abcab")], ids=str
)
def test_the_first_photos_by_name_are_linked(photos, tmp_path, count, expected):
    names = linked(photos, tmp_path / "links", count)
    files = sorted((tmp_path / "links").iterdir())
    assert [file.name for file in files] == names
    assert all(file.is_symlink() for file in files)
    assert "".join(file.read_text() for file in files) == expected


def test_what_cannot_be_measured_is_one_sentence(photos, tmp_path, monkeypatch):
    nowhere = tmp_path / "nowhere"
    monkeypatch.setattr(subject, "_others", lambda photos, said: {})
    for given, words in (
        (Folder(None, 2, None), "add --photos FOLDER"),
        (Folder(nowhere, 2, None), f"--photos is {nowhere}, which is no folder"),
        (Folder(photos, 2, tmp_path), f"--before is {tmp_path}, which has no capt"),
        (Folder(photos, 2, None), "There is nothing to compare with; expected --bef"),
    ):
        with pytest.raises(BadInput, match=words):
            next(subject.rows(given, 1))


def test_versions_are_compared_word_for_word(photos, before, monkeypatch):
    ran = []

    def fake_run(command, folder, environment):
        of, own = Path(command[4]), environment["PYTHONPATH"].split(os.pathsep)[0]
        is_before = own == str(before)
        ran.append((is_before, folder))
        lines = [f"{file},a dog" for file in sorted(of.iterdir())]
        if is_before:
            lines[0] += " runs"
        (folder / "captions.csv").write_text("\n".join(["image,caption", *lines]))
        return 3_000_000 if is_before else 2_000_000

    monkeypatch.setattr(subject, "peak_bytes_of", fake_run)
    monkeypatch.setattr(subject, "_others", lambda photos, said: {"BLIP": said})
    monkeypatch.setattr("benchmarks.performance.timing._PAUSE", 0.0)
    first, second = subject.rows(Folder(photos, 3, before), 1)
    assert [is_before for is_before, _ in ran] == 2 * [False, True, False]
    assert len({folder for _, folder in ran}) == 6  # each of its own, empty
    assert first.measured == "a folder of 3 photos, the whole command"
    assert first.bar == 2.2
    expected = "at most 2 MB against 3; 2 of 3 captions word for word the same"
    assert first.absolute.endswith(expected)
    assert second.against.startswith("BLIP (random weights), greedy")
