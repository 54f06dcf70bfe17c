"""Files that are no pictures are recognized by their content and named."""

import pytest

NOT_PICTURES = {
    b"Once upon a time\n": "holds text",
    b"\xff\xfe\0\1\2": "holds unknown data",
    b"%PDF-1.7\n": "holds a PDF document",
    b"<!DOCTYPE html><p>404": "holds a web page",
    b"<?xml version='1.0'?><svg/>": "holds XML",
    b"PK\3\4\0\0": "holds a ZIP archive",
    b"\0\0\0\x18ftypheic\0\0": "holds HEIC",
    b"\0\0\0\x18ftypmp42\0\0": "holds a video",
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n": "holds PostScript",
    b"version https://git-lfs.github.com/spec/v1\n": "holds a Git LFS pointer",
}


@pytest.mark.parametrize("data", NOT_PICTURES)
def test_other_files_are_named(data, reader, file, reason):
    assert reason(reader, file(data)).startswith(NOT_PICTURES[data])


def test_eps_is_refused_although_pillow_knows_it(
    reader, file, make_picture, encode_picture, reason
):
    data = encode_picture(make_picture(9, 9), "EPS")
    assert reason(reader, file(data, "picture.eps")).startswith("holds PostScript")
