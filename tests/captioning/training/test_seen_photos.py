"""Photos that the pretrained captioner has learned from are told, and copies too."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from captioning import pretrained
from captioning.training.seen_photos import (
    NEAR,
    bits_apart,
    fingerprint,
    warn_of_seen_photos,
)
from data_prep.pictures.decode_pillow import upright
from data_prep.prepared.records import read_pictures


def test_a_fingerprint_has_a_bit_for_each_pixel_that_is_brighter_than_its_left_one():
    levels = np.zeros((8, 9), np.uint8)
    levels[0, 4:] = 200  # one step up, in the first row
    levels[7] = np.arange(9)
    found = fingerprint(Image.fromarray(levels))
    assert found.tolist() == [0b00010000, 0, 0, 0, 0, 0, 0, 0b11111111]
    assert bits_apart(found[None], np.array([[0] * 8, [255] * 8])).tolist() == [9]


@pytest.fixture(scope="module")
def photos():
    """Soft spots of colour, as different from each other as photos are."""
    spots = np.random.default_rng(0).integers(0, 256, (20, 5, 7, 3), np.uint8)
    bicubic = Image.Resampling.BICUBIC
    return [Image.fromarray(each).resize((240, 180), bicubic) for each in spots]


def prints(pictures):
    return np.array(list(map(fingerprint, pictures)))


def test_copies_are_near_and_other_pictures_are_not(photos):
    copies = []
    for photo in photos:
        file = io.BytesIO()
        photo.resize((100, 100)).save(file, "JPEG", quality=70)
        copies.append(Image.open(file))
    apart = [bits_apart(prints([c]), prints([p]))[0] for c in copies for p in photos]
    near = np.array(apart).reshape(20, 20) <= NEAR
    np.testing.assert_array_equal(near, np.eye(20, dtype=bool))


def test_drawings_and_plain_pictures_are_not_taken_for_photos(harbour_data):
    drawings = [upright(p) for _, p in read_pictures(harbour_data, "dev")]
    plain = [Image.new("L", (50, 50), 99), Image.linear_gradient("L")]
    seen = np.load(pretrained.SEEN_PHOTOS)
    assert (bits_apart(prints([*drawings, *plain]), seen) > NEAR).all()


def test_it_is_said_of_the_pretrained_captioner_alone(
    harbour_data, tiny_run, tmp_path, monkeypatch, capsys
):
    first = upright(next(read_pictures(harbour_data, "dev"))[1])
    np.save(tmp_path / "seen.npy", prints([first]))
    monkeypatch.setattr(pretrained, "SEEN_PHOTOS", tmp_path / "seen.npy")
    warn_of_seen_photos(tiny_run, harbour_data)
    assert not capsys.readouterr().err
    for start in (pretrained.RUN, pretrained.file()):
        warn_of_seen_photos(start, harbour_data)
        told = rf"[1-9]\d? of 100 dev photos of {harbour_data} are photos that the pre"
        assert re.search(told, capsys.readouterr().err)


@pytest.mark.parametrize("form", ["L", "RGBA", "CMYK"])
def test_colours_do_not_matter(form, make_picture):
    picture = make_picture(90, 70)
    other = fingerprint(picture.convert(form).convert("RGB"))
    assert bits_apart(other[None], fingerprint(picture)[None])[0] <= NEAR
