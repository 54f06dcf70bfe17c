"""Caption files: every form gives the same captions, every fault names its place."""

import gzip
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
IMAGES, CAPTIONS = map(list, zip(*PAIRS, strict=True))

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
    "blanks.csv": 'image, caption\na.jpg, "A dog, running."\n , \n'
    'b/ü.png, "A ""big"" cat."\n\na.jpg, A dog.\n',
    "extra.csv": 'nr,path,height,text\n1,a.jpg,9,"A dog, running."\n'
    '2,b/ü.png,9,"A ""big"" cat."\n3,a.jpg,9,A dog.',
    "nameless.tsv": 'a.jpg\t1\tA dog, running.\nb/ü.png\t2\t"A ""big"" cat."\n'
    "a.jpg\t3\tA dog.\n",
    "other_names.csv": 'Bild;Satz\na.jpg;A dog, running.\nb/ü.png;"A ""big"" cat."\n'
    "a.jpg;A dog.\n",
    "wide.csv": 'image,caption\na.jpg,"A dog, running.",,\nb/ü.png,"A ""big"" cat."\n'
    "a.jpg,A dog.,\n",
    "quotes.tsv": 'a.jpg\tA dog, running.\nb/ü.png\tA "big" cat.\na.jpg\tA dog.\n',
    "results.csv": "image_name| comment_number| comment\na.jpg| 0| A dog, running.\n"
    'b/ü.png| 0| A "big" cat.\na.jpg| 1 A lost mark.\na.jpg| 1| A dog.\n',
    "old_mac.csv": 'image,caption\ra.jpg,"A dog, running."\r'
    'b/ü.png,"A ""big"" cat."\ra.jpg,A dog.\r',
    "columns.json": json.dumps({"id": 1, "Image": IMAGES, "text": CAPTIONS}),
    "pandas.json": json.dumps(
        {"file_name": dict(enumerate(IMAGES)), "caption": dict(enumerate(CAPTIONS))}
    ),
    "metadata.jsonl": "\r".join(
        json.dumps({"filepath": i, "sentences": [c]}) for i, c in PAIRS
    ),
    "text_ids.json": json.dumps(
        {
            "images": [{"id": k, "file_name": i} for k, i in enumerate(IMAGES)],
            "annotations": [
                *({"image_id": str(k), "caption": c} for k, c in enumerate(CAPTIONS)),
                {"image_id": 99, "caption": "Of nothing."},
            ],
        }
    ),
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


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "gzip"])
@pytest.mark.parametrize("name", ["comma.csv", "list.json", "lists.jsonl"])
def test_encodings_and_packed_files(tmp_path, name, encoding):
    text = FORMS[name]
    path = tmp_path / (f"{name}.gz" if encoding == "gzip" else name)
    path.write_bytes(
        gzip.compress(text.encode()) if encoding == "gzip" else text.encode(encoding)
    )
    assert list(read_captions(path)) == PAIRS


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("semicolon.csv", "read as CSV, separator ';', columns file_name and caption"),
        (
            "nameless.tsv",
            "read as CSV, separator a tab, columns 1 and 3, no line of names",
        ),
        ("other_names.csv", "read as CSV, separator ';', columns Bild and Satz"),
        ("results.csv", "read as CSV, separator '|', columns image_name and comment"),
    ],
)
def test_what_was_understood_is_said(tmp_path, name, note):
    (tmp_path / name).write_text(FORMS[name], "utf-8", newline="")
    skipped = Skipped()
    list(read_captions(tmp_path / name, skipped))
    assert skipped.notes == {"captions": note}
    if name == "results.csv":
        assert skipped.as_dict() == {
            "row with another number of columns": {"count": 1, "examples": ["line 4"]}
        }


@pytest.mark.parametrize("name", ["comma.csv", "lists.jsonl"])
def test_a_last_line_without_an_end_is_said(tmp_path, name):
    for text in (FORMS[name], FORMS[name] + "\n"):
        skipped = Skipped()
        (tmp_path / name).write_text(text, "utf-8")
        list(read_captions(tmp_path / name, skipped))
        assert ("last line" in skipped.notes) == (not text.endswith("\n"))


def test_an_annotation_without_its_image_costs_itself(tmp_path):
    (tmp_path / "coco.json").write_text(FORMS["text_ids.json"])
    skipped = Skipped()
    list(read_captions(tmp_path / "coco.json", skipped))
    assert skipped.as_dict() == {
        "annotation of an image that is not listed": {"count": 1, "examples": ["99"]}
    }


def test_quotes_that_are_part_of_captions(tmp_path):
    rows = [("a.jpg", '"Stop" says the sign'), ("b.jpg", 'A "big" cat'), ("c.jpg", '"')]
    path = tmp_path / "a.tsv"
    path.write_text("".join(f"{name}\t{text}\n" for name, text in rows))
    assert list(read_captions(path)) == rows


def test_one_object_is_no_mapping(tmp_path):
    (tmp_path / "a.json").write_text('{"image": "a.jpg", "caption": ["A", "B"]}')
    assert list(read_captions(tmp_path / "a.json")) == [("a.jpg", "A"), ("a.jpg", "B")]


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
        ("a.csv", "x,A dog.\n", r"has the columns x, a dog\.;.*image,caption"),
        ("a.csv", "image,caption,text\na.jpg,A dog,x", "exactly one that .* caption, "),
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
        ("a.xml", "", "unknown form; expected .*.jsonl .parquet .csv .tsv .txt"),
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
