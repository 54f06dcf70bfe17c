"""What the benchmark of the service sends, and how it judges answers."""

import pytest

from benchmarks.serving.__main__ import _check
from benchmarks.serving.attacks import bad_files
from benchmarks.serving.service import Asked, caption_of
from data_prep.pictures.reader import BadPicture, PictureReader


def test_the_bad_files_are_bad(make_picture, encode_picture):
    photo = encode_picture(make_picture(60, 40), "JPEG")
    files = bad_files(photo)
    assert len(set(files)) >= 10
    with PictureReader(seconds=20) as reader:
        assert reader.read_bytes(photo, "photo") == photo
        for file in files:
            with pytest.raises(BadPicture, match="expected"):
                reader.read_bytes(file, "file")


def test_an_answer_is_right_if_it_is_the_caption_or_the_refusal(capsys):
    answer = {"results": [{"image": "x", "captions": [{"caption": "a dog"}]}]}
    good = Asked(0, 200, 0.1, answer, None)
    bad = Asked(1, 422, 0.1, {"error": "no", "results": [{"error": "no"}]}, None)
    assert caption_of(good) == "a dog" and caption_of(bad) is None
    assert _check([good, bad], ["a dog", None])
    assert not _check([good], ["a cat"]) and not _check([bad], [None, "a dog"])
    assert not _check([Asked(0, 0, 0.1, {"error": "reset"}, None)], ["a dog"])
    assert "not a cat" in capsys.readouterr().out
