"""captioning.caption into files: sidecars, one file, pages; and back as a data set."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from captioning import caption
from captioning.inference.results import Caption
from data_prep.datasets import folder
from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.prepare import prepare

ROOT = Path(__file__).resolve().parents[2]


class FakeEngine:
    """Says how large the picture's file is; with `confidence`, how sure it is."""

    description = "a fake"
    captioned = 0
    gives_confidence = True
    is_reranked = False
    confidence = None

    def caption(self, pictures):
        FakeEngine.captioned += len(pictures)
        return [
            [
                Caption(f"{word} of {len(picture)} bytes", -score, self.confidence)
                for score, word in WORDS
            ]
            for picture in pictures
        ]


WORDS = ((0.25, "a picture"), (0.5, "a file"))


@pytest.fixture(autouse=True)
def fake_engine(monkeypatch):
    monkeypatch.setattr(FakeEngine, "captioned", 0)
    monkeypatch.setattr(caption, "load", lambda *_, **__: FakeEngine())
    monkeypatch.setattr(caption, "chosen_captioner", lambda flags: Path("fake"))
    return FakeEngine


@pytest.fixture
def photos(tmp_path, make_picture, encode_picture):
    photos = tmp_path / "photos"
    (photos / "below").mkdir(parents=True)
    for number, name in enumerate(["a.jpg", "b.jpg", "below/c.jpg"]):
        data = encode_picture(make_picture(40 + 8 * number, 30, number), "JPEG")
        (photos / name).write_bytes(data)
    (photos / "broken.jpg").write_bytes(data[:300])
    (photos / "notes.md").write_text("no picture")
    return photos


def said_of(path, word="a picture"):
    return f"{word} of {path.stat().st_size} bytes"


def run(*arguments):
    return caption.main([str(argument) for argument in arguments])


def test_text_sidecars(photos, capsys):
    around = ("--prefix", "sks, ", "--suffix", " at sea")
    assert run(photos, "--sidecars", "txt", "--beams", 2, *around) == 0
    out, err = capsys.readouterr()
    assert out == "" and "1 other file passed over" in err
    assert "error: " in err and "broken.jpg" in err and "notes.md" not in err
    assert err.splitlines()[-1] == "sidecars written: 3; 1 failed"
    written = sorted(p.relative_to(photos).as_posix() for p in photos.rglob("*.txt"))
    assert written == ["a.txt", "b.txt", "below/c.txt"]
    words = ("a picture", "a file")
    lines = [f"sks, {said_of(photos / 'a.jpg', word)} at sea" for word in words]
    assert (photos / "a.txt").read_text().splitlines() == lines


def test_a_stopped_run_goes_on_and_a_finished_one_is_no_error(
    photos, fake_engine, capsys
):
    (photos / "broken.jpg").unlink()
    (photos / "a.txt").write_text("by hand\n")
    assert run(photos, "--sidecars", "txt") == 0
    assert fake_engine.captioned == 2
    assert (photos / "a.txt").read_text() == "by hand\n"
    assert run(photos, "--sidecars", "txt") == 0  # nothing is left, nothing is loaded
    assert fake_engine.captioned == 2
    assert "written: 0; pictures passed over, as they have one: 3" in (
        capsys.readouterr().err
    )
    assert run(photos, "--sidecars", "txt", "--overwrite") == 0
    assert (photos / "a.txt").read_text() == said_of(photos / "a.jpg") + "\n"


def test_a_sidecar_that_cannot_be_written_costs_itself_only(photos, capsys):
    (photos / "a.xmp").write_text("precious, and no XMP")
    (photos / "b.png").write_bytes((photos / "b.jpg").read_bytes())
    assert run(photos, "--sidecars", "xmp", "--overwrite", "--json") == 0
    out, err = capsys.readouterr()
    errors = [
        line["error"] for line in map(json.loads, out.splitlines()) if "error" in line
    ]
    assert len(errors) == 3  # one of them the broken picture's
    assert "a.xmp is no XML" in errors[0] and "b.png got none" in errors[1]
    assert (photos / "a.xmp").read_text() == "precious, and no XMP"
    assert "sidecars written: 2" in err


def test_text_sidecars_are_read_back_as_a_data_set(photos):
    run(photos, "--sidecars", "txt", "--beams", 2)
    skipped = Skipped()
    examples = {e.image_id: e.captions for e in folder.read(photos, skipped)}
    assert examples == {
        name: tuple(said_of(photos / name, word) for _, word in WORDS)
        for name in ("a.jpg", "b.jpg", "below/c.jpg")
    }
    assert skipped.as_dict()["picture without a sidecar"]["examples"] == ["broken.jpg"]


@pytest.mark.parametrize(
    "arguments", [["--sidecars", "txt"], ["--out", "captions.csv"]]
)
def test_captions_of_a_folder_can_be_prepared(
    arguments, tmp_path, make_picture, encode_picture, monkeypatch
):
    photos = tmp_path / "many"
    photos.mkdir()
    for number in range(40):
        data = encode_picture(make_picture(32, 24, number), "JPEG")
        (photos / f"-{number}.jpg").write_bytes(data)
    monkeypatch.chdir(photos)
    assert run(".", *arguments) == 0
    info = prepare("folder", photos, tmp_path / "prepared", min_count=1)
    assert sum(split.examples for split in info.splits.values()) == 40


def test_one_file_is_whole_and_replaces_nothing_unasked(photos, capsys):
    out = photos / "captions.csv"
    assert run(photos, "--out", out) == 0
    stdout, err = capsys.readouterr()
    assert stdout == "" and f"{out}: 3 pictures captioned" in err
    lines = out.read_text().splitlines()
    assert lines[0] == "image,caption"
    assert lines[3] == f"below/c.jpg,{said_of(photos / 'below/c.jpg')}"
    with pytest.raises(BadInput, match="captions.csv exists; .* --force"):
        run(photos, "--out", out)
    assert run(photos, "--out", out, "--force", "--explain") == 0
    assert out.read_text().splitlines()[0] == "image,caption,score"
    assert "  -0.500  a file of" in capsys.readouterr().out  # asked for, so shown
    assert run(photos, "--out", out.with_suffix(".jsonl"), "--json") == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    kept = [json.loads(x) for x in out.with_suffix(".jsonl").read_text().splitlines()]
    assert [line.get("captions") for line in shown] == [k.get("captions") for k in kept]
    assert not list(photos.glob(".*"))  # nothing half written


@pytest.fixture
def unsure(fake_engine, monkeypatch):
    """Flags that leave every caption out, as the fake is 31.07 % sure."""
    monkeypatch.setattr(fake_engine, "confidence", 0.31071)
    return ("--min-confidence", "0.5")


def test_pictures_that_are_left_out_stay_in_json(photos, unsure, capsys):
    left_out = {"captions": [], "confidence": 0.3107}
    a, b = str(photos / "a.jpg"), str(photos / "b.jpg")
    assert run(a, b, "--json", *unsure) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [{"image": name, **left_out} for name in (a, b)]
    assert run(a, "--explain", *unsure) == 0
    assert capsys.readouterr().out == ""


def test_what_an_earlier_run_wrote_of_them_is_named_and_stays(photos, unsure, capsys):
    old = photos / "b.txt"
    old.write_text("an earlier caption\n")
    for arguments in (["--overwrite"], []):
        assert run(photos, "--sidecars", "txt", *arguments, *unsure) == 0
        last = capsys.readouterr().err.splitlines()[-1]
        assert ("was left out, as they were: 1" in last) == bool(arguments)
        assert str(old) in last
    assert old.read_text() == "an earlier caption\n" and not list(photos.glob("a.t*"))
    out = photos / "captions.csv"
    for content in (None, "image,caption\n"):
        if content:
            out.write_text(content)
        assert run(photos, "--out", out, "--force", *unsure) == 0
        err = capsys.readouterr().err
        assert f"{out} was not written" in err
        assert ("is there was left as it is: remove it" in err) == bool(content)
    assert out.read_text() == content


def test_a_picture_that_is_named_twice_is_captioned_once(photos, capsys, monkeypatch):
    (photos / "broken.jpg").unlink()
    monkeypatch.chdir(photos)
    assert run("b.jpg", ".", "./a.jpg", photos / "b.jpg") == 0
    names = [line.split(" -> ")[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["b.jpg", "a.jpg", "below/c.jpg"]


def test_a_page_in_another_folder_is_warned_of(photos, tmp_path, capsys):
    page = photos / "page.html"
    page.write_text('<img src="a.jpg">')
    assert run("--alt-text", page, "--out", tmp_path / "new.html") == 0
    note = capsys.readouterr().err.splitlines()[0]
    assert note.startswith("note: ") and "will lie in another folder" in note
    assert "alt=" in (tmp_path / "new.html").read_text()
    assert run("--alt-text", page, "--out", photos / "below" / ".." / "new.html") == 0
    assert "note: " not in capsys.readouterr().err


def test_alt_text_goes_into_a_new_page(photos, capsys):
    page = photos / "page.html"
    html = (
        '<img src="a.jpg"><img src="broken.jpg"><img src="lost.jpg"><img alt="" src=b>'
    )
    page.write_text(html)
    assert run("--alt-text", page) == 0
    draft = f'<img alt="{said_of(photos / "a.jpg")}" src="a.jpg">'
    changed = html.replace('<img src="a.jpg">', draft)
    assert (photos / "page.alt.html").read_text() == changed
    assert page.read_text() == html
    err = capsys.readouterr().err
    assert "broken.jpg" in err and "lost.jpg does not exist" in err
    assert "3 images without alt text. " in err and "drafts for 1: read each" in err
    with pytest.raises(BadInput, match="page.alt.html exists"):
        run("--alt-text", page)
    with pytest.raises(BadInput, match="the page itself"):
        run("--alt-text", page, "--out", page, "--force")
    markdown = photos / "page.md"
    markdown.write_text("![a boat](a.jpg)")
    assert run("--alt-text", markdown) == 0  # there is nothing to do
    markdown.write_text("![](lost.jpg)")
    assert run("--alt-text", markdown) == 2
    assert not (photos / "page.alt.md").exists()


def test_a_folder_without_pictures_and_a_picture_named_as_text(photos, capsys):
    (photos / "empty").mkdir()
    (photos / "empty" / "captions.csv").touch()
    with pytest.raises(BadInput, match="no file in .* that may be a picture"):
        run(photos / "empty")
    assert "1 other file passed over" in capsys.readouterr().err
    odd = photos / "a.txt"
    odd.write_bytes((photos / "a.jpg").read_bytes())
    assert run(odd) == 0  # it was named, so it is tried
    assert capsys.readouterr().out == f"{odd} -> {said_of(odd)}\n"
    with pytest.raises(BadInput, match="--out is .*a.txt, the picture itself"):
        run(odd, "--out", odd, "--force")


def test_no_output_needs_tensorflow(photos):
    (photos / "page.md").write_text("![](a.jpg)")
    program = f"""
import sys
from captioning import caption
from captioning.inference.results import Caption

class Engine:
    def caption(self, pictures):
        return [[Caption("a boat", -1.0)] for _ in pictures]

caption.load = lambda *_, **__: Engine()
photos = {str(photos)!r}
for flags in (["--sidecars", "txt"], ["--sidecars", "xmp"], ["--out", photos + ".csv"]):
    assert caption.main([photos, *flags]) == 0
assert caption.main(["--alt-text", photos + "/page.md"]) == 0
heavy = {{"tensorflow", "keras"}} & set(sys.modules)
assert not heavy, heavy
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    found = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
