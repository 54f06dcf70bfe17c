"""A command that was killed goes on: every picture once, in order, nothing twice."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import captioning
from captioning.inference.results import Caption, PictureResult, Tag
from captioning.inference.unfinished import Unfinished, part_of
from data_prep.errors import BadInput

NAMES = [Path(f"{n}.jpg") for n in range(4)]
RESULTS = [
    PictureResult(
        NAMES[0], [Caption("a dog \u2028 犬", -0.5, 0.9)], tags=[Tag("dog", 0.5)]
    ),
    PictureResult(NAMES[1], [], "1.jpg is broken"),
    PictureResult(NAMES[2], [], left_out=0.25),
    PictureResult(Path(os.fsdecode(b"\xff.jpg")), [Caption("a cat", -1.0)]),
]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "captions.csv"


def begun(file, results, options=None):
    unfinished = Unfinished(file, NAMES, options or {})
    for result in results:
        unfinished.add(result)


def test_results_come_back_in_the_order_of_the_pictures(file):
    pictures = [result.path for result in RESULTS]
    begun(file, reversed(RESULTS[:3]))
    again = Unfinished(file, pictures, {}, resume=True)
    assert again.pictures == pictures[3:]
    again.add(RESULTS[3])
    assert again.results() == RESULTS
    assert Unfinished(file, pictures, {}, resume=True).results() == RESULTS
    again.remove()
    assert not list(file.parent.iterdir())


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_that_was_cut_off_is_done_again(file, cut):
    begun(file, RESULTS[:2])
    part = part_of(file)
    part.write_bytes(part.read_bytes()[:-cut])
    again = Unfinished(file, NAMES, {}, resume=True)
    assert again.results() == RESULTS[:1] and again.pictures == NAMES[1:]
    again.add(RESULTS[1])
    assert Unfinished(file, NAMES, {}, resume=True).results() == RESULTS[:2]


def test_a_command_that_fails_before_its_first_result_leaves_nothing(file):
    for _ in range(2):
        unfinished = Unfinished(file, NAMES, {"run": "missing"})
        assert not list(file.parent.iterdir())
    unfinished.add(RESULTS[0])
    Unfinished(file, NAMES, {"run": "missing"}, resume=True)  # and fails again
    again = Unfinished(file, NAMES, {"run": "missing"}, resume=True)
    assert again.results() == RESULTS[:1]


def test_what_does_not_go_on(file):
    begun(file, RESULTS[:2], {"beams": 3})
    with pytest.raises(BadInput, match="expected to go on with it .--resume"):
        Unfinished(file, NAMES, {"beams": 3})
    with pytest.raises(BadInput, match='begun with the options {"beams": 3}'):
        Unfinished(file, NAMES, {"beams": 5}, resume=True)
    part = part_of(file)
    part.write_text(part.read_text().replace('"captions"', '"words"'))
    with pytest.raises(BadInput, match="cannot be read .*begin|Begin anew"):
        Unfinished(file, NAMES, {"beams": 3}, resume=True)
    assert Unfinished(file, NAMES, {}, force=True).pictures == NAMES


def test_a_killed_command_goes_on(make_picture, encode_picture, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    photo = encode_picture(make_picture(64, 48), "JPEG")
    for n in range(80):
        (folder / f"{n:02}.jpg").write_bytes(photo)
    (folder / "40.jpg").write_bytes(photo[:200])
    out, part = tmp_path / "captions.jsonl", part_of(tmp_path / "captions.jsonl")
    command = [sys.executable, "-m", "captioning.caption", str(folder), "--no-rerank"]
    command += ["--out", str(out)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not (
            part.exists() and len(part.read_bytes().splitlines()) > 10
        ):
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert not out.exists()
    kept = part.read_text("ascii").splitlines()[1:-1]
    shutil.copy(part, tmp_path / "before")

    refused = subprocess.run(command, capture_output=True, text=True)
    assert refused.returncode == 2 and "--resume" in refused.stderr
    assert part.read_bytes() == (tmp_path / "before").read_bytes()

    subprocess.run([*command, "--resume"], check=True, capture_output=True)
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [line["image"] for line in lines] == [
        f"pictures/{n:02}.jpg" for n in range(80)
    ]
    # A process may be killed when all is written, and the command given once more.
    before = out.read_bytes()
    again = subprocess.run([*command, "--resume"], capture_output=True, text=True)
    assert again.returncode == 0 and "nothing is left" in again.stderr
    assert out.read_bytes() == before
    assert [n for n, line in enumerate(lines) if "error" in line] == [40]
    words = json.loads(kept[0])["captions"][0][0]
    assert {c["caption"] for line in lines for c in line.get("captions", ())} == {words}
    assert not part.exists()


def test_the_api_goes_on(make_picture, encode_picture, tmp_path):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_bytes(encode_picture(make_picture(64, 48), "JPEG"))
    options = {"num_beams": None, "min_confidence": None}
    paths, out = sorted(tmp_path.glob("*.jpg")), tmp_path / "captions.csv"
    done = PictureResult(paths[0], [Caption("said before", -1.0, 0.5)])
    Unfinished(out, paths, options).add(done)
    with captioning.load() as captioner:
        with pytest.raises(BadInput, match="resume=True"):
            captioner.caption_folder(tmp_path, out)
        first, second = captioner.caption_folder(tmp_path, out, resume=True)
    assert first == done and second.captions
    assert [row.split(",")[0] for row in out.read_text().splitlines()[1:]] == [
        "a.jpg",
        "b.jpg",
    ]
