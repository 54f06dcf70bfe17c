"""Variants of picture formats that TensorFlow does not decode as Pillow does.

Of them it would give other pixels than a command sees, without a word; some crash it.
`why_refused` tells them by their headers, in TensorFlow operations, before a decoder
reads them.
"""

import tensorflow as tf

from data_prep.pictures.exif import XMP_TURN, bytes_at, little_endian, orientation

FORMATS = "JPEG, PNG, GIF, BMP or WebP"
_TURNED = (  # other ways than EXIF to say so, packed or not
    rf"\C*({XMP_TURN}|Raw profile type exif"
    r"|zTXtXML:com\.adobe\.xmp|XML:com\.adobe\.xmp\x00\x01)\C*"
)
_TRANSPARENT_COLOUR = r"\C*tRNS\C*"
_MAX_BLOCKS = 1_000  # of a GIF before its first frame; there are about 5


def why_refused(image_bytes: tf.Tensor) -> tf.Tensor:
    """Return why a picture file, string ``()``, is not decoded: a sentence without its
    subject, string ``()``; "" if it may be."""
    head = bytes_at(image_bytes, tf.constant(0, tf.int64), 64)

    def begins(signature, at=0):
        return tf.reduce_all(head[at : at + len(signature)] == list(signature))

    is_jpeg, is_png = begins(b"\xff\xd8\xff"), begins(b"\x89PNG")
    is_gif, is_bmp = begins(b"GIF8"), begins(b"BM")
    is_webp = begins(b"RIFF") & begins(b"WEBP", 8)
    depth, colour_type = head[24], head[25]
    is_deep = (depth == 16) & ((colour_type == 0) | (colour_type == 2))
    is_animated = begins(b"VP8X", 12) & (head[20] // 2 % 2 > 0)
    refused = tf.constant("")
    for is_one, is_odd, what in (
        (
            ~(is_jpeg | is_png | is_gif | is_bmp | is_webp),
            lambda: tf.constant(True),
            f"is no {FORMATS}",
        ),
        (
            is_jpeg | is_png | is_webp,
            lambda: _may_be_turned(image_bytes),
            "may have to be turned, by a damaged header or by metadata beside EXIF",
        ),
        (
            is_png & is_deep,
            lambda: tf.strings.regex_full_match(image_bytes, _TRANSPARENT_COLOUR),
            "is a PNG of 16 bits with a transparent colour",
        ),
        (
            is_gif,
            lambda: ~_is_plain_gif(image_bytes, head),
            "is a GIF whose first frame has transparency or does not fill it",
        ),
        (
            is_bmp,
            lambda: ~_is_plain_bmp(head),
            "is a BMP that is packed or of a rare variant",
        ),
        (is_webp, lambda: is_animated, "is an animated WebP"),
    ):
        is_refused = tf.cond(is_one, is_odd, lambda: tf.constant(False))
        reason = f"{what}; expected a plain picture: save it again as JPEG or PNG."
        refused = tf.where(is_refused, reason, refused)
    return refused


def _may_be_turned(image_bytes):
    """Return whether a picture may have a turn that `exif.upright` does not undo."""
    found = orientation(image_bytes)
    has_other = tf.strings.regex_full_match(image_bytes, _TURNED)
    return (found < 0) | ((found == 0) & has_other)


def _is_plain_bmp(head):
    """Return whether a BMP has 8, 24 or 32 bits a pixel, as they are, and if 8, a whole
    palette."""
    palette_at, colours = 14 + little_endian(head[14:18]), little_endian(head[46:50])
    colours = tf.where(colours > 0, colours, 256)
    end_of_palette = palette_at + 4 * colours
    bits, compression = little_endian(head[28:30]), little_endian(head[30:34])
    has_palette = (
        (colours > 2)
        & (colours <= 256)
        & (end_of_palette <= little_endian(head[10:14]))
    )
    is_plain = (bits == 24) | (bits == 32) | ((bits == 8) & has_palette)
    return is_plain & (compression == 0) & (palette_at >= 14 + 40)


def _is_plain_gif(image_bytes, head):
    """Return whether the first frame of a GIF is opaque and fills it."""

    def size_of_block(position):
        return bytes_at(image_bytes, position, 1)[0]

    def is_extension(position, is_opaque):
        return bytes_at(image_bytes, position, 1)[0] == ord("!")

    def next_block(position, is_opaque):
        label, size, flags = tf.unstack(bytes_at(image_bytes, position + 1, 3))
        is_transparent = (label == 0xF9) & (size > 0) & (flags % 2 > 0)
        (end,) = tf.while_loop(
            lambda at: size_of_block(at) > 0,
            lambda at: (at + 1 + size_of_block(at),),
            (position + 2,),
            maximum_iterations=_MAX_BLOCKS,
        )
        return end + 1, is_opaque & ~is_transparent

    flags = head[10]
    palette = tf.where(flags >= 128, 3 * 2 ** (flags % 8 + 1), 0)
    position, is_opaque = tf.while_loop(
        is_extension,
        next_block,
        (13 + palette, tf.constant(True)),
        maximum_iterations=_MAX_BLOCKS,
    )
    frame = bytes_at(image_bytes, position, 9)  # ",", left, top, width, height
    fills = tf.reduce_all(frame[1:] == tf.concat([[0] * 4, head[6:10]], axis=0))
    return is_opaque & (frame[0] == ord(",")) & fills
