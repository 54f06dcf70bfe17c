"""The EXIF orientation of a picture: reading and undoing it in TensorFlow operations.

Inside an exported model there is no Pillow, so that the header is parsed here. Every
read goes through `bytes_at`, which returns zeros beyond the end: no file, however
broken, makes a read fail, and an invalid header means that there is no orientation.
Two other modules undo an orientation, with Pillow: `sanitize` that of other formats
than JPEG, and `decode_pillow` that of a JPEG that is captioned without TensorFlow.
"""

import tensorflow as tf

_EXIF = b"Exif\0\0"  # how the data of an EXIF segment begin
_BEFORE_EXIF_OF_PNG = r"\C*?eXIf"  # \C: any byte
_BEFORE_HEADER = r"^(Exif\x00\x00)+"  # in a WebP, if anything
# XMP that says how to turn the picture, and is not read here.
XMP_TURN = r'tiff:Orientation(="|>)[2-8]'
_MAY_BE_TURNED = rf"\C*(Exif\x00\x00|{XMP_TURN})\C*"
_MAX_SEGMENTS = 256  # before the pixels of a JPEG; cameras write about 10
_MAX_ENTRIES = 512  # in the first EXIF directory; cameras write about 15
_ORIENTATION = 0x0112  # the EXIF tag
_BYTE, _SHORT, _LONG = 1, 3, 4  # EXIF types of an integer

# By orientation 0..8 (0 is unused): first exchange rows and columns, then flip.
_EXCHANGE = [False, False, False, False, False, True, True, True, True]
_FLIP_ROWS = [False, False, False, True, True, False, False, True, True]
_FLIP_COLUMNS = [False, False, True, True, False, False, True, True, False]


def may_be_turned(jpeg: tf.Tensor) -> tf.Tensor:
    """Return bool ``()``: False if a JPEG, string ``()``, says nothing of a turn."""
    return tf.strings.regex_full_match(jpeg, _MAY_BE_TURNED)


def orientation(image_bytes: tf.Tensor) -> tf.Tensor:
    """Return int32 ``()``: the EXIF orientation of a JPEG, PNG or WebP, string ``()``,
    1..8; 0 if it has none, -1 if damage hides whether it has one."""
    is_jpeg = tf.equal(tf.strings.substr(image_bytes, 0, 3), b"\xff\xd8\xff")
    is_webp = tf.equal(tf.strings.substr(image_bytes, 0, 4), b"RIFF")
    exif, is_damaged = tf.cond(
        is_jpeg,
        lambda: _exif_of_jpeg(image_bytes),
        lambda: tf.cond(
            is_webp,
            lambda: (_exif_of_webp(image_bytes), tf.constant(False)),
            lambda: (_exif_of_png(image_bytes), tf.constant(False)),
        ),
    )
    found = tf.cond(
        tf.equal(exif, b""), lambda: tf.constant(0), lambda: _orientation(exif)
    )
    return tf.where(is_damaged, -1, found)


def upright(image: tf.Tensor, image_bytes: tf.Tensor) -> tf.Tensor:
    """Turn the pixels ``(height, width, 3)`` of a file, string ``()``, upright: for
    orientations 5 to 8 they become ``(width, height, 3)``."""
    way = orientation(image_bytes)
    return tf.cond(way > 1, lambda: _turn(image, way), lambda: image)


def _turn(image, orientation):
    """Undo an orientation 2..8 of pixels ``(height, width, 3)``."""
    perm = tf.where(tf.gather(_EXCHANGE, orientation), [1, 0, 2], [0, 1, 2])
    flips = tf.stack(
        [tf.gather(_FLIP_ROWS, orientation), tf.gather(_FLIP_COLUMNS, orientation)]
    )
    axes = tf.boolean_mask(tf.constant([0, 1]), flips)
    return tf.reverse(tf.transpose(image, perm), axes)


def bytes_at(data, start, count: int):
    """Return bytes from `start` on of a string ``()``, int64 ``(count,)``."""
    size = tf.cast(tf.strings.length(data), tf.int64)
    part = tf.strings.substr(data, tf.clip_by_value(start, 0, size), count)
    padded = tf.strings.substr(tf.strings.join([part, bytes(count)]), 0, count)
    values = tf.io.decode_raw(padded, tf.uint8)
    return tf.cast(tf.reshape(values, (count,)), tf.int64)


def little_endian(values):
    """Return bytes, int64 ``(n,)``, the lowest first, as one number ``()``."""
    return tf.reduce_sum(values * [256**i for i in range(values.shape[0])])


def _exif_of_png(image_bytes):
    """Return the EXIF block of a PNG; of one that has none what is no TIFF header."""
    return tf.strings.regex_replace(image_bytes, _BEFORE_EXIF_OF_PNG, "", False)


def _exif_of_webp(image_bytes):
    """Return the EXIF block of a WebP, from its TIFF header on, or b""."""
    size = tf.cast(tf.strings.length(image_bytes), tf.int64)

    def is_other(position):
        name = tf.strings.substr(image_bytes, tf.minimum(position, size), 4)
        return (position < size) & tf.not_equal(name, b"EXIF")

    def next_chunk(position):
        # A chunk: name (4 bytes), size of the data (4), data, and a zero if it is odd.
        data = little_endian(bytes_at(image_bytes, position + 4, 4))
        return (position + 8 + data + data % 2,)

    (position,) = tf.while_loop(
        is_other,
        next_chunk,
        (tf.constant(12, tf.int64),),
        maximum_iterations=_MAX_SEGMENTS,
    )
    says_so = bytes_at(image_bytes, tf.constant(20, tf.int64), 1)[0] // 8 % 2 > 0
    start = tf.where(says_so, tf.minimum(position + 8, size), size)
    block = tf.strings.substr(image_bytes, start, size - start)
    return tf.strings.regex_replace(block, _BEFORE_HEADER, "", False)


def _exif_of_jpeg(image_bytes):
    """Return the first EXIF block of a JPEG, from its TIFF header on, or b""; and
    whether something else than a segment came before it and the pixels."""
    size = tf.cast(tf.strings.length(image_bytes), tf.int64)
    # Zeros in place of what a truncated file lacks.
    padded = tf.strings.join([image_bytes, bytes(16)])

    def marker_and_size(position):
        # A segment: marker (2 bytes), size (2, itself included, not the marker), data.
        head = tf.io.decode_raw(tf.strings.substr(padded, position, 4), tf.uint8)
        pairs = tf.reshape(tf.cast(head, tf.int64), (2, 2))
        return tf.unstack(tf.reduce_sum(pairs * [256, 1], axis=1))

    def is_exif(position, marker):
        name = tf.strings.substr(padded, position + 4, 6)
        return (marker == 0xFFE1) & tf.equal(name, _EXIF)

    def next_segment(position, step):
        position = tf.minimum(position + step, size)
        marker, segment_size = marker_and_size(position)
        # FFDA begins the pixels, FF before a marker is padding, below FF01 is none.
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
    exif = tf.strings.substr(image_bytes, start, tf.maximum(length, 0))
    return exif, (marker < 0xFF01) & (position < size)


def _orientation(exif):
    """Return the orientation 1..8 of an EXIF block; 0 if it has none."""
    header = bytes_at(exif, tf.constant(0, tf.int64), 8)
    is_big = tf.reduce_all(header[:4] == list(b"MM\0*"))
    is_little = tf.reduce_all(header[:4] == list(b"II*\0"))

    def number(values):
        """Return bytes ``(..., n)`` in the file's byte order as int64 ``(...)``."""
        powers = tf.constant([256**i for i in range(values.shape[-1])], tf.int64)
        return tf.reduce_sum(
            values * tf.where(is_big, tf.reverse(powers, [0]), powers), axis=-1
        )

    directory = number(header[4:8])
    count = number(bytes_at(exif, directory, 2))
    # An entry: tag (2 bytes), type (2), how many values (4), the value itself (4).
    entries = bytes_at(exif, directory + 2, 12 * _MAX_ENTRIES)
    entries = tf.reshape(entries, (_MAX_ENTRIES, 12))
    kind = number(entries[:, 2:4])
    value = tf.where(kind == _SHORT, number(entries[:, 8:10]), tf.zeros_like(kind))
    value = tf.where(kind == _LONG, number(entries[:, 8:12]), value)
    value = tf.where(kind == _BYTE, entries[:, 8], value)
    is_valid = (
        (is_big | is_little)
        & (tf.range(_MAX_ENTRIES, dtype=tf.int64) < count)
        & (number(entries[:, 0:2]) == _ORIENTATION)
        & (number(entries[:, 4:8]) == 1)
        & (value >= 1)
        & (value <= 8)
    )
    return tf.cast(tf.reduce_max(tf.where(is_valid, value, 0)), tf.int32)
