"""The pixels of every format equal Pillow's, in graphs and exported models too."""

import io
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from data_prep.pictures.decode import load_picture, resize_to_square


def shuffle_bytes(width, height, channels, seed=0):
    """Random pixels in blocks of 4 x 4, so that JPEG keeps some of them."""
    generator = np.random.default_rng(seed)
    shape = (-(-height // 4), -(-width // 4), channels)
    blocks = generator.integers(0, 256, shape, dtype=np.uint8)
    return blocks.repeat(4, axis=0).repeat(4, axis=1)[:height, :width]


# --- JPEG


@pytest.mark.parametrize(
    "mode, options",
    [
        ("RGB", {}),
        ("RGB", {"quality": 30}),
        ("RGB", {"subsampling": 0}),
        ("RGB", {"subsampling": 1}),
        ("RGB", {"progressive": True}),
        ("RGB", {"restart_marker_blocks": 3}),
        ("RGB", {"keep_rgb": True}),
        ("L", {}),
    ],
)
def test_jpeg_has_exactly_the_pixels_of_pillow(
    mode, options, encode_picture, pillow_pixels, decode
):
    picture = Image.fromarray(shuffle_bytes(75, 53, 3)).convert(mode)
    data = encode_picture(picture, "JPEG", **options)
    np.testing.assert_array_equal(decode(data), pillow_pixels(data))


def test_cmyk_jpeg_is_within_one_level_of_pillow(encode_picture, pillow_pixels, decode):
    picture = Image.fromarray(shuffle_bytes(75, 53, 4), "CMYK")
    data = encode_picture(picture, "JPEG", quality=95)
    difference = decode(data).astype(int) - pillow_pixels(data)
    assert np.abs(difference).max() <= 1


def test_photos_of_flickr8k_have_the_pixels_of_pillow(
    shared_data, pillow_pixels, decode
):
    folder = shared_data("flickr8k") / "Images"
    for path in sorted(folder.iterdir())[::800]:
        data = path.read_bytes()
        np.testing.assert_array_equal(decode(data), pillow_pixels(data))


# --- PNG


def png(depth, colour_type, rows, width, chunks=b"", interlaced=False):
    """A PNG written by hand: Pillow writes neither 4 bit grey nor interlaced files."""
    header = struct.pack(
        ">IIBBBBB", width, len(rows), depth, colour_type, 0, 0, interlaced
    )
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    body = chunk(b"IHDR", header) + chunks + chunk(b"IDAT", pixels)
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def chunk(kind, data):
    check_sum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check_sum


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "I;16", "LA", "RGBA"])
def test_png_has_exactly_the_pixels_of_pillow(
    mode, encode_picture, pillow_pixels, decode
):
    pixels = shuffle_bytes(51, 33, 4, seed=1)
    if mode == "I;16":
        pixels = pixels.view(np.uint16)[..., 0]
        picture = Image.fromarray(pixels)
    else:
        picture = Image.fromarray(pixels).convert(mode)
    data = encode_picture(picture, "PNG")
    np.testing.assert_array_equal(decode(data), pillow_pixels(data))


@pytest.mark.parametrize(
    "mode, transparency",
    [("L", 30), ("RGB", (9, 9, 9)), ("P", 3), ("P", bytes(range(16)))],
)
def test_png_with_a_transparent_colour(
    mode, transparency, encode_picture, pillow_pixels, decode
):
    pixels = np.arange(0, 48 * 3, dtype=np.uint8).reshape(6, 8, 3) // 3 * 3
    picture = Image.fromarray(pixels)
    picture = picture.quantize(16) if mode == "P" else picture.convert(mode)
    data = encode_picture(picture, "PNG", transparency=transparency)
    result = decode(data)
    assert (result == 255).all(axis=-1).any()
    np.testing.assert_array_equal(result, pillow_pixels(data))


def test_every_colour_over_white_is_rounded_to_nearest(decode):
    colour, alpha = np.meshgrid(np.arange(256), np.arange(256))
    rows = np.stack([colour, alpha], axis=-1).astype(np.uint8)
    data = png(8, 4, [row.tobytes() for row in rows], 256)
    exact = (colour * alpha + 255 * (255 - alpha)) / 255  # never half-way: 255 is odd
    np.testing.assert_array_equal(decode(data)[..., 0], np.rint(exact))


@pytest.mark.parametrize("depth, row", [(1, b"\x55"), (2, b"\x1b"), (4, b"\x0f\x5a")])
@pytest.mark.parametrize("has_palette", [False, True])
def test_png_of_few_bits(depth, row, has_palette, pillow_pixels, decode):
    palette = bytes(range(7, 7 + 3 * 2**depth)) if has_palette else b""
    colour_type, chunks = (3, chunk(b"PLTE", palette)) if has_palette else (0, b"")
    data = png(depth, colour_type, [row], 8 * len(row) // depth, chunks)
    np.testing.assert_array_equal(decode(data), pillow_pixels(data))


def test_interlaced_png(decode):
    # One pixel is in the first of the seven passes; the others are empty.
    assert decode(png(8, 0, [b"\x4d"], 1, interlaced=True)).tolist() == [[[77] * 3]]


def test_16_bit_png_keeps_the_upper_8(decode):
    row = struct.pack(">4H", 0, 255, 256, 65535)
    assert decode(png(16, 0, [row], 4))[0, :, 0].tolist() == [0, 0, 1, 255]


# --- the others


def test_gif_gives_its_first_frame(make_picture, encode_picture, pillow_pixels, decode):
    frames = [make_picture(30, 20, seed).quantize(64) for seed in range(3)]
    data = encode_picture(frames[0], "GIF", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(decode(data), pillow_pixels(data))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_bmp(mode, make_picture, encode_picture, decode):
    picture = make_picture(30, 20).convert(mode)
    expected = np.asarray(picture.convert("RGB"))
    np.testing.assert_array_equal(decode(encode_picture(picture, "BMP")), expected)


def test_incomplete_pictures_are_refused(make_picture, encode_picture, decode):
    jpeg = encode_picture(make_picture(40, 24), "JPEG", 6)
    bad = [b"", b"\xff", b"text", jpeg[:-30], jpeg[:200], jpeg[:3], b"\x89PNG", b"GIF8"]
    for data in bad:
        with pytest.raises(tf.errors.InvalidArgumentError):
            decode(data)


# --- resizing


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_picture_of_the_right_size_is_unchanged(dtype):
    image = shuffle_bytes(32, 32, 3).astype(dtype)
    resized = resize_to_square(image, 32)
    assert resized.dtype == tf.float32
    np.testing.assert_array_equal(resized, image)


def test_resizing_keeps_the_whole_picture():
    image = np.zeros((20, 300, 3), np.uint8)
    image[:, :150, 0] = 255  # the left half is red, the right half blue
    image[:, 150:, 2] = 255
    resized = resize_to_square(image, 10).numpy()
    np.testing.assert_allclose(resized[:, :4], np.full((10, 4, 3), [255, 0, 0]), 1e-6)
    np.testing.assert_allclose(resized[:, 6:], np.full((10, 4, 3), [0, 0, 255]), 1e-6)


def test_resizing_is_antialiased():
    board = np.indices((256, 256)).sum(axis=0) % 2 * 255
    image = np.repeat(board[..., None], 3, axis=-1).astype(np.uint8)
    inner = resize_to_square(image, 16).numpy()[2:-2, 2:-2]
    np.testing.assert_allclose(inner, 127.5, atol=1)


@pytest.mark.parametrize("size", [8, 50, 224])
def test_resizing_is_that_of_pillow(size, make_picture):
    picture = make_picture(97, 61)
    resized = resize_to_square(np.asarray(picture), size).numpy()
    assert resized.shape == (size, size, 3)
    assert resized.min() >= 0 and resized.max() <= 255
    theirs = np.asarray(picture.resize((size, size), Image.Resampling.BILINEAR))
    assert np.abs(resized - theirs).max() <= 1  # they round, twice


@pytest.mark.parametrize("shape", [(20, 30), (31, 8), (32, 32)])
def test_enlarging_equals_antialiased_resizing(shape):
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    found = resize_to_square(image, 32)
    expected = tf.image.resize(image, (32, 32), antialias=True)
    np.testing.assert_allclose(found, expected, atol=0.01)
    assert tf.reduce_min(found) >= 0 and tf.reduce_max(found) <= 255


def test_resizing_uint8_and_float_is_the_same():
    image = shuffle_bytes(45, 31, 3)
    np.testing.assert_array_equal(
        resize_to_square(image, 20), resize_to_square(image.astype(np.float32), 20)
    )


# --- the same everywhere


@pytest.fixture(scope="module")
def eagerly(awkward_photos):
    return np.stack(
        [
            load_picture(tf.constant(data), 32).numpy()
            for data in awkward_photos.values()
        ]
    )


def test_awkward_photos_have_the_pixels_of_pillow(
    awkward_photos, pillow_pixels, decode
):
    for name, data in awkward_photos.items():
        difference = np.abs(decode(data).astype(int) - pillow_pixels(data)).max()
        assert difference <= ("CMYK" in name), name


def test_the_same_in_tf_data(awkward_photos, eagerly):
    dataset = tf.data.Dataset.from_tensor_slices(list(awkward_photos.values()))
    dataset = dataset.map(lambda data: load_picture(data, 32))
    assert dataset.element_spec == tf.TensorSpec((32, 32, 3), tf.float32)
    np.testing.assert_array_equal(np.stack(list(dataset.as_numpy_iterator())), eagerly)


class Server(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string)])
    def load(self, batch):
        spec = tf.TensorSpec((32, 32, 3), tf.float32)
        return tf.map_fn(lambda data: load_picture(data, 32), batch, spec)


def test_the_same_over_a_batch_of_strings(awkward_photos, eagerly):
    loaded = Server().load(tf.constant(list(awkward_photos.values())))
    np.testing.assert_array_equal(loaded, eagerly)


def test_the_same_in_a_saved_model_without_this_package(
    awkward_photos, eagerly, tmp_path
):
    server = Server()
    tf.saved_model.save(server, str(tmp_path / "model"))
    np.save(tmp_path / "files.npy", np.array(list(awkward_photos.values()), object))
    program = (
        "import sys, numpy, tensorflow as tf\n"
        "files = numpy.load('files.npy', allow_pickle=True).tolist()\n"
        "model = tf.saved_model.load('model')\n"
        "numpy.save('pixels.npy', model.load(tf.constant(files)).numpy())\n"
        "assert 'data_prep' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-I", "-c", program], cwd=tmp_path, check=True)
    np.testing.assert_array_equal(np.load(tmp_path / "pixels.npy"), eagerly)


def test_the_pixel_reference_itself(encode_picture, pillow_pixels):
    # Half-transparent black over white is grey: 255 * (1 - 128 / 255) = 127.
    picture = Image.fromarray(np.array([[[0, 0, 0, 128]]], np.uint8))
    data = encode_picture(picture, "PNG")
    assert Image.open(io.BytesIO(data)).mode == "RGBA"
    assert pillow_pixels(data).tolist() == [[[127, 127, 127]]]
