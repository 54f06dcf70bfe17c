"""Data sets of earlier versions: read where their files are the same, else refused with
the command that makes them anew."""

import hashlib
import json
import shlex

import numpy as np
import pytest

from data_prep.errors import BadInput
from data_prep.prepare import prepare
from data_prep.prepared.captions import load_captions
from data_prep.prepared.checksums import verify
from data_prep.prepared.dataset_info import DatasetInfo
from data_prep.prepared.records import read_shards
from data_prep.prepared.sentences import load_labelled, load_parallel


def rewrite(data, change):
    """Change dataset.json, and give it the checksum that an old version wrote."""
    path = data / "dataset.json"
    fields = json.loads(path.read_text("utf-8"))
    del fields["sha256"]
    change(fields)
    canonical = json.dumps(fields, sort_keys=True, ensure_ascii=True)
    fields["sha256"] = hashlib.sha256(canonical.encode("ascii")).hexdigest()
    path.write_text(json.dumps(fields), "utf-8")


def to_format_2(fields):
    fields["format"] = 2
    for facts in fields["splits"].values():
        captions = facts.pop("captions", None)
        if captions:
            facts["shards"][0]["texts"] = captions["texts"]


def to_format_1(fields):
    to_format_2(fields)
    for name in ("kind", "languages", "vocabulary_file"):
        del fields[name]
    fields["format"] = 1
    for facts in fields["splits"].values():
        for entry in (facts, *facts["shards"]):
            entry["images"] = entry.pop("examples")
            entry["captions"] = entry.pop("texts")


@pytest.fixture
def photos(tmp_path, make_picture, encode_picture):
    """A folder of 40 photos whose name needs quotes in a shell, three captions each."""
    source = tmp_path / "my photos"
    source.mkdir()
    lines = ["image,caption"]
    for number in range(40):
        name = f"{number:02}.jpg"
        picture = make_picture(9, 8, seed=number)
        (source / name).write_bytes(encode_picture(picture, "JPEG"))
        lines += [f"{name},A dog {k}." for k in range(3)]
    (source / "captions.csv").write_text("\n".join(lines))
    return source


def command_in(message: str) -> list[str]:
    return shlex.split(message.split("`")[1])


@pytest.mark.parametrize("old", [to_format_1, to_format_2])
@pytest.mark.parametrize("options", [{}, {"min_count": 2}])
def test_photos_are_refused_with_the_command_that_works(photos, tmp_path, old, options):
    out = tmp_path / "data"
    info = prepare("folder", photos, out, **options)
    rewrite(out, old)
    messages = set()
    for read in (load_captions, read_shards, lambda data, _: DatasetInfo.load(data)):
        with pytest.raises(BadInput, match="captions beside them: make it anew") as bad:
            read(out, "train")
        messages.add(str(bad.value))
    (message,) = messages
    expected = ["python", "-m", "data_prep.prepare", "folder", "--source", str(photos)]
    expected += ["--min-count", "2"] * bool(options) + ["--out", str(out)]
    assert command_in(message) == expected
    from data_prep.prepare import main

    main(command_in(message)[3:])
    assert DatasetInfo.load(out) == info


def test_drawn_scenes_are_refused_with_their_number(tmp_path):
    info = prepare("harbour", None, tmp_path, count=7)
    rewrite(tmp_path, to_format_2)
    with pytest.raises(BadInput) as bad:
        DatasetInfo.load(tmp_path)
    arguments = ["harbour", "--count", "7", "--out", str(tmp_path)]
    assert command_in(str(bad.value))[3:] == arguments
    assert prepare("harbour", None, tmp_path, count=7) == info


def test_an_altered_old_one_gives_no_command(tmp_path):
    prepare("harbour", None, tmp_path, count=3)
    rewrite(tmp_path, to_format_2)
    path = tmp_path / "dataset.json"
    path.write_text(path.read_text().replace("harbour", "rm -rf"))
    with pytest.raises(BadInput, match=r"dataset\.json was altered"):
        DatasetInfo.load(tmp_path)


@pytest.mark.parametrize("name", ["moods", "gap", "phrasebook"])
def test_sentences_of_format_2_are_read(name, tmp_path):
    info = prepare(name, None, tmp_path, count=20)

    def load(split):
        if info.kind == "translation":
            return load_parallel(tmp_path, split)
        texts, labels = load_labelled(tmp_path, split, info.kind)
        return texts, np.array(labels).tolist()

    before = {split: load(split) for split in info.splits}
    rewrite(tmp_path, to_format_2)
    found = DatasetInfo.load(tmp_path)
    assert found.splits == info.splits and found.format == 2
    for split in info.splits:
        verify(tmp_path, found, split)
        assert load(split) == before[split]
