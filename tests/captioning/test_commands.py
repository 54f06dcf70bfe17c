"""The commands as their user meets them: output, exit status, one clear sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from captioning import caption, evaluate, export, gap, read, train
from captioning.__main__ import COMMANDS
from data_prep.errors import BadInput
from data_prep.prepare import prepare

ROOT = Path(__file__).resolve().parents[2]


def command(*arguments, cwd=ROOT):
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "name",
    [
        "captioning.train",
        "captioning.caption",
        "captioning.read",
        "captioning.evaluate",
        "captioning.export",
        "captioning.gap",
        "data_prep.prepare",
    ],
)
def test_every_command_has_help_with_an_example(name):
    found = command(name, "--help")
    assert found.returncode == 0
    assert found.stderr == ""
    assert f"python -m {name}" in found.stdout.split("example", 1)[1]
    assert f"captioning {name.partition('.')[2]} " in COMMANDS


def test_the_package_lists_its_commands():
    assert command("captioning").stdout == COMMANDS + "\n"


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (
            ["captioning.evaluate"],
            "no run under runs/ that learned",
        ),
        (
            ["captioning.caption", "photo.jpg", "--run", "nowhere"],
            "nowhere is not a run",
        ),
        (["captioning.evaluate", "--run", "nowhere"], "nowhere is not a run"),
        (
            ["captioning.export", "--run", "nowhere", "--out", "x"],
            "nowhere is not a run",
        ),
        (["captioning.train", "--data", "nowhere"], "nowhere"),
        (["captioning.train", "--resume"], "--resume needs --run"),
        (["captioning.train", "--resume", "--run", "nowhere"], "nowhere is not a run"),
    ],
)
def test_bad_input_is_one_sentence_and_status_two(arguments, found, tmp_path):
    answer = command(*arguments, cwd=tmp_path)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr
    (line,) = answer.stderr.splitlines()  # nor does TensorFlow greet
    assert line.startswith("error: ") and found in line
    assert not list(tmp_path.iterdir())


# === caption ===


@pytest.fixture
def photos(tmp_path, make_picture, encode_picture):
    folder = tmp_path / "photos"
    (folder / "below").mkdir(parents=True)
    jpeg = encode_picture(make_picture(80, 60), "JPEG")
    (folder / "a.jpg").write_bytes(jpeg)
    (folder / "b.jpg").write_bytes(jpeg[:400])
    (folder / "c.txt").write_text("not a picture, which its name says")
    (folder / "c").write_text("not a picture")
    (folder / "below" / "d").write_bytes(
        encode_picture(make_picture(30, 90), "PNG")  # known by content, not by name
    )
    return folder


def test_caption_goes_on_past_bad_files(photos, tiny_run, capsys):
    assert caption.main([str(photos), "--run", str(tiny_run)]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert [line.split(" -> ")[0] for line in lines] == [
        str(photos / "a.jpg"),
        str(photos / "below" / "d"),
    ]
    assert all(line.split(" -> ")[1] for line in lines)
    for bad in ("b.jpg", "c"):
        assert f"error: {photos / bad} " in err
    assert "1 other file passed over" in err and "c.txt" not in err


def test_caption_as_json(photos, tiny_run, capsys):
    arguments = [str(photos), "--run", str(tiny_run), "--beams", "2", "--json"]
    assert caption.main(arguments) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    by_name = {Path(line.pop("image")).name: line for line in lines}
    assert set(by_name) == {"a.jpg", "b.jpg", "c", "d"}
    assert set(by_name["b.jpg"]) == set(by_name["c"]) == {"error"}
    for good in ("a.jpg", "d"):
        best, second = by_name[good]["captions"]
        assert best["caption"] and best["score"] >= second["score"]


def test_caption_ends_with_two_if_nothing_was_captioned(photos, tiny_run, capsys):
    bad = str(photos / "c.txt")
    assert caption.main([bad, "--run", str(tiny_run)]) == 2
    with pytest.raises(BadInput, match="got '0'; expected 1 or more"):
        caption.main([bad, "--run", str(tiny_run), "--beams", "0"])
    (photos.parent / "empty").mkdir()
    with pytest.raises(BadInput, match="no file in"):
        caption.main([str(photos.parent / "empty"), "--run", str(tiny_run)])


@pytest.mark.parametrize(
    ("main", "arguments"),
    [
        (caption.main, ["photo.jpg", "--run", "nowhere", "--attention"]),
        (evaluate.main, ["--run", "nowhere", "--out"]),
        (export.main, ["--run", "nowhere", "--format", "litert", "--out"]),
        (read.main, ["sentiment", "a", "--run", "nowhere", "--plot"]),
    ],
)
def test_where_nothing_can_be_written_is_said_before_anything_is_loaded(
    main, arguments, tmp_path, monkeypatch
):
    file, locked = tmp_path / "file", tmp_path / "locked"
    file.touch()
    locked.mkdir()
    # Said, not done: for root there is no folder that cannot be written.
    monkeypatch.setattr(os, "access", lambda path, mode: path != locked)
    name = "x.tflite" if "litert" in arguments else "x.png"
    for folder in (tmp_path / "missing", file, locked):
        out = folder / name
        with pytest.raises(BadInput, match=f"{arguments[-1]} is {out}, .* in one that"):
            main([*arguments, str(out)])


@pytest.mark.parametrize(
    ("main", "arguments", "name"),
    [
        (evaluate.main, ["--run", "nowhere", "--out"], "x.json"),
        (evaluate.main, ["--model", "no", "--data", "no", "--out"], "x.json"),
        (export.main, ["--run", "nowhere", "--format", "litert", "--out"], "x.tflite"),
        (export.main, ["--run", "nowhere", "--out"], "folder"),
        (read.main, ["sentiment", "a", "--run", "nowhere", "--plot"], "x.png"),
    ],
)
def test_nothing_is_replaced_unasked(main, arguments, name, tmp_path):
    out = tmp_path / name
    file = out if out.suffix else out / "x"
    file.parent.mkdir(exist_ok=True)
    file.write_text("precious")
    with pytest.raises(BadInput, match=f"{name} exists; .* another with --.* --force"):
        main([*arguments, str(out)])
    with pytest.raises(BadInput, match="^(?!.*exists; expected a new)"):  # goes on
        main([*arguments, str(out), "--force"])
    assert file.read_text() == "precious"


@pytest.mark.parametrize(
    ("main", "arguments", "flag"),
    [
        (evaluate.main, [], "--out"),
        (read.main, ["sentiment", "a"], "--plot"),
        (gap.main, ["--boat", "--draw"], "--boat"),
        (gap.main, [], "--boat"),
    ],
)
def test_force_alone_is_refused(main, arguments, flag):
    with pytest.raises(BadInput, match=f"--force goes with {flag}"):
        main([*arguments, "--force"])


# === train ===


def test_train_shows_what_it_learned(harbour_data, tmp_path, capsys):
    run = tmp_path / "run"
    tiny = "--epochs 1 --units 8 --embedding-dim 8 --attention-dim 8 --image-size 32"
    train.main(["--data", str(harbour_data), "--run", str(run), *tiny.split()])
    out = capsys.readouterr().out
    for said in (
        "F1 of object",
        "on grey pictures",
        "CIDEr-D",
        " -> ",
        "captioning.ca",
    ):
        assert said in out
    assert len(list((run / "samples").iterdir())) == 8
    assert (run / "captions.png").stat().st_size > 10_000


def test_pictures_in_folders_are_shown_too(tmp_path, make_picture, capsys):
    """COCO keeps its pictures in folders: ids are paths, samples lie side by side."""
    (tmp_path / "coco" / "val2014").mkdir(parents=True)
    images = []
    for number, split in enumerate(["train", "train", "val", "val", "test"]):
        make_picture(64, 48, seed=number).save(
            tmp_path / "coco" / "val2014" / f"{number}.jpg"
        )
        sentences = [{"raw": f"A picture of number {number}."}]
        images.append(
            {
                "filename": f"{number}.jpg",
                "filepath": "val2014",
                "split": split,
                "sentences": sentences,
            }
        )
    (tmp_path / "coco" / "dataset_coco.json").write_text(json.dumps({"images": images}))
    prepare("coco", tmp_path / "coco", tmp_path / "data")
    tiny = "--preset harbour --epochs 1 --units 8 --embedding-dim 8 --image-size 32"
    run = tmp_path / "run"
    train.main(["--data", str(tmp_path / "data"), "--run", str(run), *tiny.split()])
    assert f"{run / 'samples' / 'val2014-2.jpg'} -> " in capsys.readouterr().out


def test_a_name_that_is_not_utf8_is_spelled_out(photos, tiny_run, capsys):
    name = os.fsencode(photos) + b"/\xff.jpg"
    with open(name, "wb") as file:
        file.write((photos / "a.jpg").read_bytes())
    path = os.fsdecode(name)
    assert caption.main([path, "--run", str(tiny_run), "--json"]) == 0
    line = capsys.readouterr().out.encode("utf-8")  # would fail on half a surrogate
    assert json.loads(line)["image"].endswith("\\udcff.jpg")
    assert caption.main([path, "--run", str(tiny_run)]) == 0
    assert "\\udcff.jpg -> " in capsys.readouterr().out


def test_other_options_do_not_resume(tiny_run):
    with pytest.raises(BadInput, match="begun with units 24, and 99 was given"):
        train.main(["--run", str(tiny_run), "--resume", "--units", "99"])
