"""captioning merge: missing shards are named with their commands; all are joined."""

import shlex

import pytest

from captioning import caption
from captioning.commands import merge
from captioning.inference.results import Caption
from data_prep.errors import BadInput


class Engine:
    """Says how large the picture's file is."""

    gives_confidence = is_reranked = False

    def caption(self, pictures):
        return [[Caption(f"{len(picture)} bytes", -1.0)] for picture in pictures]


@pytest.fixture
def photos(tmp_path, make_picture, encode_picture, monkeypatch):
    monkeypatch.setattr(caption, "load", lambda *_, **__: Engine())
    (tmp_path / "my photos").mkdir()
    for number in range(7):
        data = encode_picture(make_picture(40, 30 + number, number), "JPEG")
        (tmp_path / "my photos" / f"{number}.jpg").write_bytes(data)
    (tmp_path / "my photos" / "3.jpg").write_bytes(data[:200])
    monkeypatch.chdir(tmp_path)
    return tmp_path / "my photos"


@pytest.mark.parametrize("ending", ["csv", "jsonl", "txt", "parquet"])
def test_shards_are_what_one_command_writes(photos, ending, capsys):
    pytest.importorskip("pyarrow")
    whole, out = f"whole.{ending}", f"captions.{ending}"
    assert caption.main(["my photos", "--out", whole, "--prefix", "here, "]) == 0
    command = ["my photos", "--out", out, "--prefix", "here, ", "--shard"]
    assert caption.main([*command, "2/3"]) == 0
    capsys.readouterr()
    with pytest.raises(BadInput, match="2 of the 3 shards .* are missing: 1,3;"):
        merge.main([out])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and not (photos.parent / out).exists()
    for line in lines:
        words = shlex.split(line)
        assert words[:3] == ["python", "-m", "captioning.caption"]
        assert caption.main(words[3:]) == 0
    assert merge.main([out]) == 0
    assert f"{out}: 6 pictures captioned, 1 not" in capsys.readouterr().err
    contents = [(photos.parent / name).read_bytes() for name in (whole, out)]
    assert contents[0] == contents[1]
    with pytest.raises(BadInput, match=f"{out} exists"):
        merge.main([out])
    assert merge.main([out, "--force"]) == 0


def test_a_shard_that_is_there_is_not_done_again(photos, monkeypatch, capsys):
    command = ["my photos", "--out", "captions.csv", "--shard", "1/1"]
    assert caption.main(command) == 0

    def load(*_, **__):
        raise AssertionError("loaded again")

    monkeypatch.setattr(caption, "load", load)
    assert caption.main(command) == 0
    assert "nothing is left to do" in capsys.readouterr().err
    with pytest.raises(AssertionError, match="loaded again"):
        caption.main([*command, "--force"])
    (photos / "new.jpg").touch()
    with pytest.raises(
        BadInput, match="another list of pictures, of 7, and these are 8"
    ):
        caption.main(command)


def test_a_list_of_names_is_split_without_a_look_at_the_files(photos, tmp_path):
    (tmp_path / "names.txt").write_text("my photos/5.jpg\nnone.jpg\nmy photos/1.jpg\n")
    for number in (1, 2):
        shard = ["--list", "names.txt", "--out", "c.txt", "--shard", f"{number}/2"]
        assert caption.main(shard) == 0
    assert merge.main(["c.txt"]) == 0
    names = [
        line.split(" -> ")[0] for line in (tmp_path / "c.txt").read_text().splitlines()
    ]
    assert names == ["my photos/5.jpg", "my photos/1.jpg"]


@pytest.mark.parametrize(
    "flags, message",
    [
        (["--shard", "0/3", "--out", "c.csv"], "got '0/3'; expected I/N"),
        (["--shard", "4/3", "--out", "c.csv"], "expected I/N, the Ith of N parts"),
        (["--shard", "1/3"], "--shard needs --out"),
        (["--engine", "ray"], "--engine needs --out"),
        (
            ["--shard", "1/3", "--out", "c.csv", "--json"],
            "--shard and --json do not go",
        ),
        (["--shard", "1/3", "--out", "c.csv", "--resume"], "--shard and --resume"),
        (["--workers", "3", "--out", "c.csv"], "--workers goes with --engine ray"),
        (["--list", "names.txt"], "--list and PATH do not go together"),
    ],
)
def test_flags_that_contradict_each_other(photos, flags, message):
    with pytest.raises(BadInput, match=message):
        caption.main(["my photos", *flags])


def test_ranges_of_numbers():
    assert merge.ranges([1, 3, 4, 5, 9]) == "1,3-5,9"
    assert merge.ranges([7]) == "7"
