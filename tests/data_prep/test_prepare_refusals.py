"""What `prepare` refuses, with what to do about it, and what it warns of."""

import pytest

from data_prep.errors import BadInput
from data_prep.prepare import main, prepare


def test_an_empty_split_is_refused(tmp_path, make_picture, encode_picture):
    few = tmp_path / "few"
    few.mkdir()
    (few / "captions.csv").write_text("image,caption\n00.jpg,A dog.\nlost.jpg,A cat.\n")
    (few / "00.jpg").write_bytes(encode_picture(make_picture(9, 8), "JPEG"))
    with pytest.raises(BadInput) as caught:
        prepare("folder", few, tmp_path / "out")
    message = str(caught.value)
    assert "no examples in dev and test (train 1, dev 0, test 0;" in message
    assert "80% train, 10% dev, rest test" in message
    assert "skipped 1: picture does not exist, e.g. lost.jpg" in message
    assert "give more of them" in message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "names, content, advice",
    [
        (["lost.jpg"], b"", "put the pictures into --source, or name them"),
        (["{}/x.jpg", "../lost.jpg"], b"x", "links that lead out of it are not"),
        (["x.jpg", "10.jpg"], b"text", "get the pictures again"),
        ([], b"", "write captions of the pictures"),
    ],
)
def test_what_to_do_if_all_were_skipped(tmp_path, names, content, advice):
    source = tmp_path / "source"
    source.mkdir()
    for name in names:
        if content:
            (source / name.format(tmp_path)).write_bytes(content)
    rows = [f"{name.format(tmp_path)};A dog." for name in names]
    (source / "captions.csv").write_text("\n".join(["image;caption", *rows, ""]))
    with pytest.raises(BadInput) as caught:
        prepare("folder", source, tmp_path / "out")
    message = str(caught.value)
    assert "captions: read as CSV, separator ';', columns image and" in message
    assert advice in message and "give more" not in message


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["zoo"], "no data set 'zoo'; expected one of coco"),
        (["flickr8k"], "flickr8k got no source; expected a folder: give --source"),
        (["flickr8k", "--source", "nowhere"], "nowhere is not a folder"),
        (["folder", "--source", __file__], "not a folder .*: check --source"),
        (["multi30k", "--source", __file__], "not a folder .*: check --source"),
        (["harbour", "--source", "."], "read from no folder: leave --source out"),
        (["harbour", "--captions", "a.csv"], "no option 'captions'; expected count or"),
        (["folder", "--source", ".", "--count", "3"], "expected captions: leave it"),
        (["harbour", "--min-count", "0"], "min_count is 0; expected at least 1"),
        (["harbour", "--count", "0"], "at least 1"),
    ],
)
def test_faults_name_what_to_do(arguments, message, tmp_path):
    with pytest.raises(BadInput, match=message):
        main([*arguments, "--out", str(tmp_path / "out")])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("count", "caption", "note"),
    [
        (60, "A picture.", "all of it says 'A picture.': no choice can be made"),
        (60, "Picture {}.", "examples only: a choice made on it is chance"),
        (240, "Picture {}.", None),
    ],
)
def test_a_dev_split_that_tells_nothing_is_named(
    count, caption, note, tmp_path, make_picture, encode_picture
):
    photo = encode_picture(make_picture(9, 8), "PNG")
    rows = ["image,caption\n"]
    for number in range(count):
        (tmp_path / f"{number}.png").write_bytes(photo)
        rows.append(f"{number}.png,{caption.format(number)}\n")
    (tmp_path / "captions.csv").write_text("".join(rows))
    info = prepare("folder", tmp_path, tmp_path / "data")
    if note:
        assert note in info.notes["dev"]
    else:
        assert info.splits["dev"].examples > 10 and "dev" not in info.notes
