"""The harbour's pictures show the facts of their scenes."""

import io

import numpy as np
import pytest
from PIL import Image

from data_prep.examples import SPLITS
from data_prep.harbour.paints import PAINTS
from data_prep.harbour.render import encode, render
from data_prep.harbour.scene import facts, sample_scene


@pytest.fixture(scope="module")
def drawn():
    """240 scenes with their pixels (height, width, 3) and boxes."""
    scenes = [sample_scene(split, i, 5) for split in SPLITS for i in range(80)]
    rendered = [(scene, *render(scene)) for scene in scenes]
    return [(scene, np.asarray(image, int), boxes) for scene, image, boxes in rendered]


def centre(box):
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def test_every_object_has_a_box_inside_the_picture_and_big_enough(drawn):
    least = {"sailor": 8, "gulls": 5, "moon": 8}
    for scene, pixels, boxes in drawn:
        assert pixels.shape == (128, 128, 3)
        assert set(boxes) == {f.about for f in facts(scene) if f.kind == "object"}
        for name, (left, top, right, bottom) in boxes.items():
            assert 0 <= left < right <= 128
            assert 0 <= top < bottom <= 128
            assert min(right - left, bottom - top) >= least.get(name, 8), name


def test_related_things_do_not_overlap(drawn):
    for scene, _, boxes in drawn:
        one, other = boxes[scene.subject.kind], boxes[scene.anchor.kind]
        beside = one[2] < other[0] or other[2] < one[0]
        apart = one[3] < other[1] or other[3] < one[1]
        assert beside or apart


def test_things_are_placed_by_their_relation(drawn):
    for scene, _, boxes in drawn:
        one, other = boxes[scene.subject.kind], boxes[scene.anchor.kind]
        if scene.relation in ("right of", "behind"):
            one, other = other, one
        if scene.relation in ("left of", "right of"):
            assert one[2] + 6 <= other[0]  # a gap of water between them
            assert abs(one[3] - other[3]) <= 14  # at about one depth
        else:
            assert one[1] >= other[3] + 2  # the nearer one is lower, and in one column
            assert abs(centre(one)[0] - centre(other)[0]) <= 20
            assert min(one[2], other[2]) - max(one[0], other[0]) >= 10


def test_nothing_in_the_sky_hides_anything(drawn):
    for scene, _, boxes in drawn:
        for name in {"sun", "moon"} & set(boxes):
            box = boxes[name]
            for thing in (scene.subject.kind, scene.anchor.kind):
                other = boxes[thing]
                assert (
                    box[2] < other[0]
                    or other[2] < box[0]
                    or box[3] < other[1]
                    or other[3] < box[1]
                )


def test_things_have_the_colour_of_the_scene(drawn):
    """Among the six paints, the named one covers most of what is paint in the box."""
    names, paints = list(PAINTS), np.array(list(PAINTS.values()))
    for scene, pixels, boxes in drawn:
        for thing in (scene.subject, scene.anchor):
            if not thing.colour:
                continue
            left, top, right, bottom = (round(edge) for edge in boxes[thing.kind])
            inside = pixels[top:bottom, left:right].reshape(-1, 1, 3)
            distance = np.abs(inside - paints).max(axis=-1)
            near = distance.min(axis=1) < 30
            counts = np.bincount(distance.argmin(axis=1)[near], minlength=len(names))
            assert names[counts.argmax()] == thing.colour
            assert counts.max() >= 0.1 * len(inside)


def test_skies_with_sun_with_moon_and_with_neither_have_the_same_colours(drawn):
    """So the sky's colour does not reveal sun or moon; only the disc does."""
    tops = {}
    for scene, pixels, _ in drawn:
        tops.setdefault(scene.sky, set()).add(tuple(np.median(pixels[0], axis=0)))
    hours = tops["clear"]
    assert len(hours) == 3
    assert tops["sun"] == tops["moon"] == hours
    assert tops["clouds"].isdisjoint(tops["rain"] | hours)


def test_each_gull_is_seen(drawn):
    """The box of all gulls has room for each of them."""
    for scene, _, boxes in drawn:
        if scene.gulls:
            left, top, right, bottom = boxes["gulls"]
            assert bottom < 64
            if scene.gulls > 1:
                assert right - left > 17 or bottom - top > 10


def test_the_same_scene_gives_the_same_picture_and_jitter_another():
    scene = sample_scene("train", 0, 0)
    first, second = render(scene), render(scene)
    assert first[0].tobytes() == second[0].tobytes()
    assert first[1] == second[1]
    other = type(scene).from_json(scene.to_json().replace(str(scene.jitter), "1"))
    assert render(other)[0].tobytes() != first[0].tobytes()


@pytest.mark.parametrize("image_size", [64, 128, 224])
def test_the_picture_has_the_size_asked_for_and_boxes_follow(image_size):
    scene = sample_scene("train", 3, 0)
    image, boxes = render(scene, image_size)
    assert image.size == (image_size, image_size)
    for name, box in render(scene, 128)[1].items():
        assert np.allclose(np.array(boxes[name]) / image_size, np.array(box) / 128)


def test_jpeg_stays_close_to_what_was_drawn():
    image, _ = render(sample_scene("train", 4, 0))
    decoded = Image.open(io.BytesIO(encode(image)))
    assert (decoded.format, decoded.size) == ("JPEG", image.size)
    error = np.asarray(decoded, int) - np.asarray(image, int)
    assert np.abs(error).mean() < 3
