"""Caption files: every form gives the same captions, every fault names its place."""

import json

import pytest

from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.readers.caption_files import read_captions, usable_captions

PAIRS = [
    ("a.jpg", "A dog, running."),
    ("b/ü.png", 'A "big" cat.'),
    ("a.jpg", "A dog."),
]

FORMS = {
    "comma.csv": 'image,caption\na.jpg,"A dog, running."\nb/ü.png,"A ""big"" cat."\n'
    "a.jpg,A dog.",
    "windows.csv": '\ufeffImage , Caption\r\na.jpg,"A dog, running."\r\n'
    'b/ü.png,"A ""big"" cat."\r\n\r\na.jpg,A dog.\r\n',
    "semicolon.csv": "id;caption;file_name\n1;A dog, running.;a.jpg\n"
    '2;"A ""big"" cat.";b/ü.png\n3;A dog.;a.jpg\n',
    "tab.tsv": 'filename\ttext\na.jpg\tA dog, running.\nb/ü.png\t"A ""big"" cat."\n'
    "a.jpg\tA dog.\n",
    "captions.txt": 'image,caption\na.jpg,"A dog, running."\n'
    'b/ü.png,"A ""big"" cat."\na.jpg,A dog.\n',
    "list.json": json.dumps([{"Image": i, "caption": c, "x": 1} for i, c in PAIRS]),
    "lines.jsonl": "\n\n".join(
        json.dumps({"file_name": i, "text": c}) for i, c in PAIRS
    ),
    "lists.jsonl": "\n".join(
        json.dumps({"image": i, "captions": [c]}) for i, c in PAIRS
    ),
    "coco.json": json.dumps(
        {
            "annotations": [
                {"image_id": {"a": 5, "b": 6}[i[0]], "caption": c} for i, c in PAIRS
            ],
            "images": [
                {"id": 6, "file_name": "b/ü.png"},
                {"id": 5, "file_name": "a.jpg"},
            ],
        }
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_captions(tmp_path, name):
    (tmp_path / name).write_text(FORMS[name], "utf-8", newline="")
    assert list(read_captions(tmp_path / name)) == PAIRS


def test_a_mapping_keeps_all_values_of_a_repeated_key(tmp_path):
    path = tmp_path / "captions.json"
    path.write_text('{"a": ["1", "2"], "b": "3", "a": "4", "c": null, "d": []}')
    assert list(read_captions(path)) == [
        ("a", "1"),
        ("a", "2"),
        ("a", "4"),
        ("b", "3"),
        ("c", ""),
    ]


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("a.csv", "", "has the columns none; expected exactly one"),
        ("a.csv", "x.jpg,A dog.\n", r"has the columns x.jpg, a dog\.;.*image,caption"),
        ("a.csv", "image,caption,text\n", "exactly one that is named caption or"),
        (
            "a.csv",
            "image,caption\na,b\nc,a dog, running\n",
            r"line 3 \(3 fields, not 2",
        ),
        ("a.csv", 'image,caption\na,"b\nb"\nc\n', r"line 4 \(1 fields, not 2"),
        ("a.csv", 'image,caption\na,b\nc,"open\nd,e\n', "line 3 .*unexpected end"),
        ("a.csv", 'image,caption\na,b\nc,"d" e\n', "line 3 .*expected after"),
        ("a.csv", f"image,caption\na,{'b' * 200_000}\n", "line 2 .*field limit"),
        (
            "a.jsonl",
            '{"image": "a", "caption": "b"}\n{"image"\n',
            "in line 2, column 9",
        ),
        ("a.jsonl", '\n["a", "b"]\n', "line 2, is "),
        ("a.jsonl", '{"image": "a"}', "line 1, is .*; expected a picture's name"),
        ("a.json", '{"a": "b",\n"c": }', "in line 2, column 6"),
        ("a.json", '"a"', "content, is a; expected"),
        ("a.json", '{"a": 7}', r"entry 'a', is \['a', \[7\]\]"),
        ("a.json", '[{"image": 7, "caption": "b"}]', "entry 0, is"),
        ("a.json", '[{"image": "a", "image": "b", "caption": "c"}]', "entry 0, is"),
        ("a.json", '{"images": [], "annotations": [{"image_id": 1}]}', "COCO's form"),
        ("a.json", '{"annotations": []}', "KeyError.'images'. is missing"),
        ("a.xml", "", "unknown form; expected .*.json .jsonl .csv .tsv .txt"),
    ],
)
def test_faults_are_named_with_their_place(tmp_path, name, content, message):
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(BadInput, match=message):
        list(read_captions(tmp_path / name))


@pytest.mark.parametrize("again", ["a.jpg", "b.jpg"])
def test_coco_with_a_repeated_id(tmp_path, again):
    images = [{"id": 1, "file_name": name} for name in ("a.jpg", again)]
    annotations = [{"image_id": 1, "caption": "A dog."}]
    path = tmp_path / "coco.json"
    path.write_text(json.dumps({"images": images, "annotations": annotations}))
    if again == "a.jpg":  # the same entry: harmless
        assert list(read_captions(path)) == [("a.jpg", "A dog.")]
        return
    with pytest.raises(BadInput, match=r"id 1 to 'a\.jpg' and to 'b\.jpg'; expected"):
        list(read_captions(path))


def test_usable_captions():
    skipped = Skipped()
    captions = ["A dog .", " two\nlines ", "", " . ", "half \ud800", "개"]
    assert usable_captions(captions, "1.jpg", skipped) == ("A dog .", "two lines", "개")
    assert {reason: e["count"] for reason, e in skipped.as_dict().items()} == {
        "caption without words": 2,
        "caption that is not valid Unicode": 1,
    }
