"""Files of shards: whole, of one plan, joined only if each picture is there once."""

import os

import pytest

from captioning.inference.results import Caption, PictureResult, Tag
from captioning.inference.shards.plan import Plan, digest, part_of
from captioning.inference.shards.shard_files import ShardFiles
from data_prep.errors import BadInput
from data_prep.pictures.places import place

NAMES = [f"{number}.jpg" for number in range(5)]
NAMES += ["s3://bucket/dog.jpg", os.fsdecode(b"\xff.jpg")]
PLAN = Plan(
    3, len(NAMES), digest(NAMES), {"beams": None}, 1, "captioning caption photos"
)


def said(name):
    if name == NAMES[1]:
        return PictureResult(place(name), [], "1.jpg is broken")
    return PictureResult(
        name, [Caption(f"of {name!r}", -0.5, 0.9)], tags=[Tag("a", 0.5)]
    )


@pytest.fixture
def out(tmp_path):
    return tmp_path / "captions.csv"


def write(files, *numbers):
    for number in numbers:
        files.write(number, list(map(said, part_of(NAMES, number, PLAN.shards))))


def test_shards_in_any_order_are_one_file_in_that_of_the_list(out, capsys):
    files = ShardFiles(out, PLAN)
    write(files, 3, 1)
    assert "error: 1.jpg is broken" in capsys.readouterr().err
    assert files.missing() == ShardFiles(out).missing() == [2]
    write(files, 2)
    assert ShardFiles(out).join(out) == 6
    assert f"{out}: 6 pictures captioned, 1 not" in capsys.readouterr().err
    names = [line.split(",")[0] for line in out.read_text().splitlines()]
    expected = [name for name in NAMES if name != NAMES[1]]
    assert names == ["image", *expected[:-1], r"\udcff.jpg"]


def test_shards_of_another_plan_are_refused_or_deleted(out):
    write(ShardFiles(out, PLAN), 1, 2)
    other = PLAN._replace(options={"beams": 5})
    with pytest.raises(BadInput, match="is of the option beams None, not 5.*--force"):
        ShardFiles(out, other)
    files = ShardFiles(out, other, force=True)
    assert files.missing() == [1, 2, 3]
    write(files, 1)
    assert ShardFiles(out, other, force=True).missing() == [2, 3]


def test_without_shards_there_is_nothing_to_join(out):
    with pytest.raises(BadInput, match="there are no shards in .*captions.csv.shards"):
        ShardFiles(out)
    assert not list(out.parent.iterdir())


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda files: files.file(2).unlink(), "00002-of-00003.jsonl cannot be read"),
        (lambda files: cut(files.file(2), -1), "have 6 pictures, which are not the 7"),
        (lambda files: cut(files.file(2), 0), "00002-of-00003.jsonl cannot be read"),
        (lambda files: twice(files.file(2)), "have 7 pictures, which are not the 7"),
        (
            lambda files: replace(files.file(2), '"beams": null', '"beams": 5'),
            "00002-of-00003.jsonl is of the option beams 5, not None",
        ),
    ],
)
def test_what_is_not_each_picture_once_is_not_joined(out, spoil, message):
    files = ShardFiles(out, PLAN)
    write(files, 1, 2, 3)
    spoil(files)
    with pytest.raises(BadInput, match=message):
        files.join(out)
    assert not out.exists()


def replace(file, old, new):
    file.write_text(file.read_text().replace(old, new))


def cut(file, end):
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:end]))


def twice(file):
    """One picture twice, and another not at all."""
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([lines[0], lines[1], lines[1]]))


def test_a_shard_is_written_whole_or_not_at_all(out, monkeypatch):
    files = ShardFiles(out, PLAN)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(BadInput, match="No space left"):
        write(files, 1)
    assert not list(files.folder.iterdir())


def test_a_shard_without_a_caption_is_refused_as_its_folder_may_not_be_there(out):
    results = [
        PictureResult(place(name), [], f"{name} does not exist") for name in NAMES[:2]
    ]
    with pytest.raises(BadInput, match="none of its 2 pictures .*0.jpg does not exist"):
        ShardFiles(out, PLAN).write(1, results)
    assert ShardFiles(out, PLAN).missing() == [1, 2, 3]
    ShardFiles(out, PLAN, force=True).write(1, results)
    assert ShardFiles(out, PLAN).missing() == [2, 3]
