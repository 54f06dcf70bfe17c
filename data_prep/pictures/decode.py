"""Encoded pictures -> pixels, in TensorFlow operations only.

The same operations run in ``tf.data``, in training and inside an exported SavedModel,
so a picture means the same pixels everywhere. They know no Python object and no file;
they work eagerly, in a ``tf.function`` and in ``tf.map_fn``.

What is decoded, and what it equals (tests compare with Pillow):

- JPEG, baseline and progressive, grey, RGB and CMYK: the same pixels as Pillow. Both
  call libjpeg-turbo; ``INTEGER_ACCURATE`` asks for the DCT that Pillow uses, where
  TensorFlow's default is up to 7 levels away. The orientation 1..8 in the EXIF header
  is honoured; one that cannot be read means 1.
- PNG of any colour type: transparency over white, 16 bits reduced to the upper 8.
  Orientation in a PNG (chunk eXIf) is not looked at.
- GIF: the first frame; TensorFlow's decoder knows no transparency.
- BMP: 8 bit grey, 24 and 32 bit without compression.

`pictures.reader` is the gate for files from outside: it lets JPEG through as it is
and makes everything else an upright RGB PNG, by the same rules for transparency and
depth; so a model meets the same pixels on either way.
"""

import tensorflow as tf

_EXIF = b"Exif\0\0"  # what the segment's data start with
_HAS_EXIF = r"\C*Exif\x00\x00\C*"  # \C: any byte
_MAX_SEGMENTS = 256  # before the pixels of a JPEG; cameras write about 10
_MAX_ENTRIES = 512  # in the first EXIF directory; cameras write about 15
_ORIENTATION = 0x0112  # the EXIF tag
_BYTE, _SHORT, _LONG = 1, 3, 4  # EXIF types of an integer

# By orientation 0..8 (0 is unused): exchange rows and columns first, then flip.
_EXCHANGE = [False, False, False, False, False, True, True, True, True]
_FLIP_ROWS = [False, False, False, True, True, False, False, True, True]
_FLIP_COLUMNS = [False, False, True, True, False, False, True, True, False]


def load_picture(image_bytes: tf.Tensor, image_size: int) -> tf.Tensor:
    """Decode a picture and squeeze it: what an encoder is fed with.

    Args:
        image_bytes: scalar string, an encoded picture (see the module's list).
        image_size: the side of the square, in pixels.

    Returns:
        float32 `(image_size, image_size, 3)`, 0..255, channels red, green, blue.

    Raises:
        tf.errors.InvalidArgumentError: the bytes are not a whole picture.
    """
    return squeeze(decode_picture(image_bytes), image_size)


def load_pictures(image_bytes: tf.Tensor, image_size: int) -> tf.Tensor:
    """Turn encoded pictures ``(batch,)`` into float32 pixels ``(batch, image_size,
    image_size, 3)`` in 0..255, each as `load_picture` does."""
    return tf.map_fn(
        lambda encoded: load_picture(encoded, image_size),
        image_bytes,
        fn_output_signature=tf.TensorSpec((image_size, image_size, 3), tf.float32),
        parallel_iterations=2,  # each may hold 400 MB, the largest pictures allowed
    )


def squeeze(image: tf.Tensor, image_size: int) -> tf.Tensor:
    """Squeeze the whole picture into a square; nothing is cut off.

    Antialiased with the triangle filter ("bilinear"): unlike cubic and Lanczos filters
    it never overshoots. A picture that has the size already stays as it is, exactly.
    One that only grows has nothing to be antialiased, and gets the plain kernel, whose
    pixels are within 0.01 of the other's, and come in a third of the time.

    Args:
        image: uint8 or float `(height, width, 3)`, 0..255. uint8 saves memory: the
            kernel reads it directly and keeps only one reduced side as float.
        image_size: the side of the square, in pixels.

    Returns:
        float32 `(image_size, image_size, 3)`, 0..255.
    """

    def shrunk():
        pixels = tf.image.resize(image, size, method="bilinear", antialias=True)
        return tf.clip_by_value(pixels, 0.0, 255.0)  # rounding may leave 255.00002

    size = (image_size, image_size)
    squeezed = tf.cond(
        tf.reduce_all(tf.shape(image)[:2] <= image_size),
        lambda: tf.image.resize(image, size, method="bilinear"),
        shrunk,
    )
    return tf.ensure_shape(squeezed, (image_size, image_size, 3))


def decode_picture(image_bytes: tf.Tensor) -> tf.Tensor:
    """Decode one picture, upright.

    Args:
        image_bytes: scalar string, an encoded picture (see the module's list).

    Returns:
        uint8 `(height, width, 3)`, channels red, green, blue.

    Raises:
        tf.errors.InvalidArgumentError: the bytes are not a whole picture.
    """
    image_bytes = tf.convert_to_tensor(image_bytes)
    is_jpeg = tf.equal(tf.strings.substr(image_bytes, 0, 3), b"\xff\xd8\xff")
    may_be_turned = tf.strings.regex_full_match(image_bytes, _HAS_EXIF)
    # Small operations of many branches, run beside an encoder, took a tenth of its
    # speed: the pictures of most data sets, JPEG without EXIF, pass one branch.
    image = tf.cond(
        is_jpeg & ~may_be_turned,
        lambda: _decode_jpeg(image_bytes),
        lambda: _decode_rarer(image_bytes, is_jpeg),
    )
    return tf.ensure_shape(image, (None, None, 3))


def _decode_jpeg(image_bytes):
    return tf.io.decode_jpeg(image_bytes, channels=3, dct_method="INTEGER_ACCURATE")


def _decode_rarer(image_bytes, is_jpeg):
    is_png = tf.equal(tf.strings.substr(image_bytes, 0, 4), b"\x89PNG")
    return tf.cond(
        is_jpeg,
        lambda: _decode_turned_jpeg(image_bytes),
        lambda: tf.cond(
            is_png,
            lambda: _decode_png(image_bytes),
            lambda: _decode_other(image_bytes),
        ),
    )


def _decode_turned_jpeg(image_bytes):
    image = _decode_jpeg(image_bytes)
    exif = _exif(image_bytes)
    orientation = tf.cond(
        tf.equal(exif, b""), lambda: tf.constant(1), lambda: _orientation(exif)
    )
    return tf.cond(
        orientation > 1, lambda: _turn_upright(image, orientation), lambda: image
    )


def _decode_png(image_bytes):
    image = tf.io.decode_png(image_bytes, channels=4)
    # Where a PNG has no transparency TensorFlow makes up an alpha that is the largest
    # number of the file's depth: 255, but 1, 3 or 15 for a depth of 1, 2 or 4 bits.
    depth = _bytes_at(image_bytes, tf.constant(24, tf.int64), 1)[0]
    opaque = tf.cast(tf.minimum(2**depth - 1, 255), tf.uint8)
    # Most pictures are opaque: that also spares them the wide copies.
    return tf.cond(
        tf.reduce_all(tf.equal(image[..., 3], opaque)),
        lambda: image[..., :3],
        lambda: _over_white(image),
    )


def _decode_other(image_bytes):
    """GIF and BMP; for anything else TensorFlow raises, naming the formats it reads."""
    # 0 channels = as the file has them: the BMP decoder refuses to convert.
    image = tf.io.decode_image(image_bytes, channels=0, expand_animations=False)
    image = tf.ensure_shape(image, (None, None, None))
    # A fourth byte in a BMP is padding; one grey channel becomes three.
    is_grey = tf.shape(image)[-1] < 3
    return tf.cond(
        is_grey, lambda: tf.tile(image[..., :1], (1, 1, 3)), lambda: image[..., :3]
    )


def _over_white(image):
    """(H, W, 4) -> (H, W, 3): colour * alpha + white * (1 - alpha), rounded to nearest.

    With x = colour * alpha + 255 * (255 - alpha) + 128 the rounded x / 255 is
    (x + x // 256) // 256, exactly; no step leaves 16 bits. Pillow pastes the same way.
    """
    alpha = tf.cast(image[..., 3:], tf.uint16)
    x = tf.cast(image[..., :3], tf.uint16) * alpha + 255 * (255 - alpha) + 128
    eight = tf.constant(8, tf.uint16)
    x = tf.bitwise.right_shift(x + tf.bitwise.right_shift(x, eight), eight)
    return tf.cast(x, tf.uint8)


def _turn_upright(image, orientation):
    """Undo an EXIF orientation 2..8 of an image (H, W, 3)."""
    perm = tf.where(tf.gather(_EXCHANGE, orientation), [1, 0, 2], [0, 1, 2])
    flips = tf.stack(
        [tf.gather(_FLIP_ROWS, orientation), tf.gather(_FLIP_COLUMNS, orientation)]
    )
    axes = tf.boolean_mask(tf.constant([0, 1]), flips)
    return tf.reverse(tf.transpose(image, perm), axes)


# Reading EXIF. Every read goes through _bytes_at, which answers zeros beyond the end:
# no file, however broken, can lead outside of it, and nonsense ends as orientation 1.


def _bytes_at(data, start, count: int):
    """Bytes `start .. start + count` of a scalar string as int64 `(count,)`."""
    size = tf.cast(tf.strings.length(data), tf.int64)
    part = tf.strings.substr(data, tf.clip_by_value(start, 0, size), count)
    padded = tf.strings.substr(tf.strings.join([part, bytes(count)]), 0, count)
    values = tf.io.decode_raw(padded, tf.uint8)
    return tf.cast(tf.reshape(values, (count,)), tf.int64)


def _exif(image_bytes):
    """The first EXIF block of a JPEG, from its TIFF header on; b"" without one."""
    size = tf.cast(tf.strings.length(image_bytes), tf.int64)
    # The zeros stand for what is missing at the end of a file that is cut off.
    padded = tf.strings.join([image_bytes, bytes(16)])

    def marker_and_size(position):
        # A segment: marker (2 bytes), size (2, counts itself but not the marker), data.
        head = tf.io.decode_raw(tf.strings.substr(padded, position, 4), tf.uint8)
        pairs = tf.reshape(tf.cast(head, tf.int64), (2, 2))
        return tf.unstack(tf.reduce_sum(pairs * [256, 1], axis=1))

    def is_exif(position, marker):
        name = tf.strings.substr(padded, position + 4, 6)
        return (marker == 0xFFE1) & tf.equal(name, _EXIF)

    def next_segment(position, step):
        position = tf.minimum(position + step, size)
        marker, segment_size = marker_and_size(position)
        # FFDA starts the pixels; FF before a marker fills; less than FF01 is none.
        is_end = (marker < 0xFF01) | (marker == 0xFFDA) | is_exif(position, marker)
        step = tf.where(marker == 0xFFFF, tf.ones_like(step), segment_size + 2)
        return position, tf.where(is_end, tf.zeros_like(step), step)

    position, _ = tf.while_loop(
        lambda position, step: step > 0,
        next_segment,
        (tf.constant(0, tf.int64), tf.constant(2, tf.int64)),
        maximum_iterations=_MAX_SEGMENTS,
    )
    marker, segment_size = marker_and_size(position)
    length = tf.where(is_exif(position, marker), segment_size - 8, 0)
    start = tf.minimum(position + 10, size)
    return tf.strings.substr(image_bytes, start, tf.maximum(length, 0))


def _orientation(exif):
    """The orientation 1..8 that an EXIF block tells; 1 when it tells none."""
    header = _bytes_at(exif, tf.constant(0, tf.int64), 8)
    is_big = tf.reduce_all(header[:4] == list(b"MM\0*"))
    is_little = tf.reduce_all(header[:4] == list(b"II*\0"))

    def number(values):
        """Bytes (..., n) in the file's order -> int64 (...)."""
        powers = tf.constant([256**i for i in range(values.shape[-1])], tf.int64)
        return tf.reduce_sum(
            values * tf.where(is_big, tf.reverse(powers, [0]), powers), axis=-1
        )

    directory = number(header[4:8])
    count = number(_bytes_at(exif, directory, 2))
    # An entry: tag (2 bytes), type (2), how many values (4), the value itself (4).
    entries = _bytes_at(exif, directory + 2, 12 * _MAX_ENTRIES)
    entries = tf.reshape(entries, (_MAX_ENTRIES, 12))
    kind = number(entries[:, 2:4])
    value = tf.where(kind == _SHORT, number(entries[:, 8:10]), tf.zeros_like(kind))
    value = tf.where(kind == _LONG, number(entries[:, 8:12]), value)
    value = tf.where(kind == _BYTE, entries[:, 8], value)
    is_valid = (
        (is_big | is_little)
        & (tf.range(_MAX_ENTRIES, dtype=tf.int64) < count)
        & (number(entries[:, 0:2]) == _ORIENTATION)
        & (value >= 1)
        & (value <= 8)
    )
    return tf.cast(tf.reduce_max(tf.where(is_valid, value, 1)), tf.int32)
