"""Encoded pictures -> pixels, in TensorFlow operations only.

The same operations run in ``tf.data``, in training and inside an exported SavedModel,
so a picture has the same pixels everywhere. Formats, and the pixels they give (tests
compare with Pillow):

- JPEG, baseline and progressive, grey, RGB and CMYK: the same pixels as Pillow. Both
  use libjpeg-turbo; ``INTEGER_ACCURATE`` selects the DCT that Pillow uses, from which
  TensorFlow's default differs by up to 7 levels. A large one that will be made small is
  decoded at a fraction of its size: of 12 megapixels in a fifth of the time.
- PNG of any colour type: transparency over white, 16 bits reduced to the upper 8.
- GIF: the first frame, if it is opaque and fills the picture.
- BMP: 24 and 32 bit, and 8 bit with a palette, without compression.
- WebP, no animation: transparency over white.

The EXIF orientation is undone (see `pictures.exif`). What TensorFlow would decode to
other pixels is an error, as is what it cannot decode (see `pictures.variants`).

Files from outside go through `pictures.reader` first, which makes an RGB PNG of all but
JPEG, by the same rules: a model gets the same pixels with and without it.
"""

import functools
from collections.abc import Callable

import tensorflow as tf

from data_prep.pictures.exif import bytes_at, little_endian, may_be_turned, upright
from data_prep.pictures.limits import SPARE_SCALE
from data_prep.pictures.variants import FORMATS, why_refused


def load_picture(image_bytes: tf.Tensor, image_size: int) -> tf.Tensor:
    """Decode a picture (`decode_picture`) and resize it to a square (float32
    ``(image_size, image_size, 3)``, 0..255): the input of an encoder."""
    image = decode_picture(image_bytes, SPARE_SCALE * image_size)
    return resize_to_square(image, image_size)


@functools.cache
def picture_loader(image_size: int) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return `load_picture` of one size, for pipelines. Its graph, with a branch for
    each format, takes a second to trace: it is traced once a process, and not once for
    each split of a data set."""
    return tf.function(
        lambda image_bytes: load_picture(image_bytes, image_size),
        autograph=False,
        input_signature=[tf.TensorSpec((), tf.string)],
    )


def load_pictures(image_bytes: tf.Tensor, image_size: int) -> tf.Tensor:
    """Turn strings ``(batch,)`` into float32 pixels ``(batch, image_size, image_size,
    3)``, each as `load_picture` does."""
    return tf.map_fn(
        lambda encoded: load_picture(encoded, image_size),
        image_bytes,
        fn_output_signature=tf.TensorSpec((image_size, image_size, 3), tf.float32),
        parallel_iterations=2,  # each may hold 400 MB, the largest pictures allowed
    )


def load_sound_pictures(
    image_bytes: tf.Tensor, image_size: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """Decode and resize those pictures of a batch that can be decoded.

    An operation that fails ends a graph. In a `tf.data` pipeline it ends one element,
    and the others go on.

    Args:
        image_bytes: string ``(batch,)``.
        image_size: pixels a side.

    Returns:
        The pixels of the sound ones in order, float32 ``(sound, image_size, image_size,
        3)``, as by `load_picture`; and what is wrong with each picture, string
        ``(batch,)``: a sentence without its subject, "" of a sound one.
    """

    @tf.autograph.experimental.do_not_convert
    def loaded(number, encoded):
        return number, load_picture(encoded, image_size)

    sound = (
        tf.data.Dataset.from_tensor_slices(image_bytes)
        .enumerate()
        .map(loaded, num_parallel_calls=2)  # as in `load_pictures`
        .ignore_errors()
    )
    # Beside another one, as a batch of none is not given.
    none = (tf.constant([-1], tf.int64), tf.zeros((1, image_size, image_size, 3)))
    size = tf.size(image_bytes, tf.int64)
    both = tf.data.Dataset.from_tensor_slices(none).concatenate(sound)
    numbers, pixels = both.batch(size + 1).get_single_element()
    numbers = numbers[1:, None]
    is_sound = tf.scatter_nd(numbers, numbers[:, 0] >= 0, size[None])
    errors = tf.map_fn(
        lambda pair: tf.cond(
            pair[0], lambda: tf.constant(""), lambda: _what_is_wrong(pair[1])
        ),
        (is_sound, image_bytes),
        fn_output_signature=tf.string,
    )
    return pixels[1:], errors


def _what_is_wrong(image_bytes):
    refused = why_refused(image_bytes)
    damaged = f"is damaged or cut off; expected a whole {FORMATS}: get the file again."
    return tf.where(tf.equal(refused, ""), damaged, refused)


def resize_to_square(image: tf.Tensor, image_size: int) -> tf.Tensor:
    """Resize the whole picture to a square; nothing is cropped.

    With antialiasing by the triangle filter ("bilinear"), which unlike cubic and
    Lanczos filters does not overshoot. A picture that already has the size is returned
    exactly. One that is only enlarged needs no antialiasing, so it gets the plain
    kernel, whose pixels differ by less than 0.01 and which takes a third of the time.

    Args:
        image: uint8 or float ``(height, width, 3)``, 0..255. uint8 needs less memory:
            the kernel reads it directly and makes only the reduced side float.
        image_size: pixels a side.

    Returns:
        float32 ``(image_size, image_size, 3)``, 0..255.
    """

    def antialiased():
        pixels = tf.image.resize(image, size, method="bilinear", antialias=True)
        return tf.clip_by_value(pixels, 0.0, 255.0)  # rounding may leave 255.00002

    size = (image_size, image_size)
    resized = tf.cond(
        tf.reduce_all(tf.shape(image)[:2] <= image_size),
        lambda: tf.image.resize(image, size, method="bilinear"),
        antialiased,
    )
    return tf.ensure_shape(resized, (image_size, image_size, 3))


def decode_picture(image_bytes: tf.Tensor, least_side: int | None = None) -> tf.Tensor:
    """Decode one picture, string ``()``, upright, to uint8 ``(height, width, 3)`` RGB.

    Args:
        image_bytes: a whole file.
        least_side: a JPEG is decoded at a half, a quarter or an eighth of its size if
            no side becomes shorter than this; at its whole size if not given.

    Raises:
        tf.errors.InvalidArgumentError: the bytes are not a whole picture, or of a
            variant that is not decoded (`variants.why_refused`).
    """
    image_bytes = tf.convert_to_tensor(image_bytes)
    is_jpeg = tf.equal(tf.strings.substr(image_bytes, 0, 3), b"\xff\xd8\xff")
    # One branch for upright JPEG, the pictures of most data sets: the small operations
    # of more branches took a tenth of the speed of an encoder beside them.
    image = tf.cond(
        is_jpeg & ~may_be_turned(image_bytes),
        lambda: _decode_jpeg(image_bytes, least_side),
        lambda: _decode_rarer(image_bytes, is_jpeg, least_side),
    )
    return tf.ensure_shape(image, (None, None, 3))


def _decode_jpeg(image_bytes, least_side: int | None):
    def decoded(ratio: int):
        return tf.io.decode_jpeg(
            image_bytes, channels=3, ratio=ratio, dct_method="INTEGER_ACCURATE"
        )

    if least_side is None:
        return decoded(1)
    sides = tf.image.extract_jpeg_shape(image_bytes)[:2]
    spare = tf.reduce_min(sides) // least_side
    return tf.cond(
        spare < 2,
        lambda: decoded(1),
        lambda: tf.cond(
            spare < 4,
            lambda: decoded(2),
            lambda: tf.cond(spare < 8, lambda: decoded(4), lambda: decoded(8)),
        ),
    )


def _decode_rarer(image_bytes, is_jpeg, least_side):
    # In place of a refused file the decoders get an empty one, which is an error.
    image_bytes = tf.where(tf.equal(why_refused(image_bytes), ""), image_bytes, "")
    is_png = tf.equal(tf.strings.substr(image_bytes, 0, 4), b"\x89PNG")
    image = tf.cond(
        is_jpeg,
        lambda: _decode_jpeg(image_bytes, least_side),
        lambda: tf.cond(
            is_png,
            lambda: _decode_png(image_bytes),
            lambda: _decode_other(image_bytes),
        ),
    )
    return upright(image, image_bytes)


def _decode_png(image_bytes):
    image = tf.io.decode_png(image_bytes, channels=4)
    # For a PNG without transparency TensorFlow sets alpha to the largest number of the
    # file's depth: 255, but 1, 3 or 15 for a depth of 1, 2 or 4 bits.
    depth = bytes_at(image_bytes, tf.constant(24, tf.int64), 1)[0]
    opaque = tf.cast(tf.minimum(2**depth - 1, 255), tf.uint8)
    # Most pictures are opaque and need no 16 bit copies.
    return tf.cond(
        tf.reduce_all(tf.equal(image[..., 3], opaque)),
        lambda: image[..., :3],
        lambda: _over_white(image),
    )


def _decode_other(image_bytes):
    """Decode GIF, BMP and WebP; TensorFlow raises for anything else."""
    # channels=0 keeps those of the file: the BMP decoder cannot convert.
    image = tf.io.decode_image(image_bytes, channels=0, expand_animations=False)
    image = tf.ensure_shape(image, (None, None, None))
    channels = tf.shape(image)[-1]
    is_bmp = tf.equal(tf.strings.substr(image_bytes, 0, 2), b"BM")
    return tf.cond(
        channels == 1,
        lambda: tf.gather(_bmp_palette(image_bytes), tf.cast(image[..., 0], tf.int32)),
        # A fourth byte in a BMP is padding, in a WebP opacity.
        lambda: tf.cond(
            is_bmp | (channels == 3),
            lambda: image[..., :3],
            lambda: _over_white(image),
        ),
    )


def _bmp_palette(image_bytes):
    """Return the colours of a BMP of 8 bits, uint8 ``(256, 3)``; black are those that
    it does not have."""
    head = bytes_at(image_bytes, tf.constant(0, tf.int64), 50)
    palette = bytes_at(image_bytes, 14 + little_endian(head[14:18]), 4 * 256)
    colours = little_endian(head[46:50])
    is_there = (colours == 0) | (tf.range(256, dtype=tf.int64) < colours)
    palette = tf.reshape(palette, (256, 4))[:, 2::-1]  # blue, green, red, nothing
    return tf.cast(tf.where(is_there[:, None], palette, 0), tf.uint8)


def _over_white(image):
    """Return RGBA ``(height, width, 4)`` over white, ``(height, width, 3)``.

    That is colour * alpha + white * (1 - alpha), rounded to nearest. With
    x = colour * alpha + 255 * (255 - alpha) + 128 the rounded x / 255 is
    (x + x // 256) // 256, exactly, and all steps fit into 16 bits. Pillow does so too.
    """
    alpha = tf.cast(image[..., 3:], tf.uint16)
    x = tf.cast(image[..., :3], tf.uint16) * alpha + 255 * (255 - alpha) + 128
    eight = tf.constant(8, tf.uint16)
    x = tf.bitwise.right_shift(x + tf.bitwise.right_shift(x, eight), eight)
    return tf.cast(x, tf.uint8)
