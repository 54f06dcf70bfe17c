"""COCO and Flickr30k by Karpathy's JSON, on small files of the same form."""

import json

import pytest

from data_prep.datasets import coco, flickr30k
from data_prep.errors import BadInput
from data_prep.examples import Skipped


def image(number, split, filepath=None):
    """An entry with all fields of the real files."""
    name = f"COCO_{number:012d}.jpg" if filepath else f"{number}.jpg"
    captions = [f"A dog, {number} times {k}." for k in range(5)]
    return {
        **({"filepath": filepath, "cocoid": number} if filepath else {}),
        "filename": name,
        "imgid": number,
        "split": split,
        "sentids": list(range(5)),
        "sentences": [
            {"raw": c, "tokens": c.split(), "imgid": number, "sentid": k}
            for k, c in enumerate(captions)
        ],
    }


def write(source, name, images, folder):
    (source / name).parent.mkdir(parents=True, exist_ok=True)
    (source / name).write_text(json.dumps({"images": images, "dataset": "test"}))
    for entry in images:
        path = folder / entry.get("filepath", "") / entry["filename"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"picture")


def read(dataset, source):
    skipped = Skipped()
    return list(dataset.read(source, skipped)), skipped


COCO = [
    image(1, "test", "val2014"),
    image(2, "restval", "val2014"),
    image(3, "train", "train2014"),
    image(4, "val", "val2014"),
    image(5, "train", "train2014"),
]


@pytest.mark.parametrize("folder", ["", "images", "coco/images"])
def test_coco_restval_is_train_and_val_is_dev(tmp_path, folder):
    write(tmp_path, "dataset_coco.json", COCO, tmp_path / folder)
    examples, skipped = read(coco, tmp_path)
    assert [(e.split, e.image_id) for e in examples] == [
        ("train", "val2014/COCO_000000000002.jpg"),
        ("train", "train2014/COCO_000000000003.jpg"),
        ("train", "train2014/COCO_000000000005.jpg"),
        ("dev", "val2014/COCO_000000000004.jpg"),
        ("test", "val2014/COCO_000000000001.jpg"),
    ]
    assert examples[0].captions == tuple(f"A dog, 2 times {k}." for k in range(5))
    assert examples[0].image == tmp_path / folder / examples[0].image_id
    assert not skipped.as_dict()


def test_flickr30k(tmp_path):
    images = [image(n, split) for n, split in enumerate(["val", "test", "train"])]
    pictures = tmp_path / "flickr30k-images"
    write(tmp_path, "archive/dataset_flickr30k.json", images, pictures)
    examples, skipped = read(flickr30k, tmp_path)
    found = [(e.split, e.image_id) for e in examples]
    assert found == [("train", "2.jpg"), ("dev", "0.jpg"), ("test", "1.jpg")]
    assert skipped.notes["split"] == "Karpathy's, by dataset_flickr30k.json"


def test_unusable_entries_are_counted_and_named(tmp_path):
    images = [image(n, "train") for n in range(5)]
    images[1]["split"] = "extra"
    images[2]["sentences"] = [{"raw": " "}]
    write(tmp_path, "dataset_flickr30k.json", images, tmp_path / "pictures")
    (tmp_path / "pictures/3.jpg").unlink()
    images[4]["filename"] = "../../secret.jpg"
    (tmp_path / "dataset_flickr30k.json").write_text(json.dumps({"images": images}))
    examples, skipped = read(flickr30k, tmp_path)
    assert [e.image_id for e in examples] == ["0.jpg"]
    assert {r: e["examples"] for r, e in skipped.as_dict().items()} == {
        "picture in no split": ["1.jpg"],
        "caption without words": ["2.jpg"],
        "picture without captions": ["2.jpg"],
        "picture does not exist": ["3.jpg"],
        "picture outside of its folder": ["../../secret.jpg"],
    }


@pytest.mark.parametrize(
    "content, message",
    [
        (None, "have no dataset_coco.json; expected Karpathy's file"),
        ("{", "malformed in line 1, column 2"),
        ("[]", "not of Karpathy's form: at image 0"),
        ("{}", "not of Karpathy's form: at image 0 .*'images'"),
        ('{"images": [7]}', "at image 0"),
        ('{"images": [{"filename": "1.jpg", "split": "test"}]}', "0 .*'sentences'"),
        (
            json.dumps({"images": [COCO[0], {**COCO[1], "sentences": [{"raw": 1}]}]}),
            "at image 1",
        ),
        (
            json.dumps({"images": [*COCO, COCO[1]]}),
            "val2014/COCO_000000000002.jpg twice",
        ),
        (json.dumps({"images": COCO}), "do not have the pictures"),
        ('{"images": []}', "do not have the pictures"),
    ],
)
def test_faults_name_what_to_do(tmp_path, content, message):
    if content:
        (tmp_path / "dataset_coco.json").write_text(content)
    with pytest.raises(BadInput, match=message):
        read(coco, tmp_path)
