"""Flickr8k in all its distributions."""

import gzip

import pytest

from data_prep.datasets import flickr8k
from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.readers.hash_split import split_by_hash

SPLITS = {"train": ["3.jpg", "1.jpg"], "dev": ["2.jpg"], "test": ["4.jpg"]}
# 5.jpg is in no split; 6.jpg.1 does not exist, as one in the true file.
CAPTIONS = {
    f"{n}.jpg": [f"A dog , {n} times {k} ." for k in range(5)] for n in range(1, 6)
}
GHOST = "6.jpg.1"


def write_pictures(folder):
    folder.mkdir(parents=True)
    for name in CAPTIONS:
        (folder / name).write_bytes(b"picture")


def write_texts(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "Flickr8k.token.txt", "w") as file:
        for name, captions in [*CAPTIONS.items(), (GHOST, ["Gone ."])]:
            for number, caption in enumerate(captions):
                file.write(f"{name}#{number}\t{caption}\n")


def write_splits(folder):
    for split, names in SPLITS.items():
        lines = "".join(f"{name}\n" for name in names)
        (folder / f"Flickr_8k.{split}Images.txt").write_text(lines)


def write_kaggle(source):
    write_pictures(source / "Images")
    rows = [f'{n},"{c}"\n' for n, texts in CAPTIONS.items() for c in texts]
    content = "".join(["image,caption\n", *rows, f"{GHOST},Gone .\n"])
    (source / "captions.txt").write_text(content)


def one_folder(source):
    write_pictures(source / "Images")
    write_texts(source)
    write_splits(source)


def original(source):
    write_pictures(source / "Flicker8k_Dataset")
    write_texts(source / "Flickr8k_text")
    write_splits(source / "Flickr8k_text")


def nested_by_unzip(source):
    write_pictures(source / "Flickr8k_Dataset/Flicker8k_Dataset")
    write_pictures(source / "Flickr8k_Dataset/__MACOSX")
    write_texts(source / "Flickr8k_text")
    write_splits(source / "Flickr8k_text")


def everything_flat(source):
    write_pictures(source)
    write_texts(source)
    write_splits(source)


def kaggle_with_official_lists(source):
    write_kaggle(source)
    write_splits(source)


def read(source):
    skipped = Skipped()
    return list(flickr8k.read(source, skipped)), skipped


@pytest.mark.parametrize(
    "lay_out",
    [
        one_folder,
        original,
        nested_by_unzip,
        everything_flat,
        kaggle_with_official_lists,
    ],
)
def test_every_layout_gives_the_official_split(tmp_path, lay_out):
    lay_out(tmp_path / "source")
    examples, skipped = read(tmp_path / "source")
    assert [(e.split, e.image_id) for e in examples] == [
        (split, name) for split, names in SPLITS.items() for name in names
    ]
    assert all(e.captions == tuple(CAPTIONS[e.image_id]) for e in examples)
    assert all(e.image.name == e.image_id and e.image.is_file() for e in examples)
    assert "__MACOSX" not in str(examples[0].image)
    assert skipped.as_dict() == {
        "picture in no split": {"count": 1, "examples": ["5.jpg"]},
        "picture does not exist": {"count": 1, "examples": [GHOST]},
    }
    assert skipped.notes["split"] == "official"


def test_kaggle_without_the_lists_splits_by_hash_and_says_so(tmp_path):
    write_kaggle(tmp_path / "source")
    examples, skipped = read(tmp_path / "source")
    assert {e.image_id for e in examples} == set(CAPTIONS)
    assert "by hash, not the official one" in skipped.notes["split"]
    assert list(skipped.as_dict()) == ["picture does not exist"]
    order = ["train", "dev", "test"]
    assert [e.split for e in examples] == sorted(
        (e.split for e in examples), key=order.index
    )


def test_hash_split_has_the_official_shares():
    names = [f"{n}.jpg" for n in range(8000)]
    splits = [split_by_hash(n, flickr8k.TRAIN, flickr8k.DEV) for n in names]
    # Four standard deviations: sqrt(8,000 / 8 * 7 / 8) = 30.
    assert abs(splits.count("dev") - 1000) < 120
    assert abs(splits.count("test") - 1000) < 120


def test_missing_photos_are_counted(tmp_path):
    one_folder(tmp_path / "source")
    (tmp_path / "source/Images/3.jpg").unlink()
    with open(tmp_path / "source/Flickr_8k.devImages.txt", "a") as file:
        file.write("7.jpg\n")
    examples, skipped = read(tmp_path / "source")
    assert [e.image_id for e in examples] == ["1.jpg", "2.jpg", "4.jpg"]
    assert skipped.as_dict()["picture does not exist"]["count"] == 2
    assert skipped.as_dict()["picture without captions"]["examples"] == ["7.jpg"]


def test_faults_name_what_to_do(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    with pytest.raises(BadInput, match="no Flickr8k.token.txt .*captions.txt"):
        read(source)
    write_texts(source)
    write_splits(source)
    with pytest.raises(BadInput, match=r"do not have the pictures .*e\.g\. 1\.jpg"):
        read(source)
    write_pictures(source / "anything")
    assert len(read(source)[0]) == 4

    (source / "Flickr_8k.devImages.txt").write_text("2.jpg\n1.jpg\n")
    with pytest.raises(BadInput, match="name a picture twice"):
        read(source)
    (source / "Flickr_8k.devImages.txt").unlink()
    with pytest.raises(BadInput, match="no Flickr_8k.devImages.txt, though other"):
        read(source)
    (source / "Flickr8k.token.txt").write_text("1.jpg#0\tA dog .\n2.jpg A cat .\n")
    with pytest.raises(BadInput, match=r"line 2 of .*PICTURE#NUMBER<TAB>CAPTION"):
        read(source)


def test_the_real_flickr8k(shared_data):
    examples, skipped = read(shared_data("flickr8k"))
    counts = [
        sum(e.split == split for e in examples) for split in ("train", "dev", "test")
    ]
    assert counts == [6000, 1000, 1000]
    assert all(len(e.captions) == 5 for e in examples)
    assert skipped.as_dict()["picture in no split"]["count"] == 91
    assert skipped.as_dict()["picture does not exist"] == {
        "count": 1,
        "examples": ["2258277193_586949ec62.jpg.1"],
    }


def test_other_captions_of_the_same_photos(tmp_path):
    one_folder(tmp_path)
    own = tmp_path / "zh.captions.txt"
    own.write_text("".join(f"{n}.jpg#zhc#{k} 狗 {k}\n" for n in (1, 2) for k in (0, 1)))
    zipped = tmp_path / "zh.txt.gz"
    zipped.write_bytes(gzip.compress(own.read_bytes()))
    skipped = Skipped()
    found = list(flickr8k.read(tmp_path, skipped, captions=zipped))
    assert [(e.image_id, e.split, e.captions) for e in found] == [
        ("1.jpg", "train", ("狗 0", "狗 1")),
        ("2.jpg", "dev", ("狗 0", "狗 1")),
    ]
    assert skipped.as_dict()["picture without captions"]["count"] == 2
    zipped.write_bytes(gzip.compress(b"1.jpg zhc 0\n"))
    with pytest.raises(BadInput, match=r"line 1 .*expected 'PICTURE#NUMBER<TAB>CAP"):
        list(flickr8k.read(tmp_path, Skipped(), captions=zipped))


def write_task2(folder, photos):
    folder.mkdir()
    for part, names in photos.items():
        (folder / f"{part}_images.txt").write_text("".join(f"{n}\n" for n in names))
        for k in range(1, 6):
            lines = "".join(f"Hund {n} {k}\n" for n in names)
            (folder / f"{part}.{k}.de").write_text(lines)


def test_captions_of_multi30k_by_the_number_of_the_photo(tmp_path):
    one_folder(tmp_path)
    task2 = tmp_path / "task2"
    write_task2(task2, {"train": ["4.jpg"], "val": ["99.jpg"], "test_2016": ["3.jpg"]})
    found = list(flickr8k.read(tmp_path, Skipped(), captions=task2, language="de"))
    assert [(e.image_id, e.split, e.captions[4]) for e in found] == [
        ("3.jpg", "train", "Hund 3.jpg 5"),
        ("4.jpg", "test", "Hund 4.jpg 5"),
    ]
    with pytest.raises(BadInput, match="'fr'; expected de or en"):
        list(flickr8k.read(tmp_path, Skipped(), captions=task2, language="fr"))
    (task2 / "val.3.de").write_text("")
    with pytest.raises(BadInput, match="0 lines; expected 1, one a photo of val_"):
        list(flickr8k.read(tmp_path, Skipped(), captions=task2, language="de"))
    with pytest.raises(BadInput, match="--language got de, and .* is no folder"):
        captions = tmp_path / "Flickr8k.token.txt"
        list(flickr8k.read(tmp_path, Skipped(), captions=captions, language="de"))
