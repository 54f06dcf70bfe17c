"""Every picture file becomes one that TensorFlow reads, or it is refused."""

import io
import random
import zlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, PngImagePlugin

from data_prep.pictures.decode import decode_picture
from data_prep.pictures.reader import PictureReader
from data_prep.pictures.sanitize import Refused, sanitize


def test_jpeg_is_returned_unchanged(reader, file, make_picture, encode_picture):
    for mode in ("RGB", "L", "CMYK"):
        for progressive in (False, True):
            picture = make_picture(40, 30).convert(mode)
            data = encode_picture(picture, "JPEG", 6, progressive=progressive)
            assert reader.read(file(data)) == data


def test_a_jpeg_of_several_pictures_is_a_jpeg(
    reader, file, make_picture, encode_picture, decode
):
    first, second = make_picture(40, 30, 1), make_picture(40, 30, 2)
    data = encode_picture(first, "MPO", save_all=True, append_images=[second])
    assert reader.read(file(data)) == data
    np.testing.assert_array_equal(decode(data), decode(encode_picture(first, "JPEG")))


LOSSLESS = [
    ("PNG", {}),
    ("GIF", {}),
    ("BMP", {}),
    ("WEBP", {"lossless": True, "exact": True}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ("JPEG2000", {}),
    ("PPM", {}),
]


@pytest.mark.parametrize("format, options", LOSSLESS)
def test_lossless_formats_keep_their_pixels(
    format, options, reader, file, make_picture, encode_picture, decode
):
    picture = make_picture(40, 30).quantize(200).convert("RGB")  # a GIF holds 256
    data = reader.read(file(encode_picture(picture, format, **options)))
    assert Image.open(io.BytesIO(data)).format == "PNG"
    np.testing.assert_array_equal(decode(data), np.asarray(picture))


def test_avif(reader, file, make_picture, encode_picture, decode):
    picture = make_picture(64, 48)
    result = decode(reader.read(file(encode_picture(picture, "AVIF", quality=95))))
    assert np.abs(result.astype(int) - np.asarray(picture)).mean() < 8


ODD = [  # format, mode, options
    ("PNG", "RGBA", {}),
    ("PNG", "LA", {}),
    ("PNG", "I;16", {}),
    ("PNG", "1", {}),
    ("PNG", "P", {"transparency": 3}),
    ("GIF", "P", {"transparency": 3}),
    ("TIFF", "RGBA", {}),
    ("TIFF", "I;16", {}),
    ("TIFF", "CMYK", {}),
    ("TIFF", "1", {}),
    ("TIFF", "YCbCr", {}),
    ("WEBP", "RGBA", {"lossless": True, "exact": True}),
    ("JPEG2000", "I;16", {}),
    ("PPM", "I;16", {}),
    ("BMP", "1", {}),
    ("BMP", "P", {}),
    ("BMP", "RGBA", {}),
]


@pytest.mark.parametrize("format, mode, options", ODD)
def test_unusual_modes_become_rgb(
    format,
    mode,
    options,
    reader,
    file,
    make_picture,
    encode_picture,
    pillow_pixels,
    decode,
):
    picture = make_picture(40, 30)
    if mode in ("RGBA", "LA"):
        picture.putalpha(picture.getchannel("G"))
    if mode == "I;16":
        picture = picture.convert("I").point(lambda grey: grey * 257)
    picture = picture.quantize(16) if mode == "P" else picture.convert(mode)
    original = encode_picture(picture, format, **options)
    data = reader.read(file(original))
    assert Image.open(io.BytesIO(data)).mode == "RGB"
    np.testing.assert_array_equal(decode(data), pillow_pixels(original))


def test_pillow_and_tensorflow_agree_on_awkward_photos(
    reader, file, awkward_photos, decode
):
    """The pixels are the same with the reader (commands) and without (exports)."""
    for data in awkward_photos.values():
        np.testing.assert_array_equal(decode(reader.read(file(data))), decode(data))


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_other_formats_are_turned_upright(
    orientation,
    format,
    reader,
    file,
    make_picture,
    encode_picture,
    pillow_pixels,
    decode,
):
    options = {"lossless": True} if format == "WEBP" else {}
    original = encode_picture(make_picture(40, 30), format, orientation, **options)
    result = decode(reader.read(file(original)))
    assert result.shape == ((30, 40, 3) if orientation < 5 else (40, 30, 3))
    np.testing.assert_array_equal(result, pillow_pixels(original))


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_frame_is_taken(
    format, reader, file, make_picture, encode_picture, decode
):
    frames = [
        make_picture(20, 20, seed).quantize(64).convert("RGB") for seed in range(9)
    ]
    options = {"lossless": True} if format == "WEBP" else {}
    data = encode_picture(
        frames[0], format, save_all=True, append_images=frames[1:], **options
    )
    np.testing.assert_array_equal(
        decode(reader.read(file(data))), np.asarray(frames[0])
    )


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM"])
def test_a_picture_that_is_cut_off(
    format, reader, file, make_picture, encode_picture, reason
):
    data = encode_picture(make_picture(60, 50), format)
    for part in np.linspace(0.02, 0.95, 8):
        message = reason(reader, file(data[: int(part * len(data))]))
        assert "cut off" in message and "picture" in message, (part, message)


@pytest.mark.parametrize("missing", [1, 4, 12])
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_only_the_end_is_missing(
    missing, format, reader, file, make_picture, encode_picture, reason
):
    data = encode_picture(make_picture(60, 50), format)[:-missing]
    assert "cut off" in reason(reader, file(data))


def test_a_flipped_bit_in_a_png(reader, file, make_picture, encode_picture, reason):
    data = bytearray(encode_picture(make_picture(60, 50), "PNG"))
    data[len(data) // 2] ^= 1
    assert "damaged" in reason(reader, file(bytes(data)))


def test_pixels_of_32_bits_are_refused(reader, file, encode_picture, reason):
    for dtype in (np.float32, np.int32):
        data = encode_picture(Image.fromarray(np.ones((4, 4), dtype)), "TIFF")
        assert "32 bits" in reason(reader, file(data))


def test_all_accepted_files_are_read_by_tensorflow(make_picture, encode_picture):
    """With random damage: TensorFlow must read every file that Pillow accepts."""
    generator = random.Random(0)
    picture = make_picture(40, 30)
    wholes = [
        encode_picture(picture, "JPEG", 6),
        encode_picture(picture, "JPEG", progressive=True),
        encode_picture(picture, "JPEG", restart_marker_blocks=2),
        encode_picture(picture, "PNG"),
    ]
    read_by_tensorflow = tf.function(
        decode_picture, input_signature=[tf.TensorSpec((), tf.string)]
    )
    accepted = 0
    for number in range(400):
        damaged = bytearray(wholes[number % 4])
        escapes = [at + 1 for at in range(len(damaged) - 1) if damaged[at] == 0xFF]
        places = escapes if number % 8 < 4 else range(len(damaged))
        damaged[generator.choice(places)] = generator.randrange(256)
        try:
            png = sanitize(bytes(damaged), 10**6)
        except Refused:
            continue
        accepted += 1
        read_by_tensorflow(png or bytes(damaged))
    assert accepted > 50


def png_of_zeros(width, height):
    """A valid header for very many pixels, in less than a kilobyte."""
    data = io.BytesIO()
    Image.new("1", (1, 1)).save(data, "PNG")
    header = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + bytes([1, 0, 0, 0, 0])
    return (
        data.getvalue()[:12] + header + zlib.crc32(header).to_bytes(4)
        + data.getvalue()[33:]
    )  # fmt: skip


def test_too_many_pixels(reader, file, reason):
    message = reason(reader, file(png_of_zeros(30000, 30000)))
    assert message.startswith("has 900000000 pixels (30000 x 30000)")
    assert "at most 1000000" in message


def test_too_long_a_side(file, reason):
    with PictureReader() as reader:
        message = reason(reader, file(png_of_zeros(2_000_000, 1)))
    assert message.startswith("measures 2000000 x 1 pixels")


def test_a_png_comment_that_unpacks_to_32_megabytes(
    reader, file, make_picture, encode_picture, reason
):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "a" * 2**25, zip=True)
    data = encode_picture(make_picture(9, 9), "PNG", pnginfo=notes)
    assert len(data) < 2**16
    assert "PNG picture" in reason(reader, file(data))
