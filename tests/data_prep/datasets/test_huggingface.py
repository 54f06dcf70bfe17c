"""Folders of 🤗 datasets: pictures inside Arrow and Parquet files."""

import pytest

from data_prep.datasets import huggingface
from data_prep.errors import BadInput
from data_prep.examples import EmbeddedPicture, Skipped
from data_prep.prepare import prepare
from data_prep.prepared.captions import load_captions
from data_prep.prepared.records import read_shards

pyarrow = pytest.importorskip("pyarrow")


def write(path, rows):
    """Write rows as `save_to_disk` does (.arrow), or as the Hub has them (.parquet)."""
    import pyarrow.parquet

    table = pyarrow.Table.from_pylist(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(table, path, row_group_size=3)
        return
    with pyarrow.ipc.new_stream(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=3)


def row(name, caption, content=None, **more):
    content = content or name.encode()
    return {"image": {"bytes": content, "path": name}, "caption": caption, **more}


def read(source):
    skipped = Skipped()
    return list(huggingface.read(source, skipped)), skipped


@pytest.mark.parametrize(
    "place",
    ["{}/data-00000-of-00001.arrow", "data/{}-00000-of-00001-0123abcd.parquet"],
)
def test_splits_are_those_of_the_names(tmp_path, place):
    for split in ("train", "validation", "test"):
        rows = [row(f"{n}.jpg", [f"A {split}.", "A dog."]) for n in range(5)]
        rows.append(row("2.jpg", ["A repeated picture."]))
        rows.append(row("2.jpg", ["Of the same name."], content=b"another"))
        write(tmp_path / place.format(split), rows)
    examples, skipped = read(tmp_path)
    assert skipped.notes == {"split": "official"} and not skipped.as_dict()
    assert [e.split for e in examples] == ["train"] * 6 + ["dev"] * 6 + ["test"] * 6
    assert len({e.image_id for e in examples}) == 18
    assert examples[2].captions == ("A train.", "A dog.", "A repeated picture.")
    assert examples[2].image == EmbeddedPicture(b"2.jpg")
    assert examples[5].image == EmbeddedPicture(b"another")


def test_a_column_of_splits(tmp_path):
    splits = ["test", "val", "train", "restval"]
    rows = [row(f"{n}.jpg", "A dog.", split=s) for n, s in enumerate(splits)]
    write(tmp_path / "data/test-00000.parquet", rows)
    examples, _ = read(tmp_path)
    assert [(e.image_id, e.split) for e in examples] == [
        ("2.jpg", "train"),
        ("3.jpg", "train"),
        ("1.jpg", "dev"),
        ("0.jpg", "test"),
    ]


def test_a_single_split_is_split_by_the_pictures(tmp_path):
    rows = [row(None, f"A {n}.", content=b"%d" % n) for n in range(200)]
    rows.append({"image": None, "caption": "A lost one."})
    write(tmp_path / "train.arrow", rows)
    examples, skipped = read(tmp_path)
    assert {e.split for e in examples} == {"train", "dev", "test"}
    assert len(examples) == len({e.image_id for e in examples}) == 200
    assert "by hash of the pictures" in skipped.notes["split"]
    assert list(skipped.as_dict()) == ["row without a picture"]


def test_names_and_numbered_captions(tmp_path):
    (tmp_path / "1.jpg").write_bytes(b"picture")
    rows = [
        {"image": "1.jpg", "caption_0": "A dog.", "caption_1": "A cat."},
        {"image": "2.jpg", "caption_0": "A dog.", "caption_1": None},
        {"image": "3.jpg", "caption_0": None, "caption_1": None},
    ]
    write(tmp_path / "train.parquet", rows)
    examples, skipped = read(tmp_path)
    assert [(e.image, e.captions) for e in examples] == [
        (tmp_path / "1.jpg", ("A dog.", "A cat."))
    ]
    assert skipped.as_dict()["picture does not exist"]["examples"] == ["2.jpg"]
    assert skipped.as_dict()["picture without captions"]["examples"] == ["3.jpg"]


def test_faults(tmp_path):
    with pytest.raises(BadInput, match="no file that ends in .parquet or .arrow"):
        read(tmp_path)
    for ending in ("parquet", "arrow"):
        path = tmp_path / ending / f"a.{ending}"
        write(path, [{"label": 1}])
        with pytest.raises(BadInput, match="has the columns label; expected one"):
            read(tmp_path / ending)
        write(path, [row(f"{n}.jpg", "A dog." * 100) for n in range(100)])
        path.write_bytes(path.read_bytes()[:-500])
        with pytest.raises(BadInput, match=f"cannot be read as {ending.title()}"):
            read(tmp_path / ending)


def test_pictures_are_checked_and_written(tmp_path, make_picture, encode_picture):
    for split in ("train", "validation", "test"):
        data = encode_picture(make_picture(9, 8, seed=len(split)), "JPEG")
        rows = [row("good.jpg", "A dog.", data), row("bad.jpg", "A cat.", data[:99])]
        write(tmp_path / split / "data.arrow", rows)
    info = prepare("huggingface", tmp_path, tmp_path / "out")
    assert load_captions(tmp_path / "out", "train").captions == [("A dog.",)]
    (record,) = read_shards(tmp_path / "out", "test").as_numpy_iterator()
    assert record["image"].startswith(b"\xff\xd8\xff")
    bad = info.skipped["picture that cannot be used"]
    assert bad["count"] == 3
    assert bad["examples"][0].startswith("train/bad.jpg is a JPEG picture that is dam")
