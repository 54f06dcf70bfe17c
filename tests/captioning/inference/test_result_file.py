"""One file of captions: its three forms, its names, and no formulas in it."""

import csv
import json
from pathlib import Path

import pytest

from captioning.inference.result_file import OneFile
from captioning.inference.results import Caption, PictureResult, Tag
from captioning.inference.unfinished import Unfinished
from data_prep.errors import BadInput

TWO = [Caption('a "red" boat, here', -0.25), Caption("a boat", -0.5)]


@pytest.fixture
def results(tmp_path):
    return [
        PictureResult(tmp_path / "below" / "a.jpg", TWO),
        PictureResult(tmp_path / "b.jpg", [], "b.jpg is broken"),
        PictureResult(Path("elsewhere/c.jpg"), TWO[1:]),
    ]


def written(path, results, shown=1):
    unfinished = Unfinished(path, [result.path for result in results], {})
    file = OneFile(path, unfinished, shown)
    for result in results:
        file.add(result)
    return file.finish()


def test_csv(results, tmp_path):
    out = tmp_path / "captions.csv"
    assert written(out, results) == f"{out}: 2 pictures captioned"
    assert out.read_text().splitlines() == [
        "image,caption",
        'below/a.jpg,"a ""red"" boat, here"',
        "elsewhere/c.jpg,a boat",
    ]
    written(out, results, shown=2)
    assert list(csv.DictReader(out.read_text().splitlines())) == [
        {"image": "below/a.jpg", "caption": TWO[0].caption, "score": "-0.2500"},
        {"image": "below/a.jpg", "caption": "a boat", "score": "-0.5000"},
        {"image": "elsewhere/c.jpg", "caption": "a boat", "score": "-0.5000"},
    ]


def test_json_lines_and_text(results, tmp_path):
    written(tmp_path / "c.jsonl", results, shown=None)
    lines = [
        json.loads(line) for line in (tmp_path / "c.jsonl").read_text().splitlines()
    ]
    two = [{"caption": best.caption, "score": best.score} for best in TWO]
    assert lines == [
        {"image": "below/a.jpg", "captions": two},
        {"image": "b.jpg", "error": "b.jpg is broken"},
        {"image": "elsewhere/c.jpg", "captions": two[1:]},
    ]
    written(tmp_path / "c.txt", results)
    assert (tmp_path / "c.txt").read_text() == (
        'below/a.jpg -> a "red" boat, here\nelsewhere/c.jpg -> a boat\n'
    )
    written(tmp_path / "c.txt", results, shown=None)
    assert "  -0.500  a boat\n" in (tmp_path / "c.txt").read_text()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_no_cell_is_a_formula(start, tmp_path):
    caption = Caption(f"{start}1+1", -2.0)
    result = PictureResult(Path(f"{start}1.jpg"), [caption], tags=[Tag(start, 0.5)])
    written(tmp_path / "c.csv", [result], shown=None)
    with open(tmp_path / "c.csv", newline="") as table:
        header, (name, text, score, tags) = csv.reader(table)
    assert header == ["image", "caption", "score", "tags"]
    assert name == f"./{start}1.jpg"  # the same file
    assert text == f"'{start}1+1" and tags == f"'{start}"
    assert float(score) == -2.0


def test_without_a_caption_nothing_is_written(results, tmp_path):
    out = tmp_path / "captions.csv"
    assert "was not written" in written(out, results[1:2])
    assert not out.exists()
    with pytest.raises(BadInput, match=r"csv.part cannot be written \(No such"):
        written(tmp_path / "gone" / "captions.csv", results)


def test_what_captions_are_in_order_by_stands_beside_their_scores(results, tmp_path):
    two = [c._replace(expected_cider_d=x) for c, x in zip(TWO, (1, 0.5), strict=True)]
    results = [results[0]._replace(captions=two)]
    written(tmp_path / "c.csv", results)
    assert (tmp_path / "c.csv").read_text().startswith("image,caption\n")
    written(tmp_path / "c.csv", results, shown=None)
    rows = csv.DictReader((tmp_path / "c.csv").read_text().splitlines())
    assert [row["expected_cider_d"] for row in rows] == ["1.0000", "0.5000"]
    written(tmp_path / "c.txt", results, shown=None)
    assert "   0.500  -0.500  a boat\n" in (tmp_path / "c.txt").read_text()


def test_confidence_stands_in_every_form(results, tmp_path):
    sure, unsure = (
        best._replace(confidence=c) for best, c in zip(TWO, (0.9, 0.314), strict=True)
    )
    results = [
        results[0]._replace(captions=[sure, unsure]),
        results[2]._replace(captions=[unsure]),
    ]
    written(tmp_path / "c.csv", results)
    rows = csv.DictReader((tmp_path / "c.csv").read_text().splitlines())
    assert [row["confidence"] for row in rows] == ["0.9000", "0.3140"]
    written(tmp_path / "c.jsonl", results)
    lines = map(json.loads, (tmp_path / "c.jsonl").read_text().splitlines())
    assert [line["captions"][0]["confidence"] for line in lines] == [0.9, 0.314]
    written(tmp_path / "c.txt", results)
    assert (tmp_path / "c.txt").read_text() == (
        'below/a.jpg -> a "red" boat, here\nelsewhere/c.jpg -> a boat  (unsure: 31%)\n'
    )
