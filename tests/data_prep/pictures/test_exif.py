"""The EXIF orientation of JPEGs is undone; no broken header can hurt a picture."""

import random
import struct

import numpy as np
import pytest
import tensorflow as tf

from data_prep.pictures.decode import decode_picture


@pytest.mark.parametrize("byte_order", "<>")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_jpeg_is_turned_upright(
    orientation, byte_order, make_picture, encode_picture, pillow_pixels, decode
):
    data = encode_picture(make_picture(40, 24), "JPEG", orientation, byte_order)
    upright = decode(data)
    assert upright.shape == ((24, 40, 3) if orientation < 5 else (40, 24, 3))
    np.testing.assert_array_equal(upright, pillow_pixels(data))


def segment(marker, payload):
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def entry(tag, kind, count, value):
    """A little-endian directory entry; `value` fills its last four bytes."""
    return struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")


def exif(*entries, count=None, header=b"II*\0", directory=8):
    count = len(entries) if count is None else count
    tiff = header + struct.pack("<IH", directory, count) + b"".join(entries)
    return segment(0xE1, b"Exif\0\0" + tiff)


SIX = entry(0x0112, 3, 1, b"\6")  # turn by 90 degrees
TURNED = {
    "plain": exif(SIX),
    "type byte": exif(entry(0x0112, 1, 1, b"\6")),
    "type long": exif(entry(0x0112, 4, 1, b"\6")),
    "after other entries": exif(*[entry(tag, 2, 1, b"x") for tag in range(40)], SIX),
    "after 100 segments": segment(0xED, b"x" * 600) * 100 + exif(SIX),
    "after a comment that looks like it": segment(0xFE, exif(SIX)[4:-12]) + exif(SIX),
    "after XMP": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>") + exif(SIX),
    "after fill bytes": b"\xff\xff\xff" + exif(SIX),
}
NONSENSE = {
    "no entries": exif(),
    "another tag": exif(entry(0x0110, 3, 1, b"\6")),
    "zero": exif(entry(0x0112, 3, 1, b"\0")),
    "nine": exif(entry(0x0112, 3, 1, b"\x09")),
    "text": exif(entry(0x0112, 2, 1, b"\6")),
    "two numbers": exif(entry(0x0112, 3, 2, b"\6\0\6")),
    "65536 + 6 as long": exif(entry(0x0112, 4, 1, b"\6\0\1")),
    "more entries than there are": exif(entry(0, 3, 1, b""), count=65535),
    "fewer entries than there are": exif(SIX, count=0),
    "directory beyond the end": exif(SIX, directory=60000),
    "directory at 2 ** 32 - 1": exif(SIX, directory=2**32 - 1),
    "unknown byte order": exif(SIX, header=b"IM*\0"),
    "no TIFF": exif(SIX, header=b"II+\0"),
    "nothing": segment(0xE1, b"Exif\0\0"),
    "cut off": segment(0xE1, b"Exif\0\0II*\0\x08"),
    "cut off in the entry": segment(0xE1, exif(SIX)[4:-8]),
    "outside of its segment": segment(0xE1, exif(SIX)[4:-12]) + segment(0xFE, SIX),
    "only in a comment": segment(0xFE, exif(SIX)),
    "more segments than are looked at": segment(0xFE, b"") * 300 + exif(SIX),
}


@pytest.fixture(scope="module")
def decode_with(make_picture, encode_picture):
    """Insert segments after the start of a JPEG 40 wide and 24 high; decode it."""
    plain = encode_picture(make_picture(40, 24), "JPEG")
    decode_in_graph = tf.function(
        decode_picture, input_signature=[tf.TensorSpec((), tf.string)]
    )
    return lambda segments: decode_in_graph(plain[:2] + segments + plain[2:]).numpy()


@pytest.mark.parametrize("name", TURNED)
def test_orientation_is_found_in_every_valid_place(name, decode_with):
    np.testing.assert_array_equal(
        decode_with(TURNED[name]), np.rot90(decode_with(b""), -1)
    )


@pytest.mark.parametrize("name", NONSENSE)
def test_an_invalid_header_means_upright(name, decode_with):
    np.testing.assert_array_equal(decode_with(NONSENSE[name]), decode_with(b""))


def test_random_damage_to_the_header_never_fails(decode_with):
    generator = random.Random(0)
    whole = exif(*[entry(tag, 3, 1, b"\1") for tag in range(3)], SIX)
    upright = decode_with(b"")
    turns = [np.rot90(upright, turn) for turn in range(4)]
    turns += [turn[:, ::-1] for turn in turns]
    for _ in range(200):
        damaged = bytearray(whole)
        for _ in range(generator.choice([1, 2, 8])):
            damaged[generator.randrange(4, len(damaged))] = generator.randrange(256)
        result = decode_with(bytes(damaged))
        assert any(np.array_equal(result, turn) for turn in turns)
