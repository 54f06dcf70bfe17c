"""Variants that TensorFlow decodes otherwise than Pillow are equal, or an error."""

import struct
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from data_prep.pictures.decode import decode_picture
from data_prep.pictures.decode_pillow import upright
from data_prep.pictures.variants import why_refused

XMP = b'<rdf:Description tiff:Orientation="%d"/>'


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_other_formats_too(
    orientation, format, make_picture, encode_picture, pillow_pixels, decode
):
    data = encode_picture(make_picture(40, 24), format, orientation)
    assert why_refused(data) == b""
    np.testing.assert_array_equal(decode(data), pillow_pixels(data))


def test_webp_with_exif_out_of_place(
    make_picture, encode_picture, pillow_pixels, decode
):
    data = encode_picture(make_picture(40, 24), "WEBP", 6)
    place = data.index(b"EXIF")
    within = b"XXXX" + struct.pack("<I", len(data) - place) + data[place:]
    in_another_chunk = data[:place] + within
    in_another_chunk = replaced(in_another_chunk, 4, "<I", len(in_another_chunk) - 8)
    for wrong in (replaced(data, 20, "B", 0), in_another_chunk):
        np.testing.assert_array_equal(decode(wrong), pillow_pixels(wrong))
        assert decode(wrong).shape == (24, 40, 3)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
@pytest.mark.parametrize("lossless", [True, False])
def test_webp(mode, lossless, make_picture, encode_picture, pillow_pixels, decode):
    picture = make_picture(40, 24)
    picture.putalpha(picture.getchannel("G"))
    data = encode_picture(picture.convert(mode), "WEBP", lossless=lossless)
    np.testing.assert_array_equal(decode(data), pillow_pixels(data))


@pytest.mark.parametrize("colours", [256, 100])
def test_bmp_with_a_palette(
    colours, make_picture, encode_picture, pillow_pixels, decode
):
    data = encode_picture(make_picture(40, 24).quantize(colours), "BMP")
    assert struct.unpack_from("<I", data, 46) == (colours,)
    np.testing.assert_array_equal(decode(data), pillow_pixels(data))


def replaced(data, at, form, *values):
    head = bytearray(data)
    struct.pack_into(form, head, at, *values)
    return bytes(head)


@pytest.fixture(scope="module")
def refused(make_picture, encode_picture):
    """Name -> (file bytes, part of the reason)."""
    picture = make_picture(40, 24)
    colours = picture.quantize(64)
    grey = Image.fromarray(np.arange(0, 960 * 60, 60, np.uint16).reshape(24, 40))
    gif, bmp = encode_picture(colours, "GIF"), encode_picture(colours, "BMP")
    text = {"xmp": XMP % 6}
    turned = encode_picture(picture, "JPEG", 6)
    frames = {"save_all": True, "append_images": [make_picture(40, 24, 1)]}
    descriptor = gif.index(b"," + struct.pack("<4H", 0, 0, 40, 24))
    return {
        "JPEG, XMP": (encode_picture(picture, "JPEG", **text), "metadata"),
        "JPEG, damaged": (turned[:20] + b"?" + turned[20:], "damaged header"),
        "WebP, XMP": (encode_picture(picture, "WEBP", **text), "metadata"),
        "animated WebP": (encode_picture(picture, "WEBP", **frames), "animated"),
        "PNG, 16 bits": (encode_picture(grey, "PNG", transparency=60), "16 bits"),
        "GIF": (encode_picture(colours, "GIF", transparency=3), "transparency"),
        "GIF, frame": (replaced(gif, descriptor + 5, "<H", 39), "does not fill"),
        "GIF, long": (gif[:descriptor] + b"!\xfe\1a\0" * 2000, "does not fill"),
        "GIF, longer": (gif[:descriptor] + b"!\xfe" + b"\1a" * 9000, "does not fill"),
        "BMP, packed": (replaced(bmp, 30, "<I", 1), "packed"),
        "BMP, palette": (replaced(bmp, 46, "<I", 300), "packed"),
        "BMP, 1 bit": (encode_picture(picture.convert("1"), "BMP"), "packed"),
        "TIFF": (encode_picture(picture, "TIFF"), "is no JPEG, PNG, GIF, BMP or WebP"),
        "nothing": (b"", "is no JPEG, PNG, GIF, BMP or WebP"),
    }


def test_other_pixels_are_an_error(refused):
    """In graphs, as pipelines run them: step by step a long GIF takes seconds."""
    of_bytes = {"autograph": False, "input_signature": [tf.TensorSpec((), tf.string)]}
    why, decode = (tf.function(f, **of_bytes) for f in (why_refused, decode_picture))
    for name, (data, reason) in refused.items():
        said = why(data).numpy().decode()
        assert reason in said and "expected a plain picture" in said, name
        with pytest.raises(tf.errors.InvalidArgumentError):
            decode(data)


@pytest.mark.parametrize("key", ["XML:com.adobe.xmp", "Raw profile type exif"])
def test_png_with_packed_metadata_is_an_error(key, make_picture, encode_picture):
    """Pillow unpacks them, and turns the picture by them."""
    chunks = PngInfo()
    chunks.add_text(key, (XMP % 6).decode(), zip=True)
    data = encode_picture(make_picture(40, 24), "PNG", pnginfo=chunks)
    assert b"metadata" in why_refused(data).numpy()


def test_exif_comes_before_xmp(make_picture, encode_picture, pillow_pixels, decode):
    data = encode_picture(make_picture(40, 24), "JPEG", 3, xmp=XMP % 6)
    np.testing.assert_array_equal(decode(data), pillow_pixels(data))


@pytest.mark.parametrize("orientation", [None, 3])
def test_both_engines_see_what_xmp_says(
    orientation, reader, file, make_picture, encode_picture, pillow_pixels, decode
):
    picture = make_picture(40, 24)
    original = encode_picture(picture, "JPEG", orientation, xmp=XMP % 6)
    data = reader.read(file(original))
    assert (data == original) == (orientation is not None)
    np.testing.assert_array_equal(decode(data), pillow_pixels(original))
    np.testing.assert_array_equal(upright(data), pillow_pixels(original))


FAULTS = Path(__file__).resolve().parents[4] / "shared" / "faults"
EQUAL = ["pal8.bmp", "hopper_orientation_6.webp"]


@pytest.mark.parametrize("name", [*EQUAL, "transparent.gif", "i_trns.png"])
def test_pictures_that_were_misread(name, reader, decode):
    if not (FAULTS / name).is_file():
        pytest.skip(f"needs ../shared/faults/{name}")
    if name in EQUAL:
        seen = decode(reader.read(FAULTS / name))
        np.testing.assert_array_equal(decode((FAULTS / name).read_bytes()), seen)
    else:
        with pytest.raises(tf.errors.InvalidArgumentError):
            decode((FAULTS / name).read_bytes())
