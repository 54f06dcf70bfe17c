"""Decoding an untrusted picture file with Pillow; `sanitize` runs in the worker only.

The result is either "the file is safe for TensorFlow's decoder" or a new PNG of 8 bit
red, green and blue: the first frame or page, upright, transparency over white, 16 bits
reduced to the upper 8.
"""

import io
import re

from PIL import ExifTags, Image, UnidentifiedImageError

from data_prep.pictures.formats import ACCEPTED, EXPECTED, kind_of
from data_prep.pictures.limits import MAX_SIDE

_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"  # the last chunk is the same in every file

# All JPEG markers but stuffed bytes (00) and restarts (D0-D7), which are among the
# pixels. FF before a marker is padding.
_JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")

# XMP that says how to turn a picture, as `exif.XMP_TURN`.
_XMP_TURN = re.compile(rb'tiff:Orientation(="|>)[2-8]')

# EXIF orientation -> the operation that undoes it. `exif` has where else this is done.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Refused(Exception):
    """The picture cannot be used; the message says why, a sentence without subject."""


def sanitize(data: bytes, max_pixels: int) -> bytes:
    """Decode a whole picture file of at most so many pixels.

    Returns:
        b"" if the file can be used as it is (ordinary JPEG), otherwise a PNG.

    Raises:
        Refused: the picture cannot be used.
        MemoryError: it needs more memory than this process may use.
    """
    try:
        return _decode(data, max_pixels)
    except (Refused, MemoryError):
        raise
    except UnidentifiedImageError:
        detail = "its header is invalid"
    except Exception as error:  # decoders raise exceptions of many types
        detail = str(error) or type(error).__name__
        if "memory" in detail:  # in the messages of libjpeg, libtiff and OpenJPEG
            raise MemoryError from error
    kind = kind_of(data)
    if kind.endswith("picture"):
        raise Refused(
            f"is {kind} that is damaged, cut off or of a rare variant "
            f"({detail[:200]}); expected a whole picture: get the file again."
        )
    raise Refused(f"holds {kind}; expected a picture: {EXPECTED}.")


def _decode(data, max_pixels):
    image = _open(data, max_pixels)
    if image.format == "PNG":
        image.verify()  # the checksums, which Pillow otherwise ignores; no decoding
        if _PNG_END not in data:
            raise OSError("the end is missing")
        image = _open(data, max_pixels)
    is_sound = image.format in ("JPEG", "MPO") and _is_plain_jpeg(data)
    # Its EXIF is read again where it is decoded, its XMP is not.
    if is_sound and _XMP_TURN.search(data):
        is_sound = _exif_orientation(image) in range(1, 9)
    if is_sound:
        # Decoding at an eighth of the size reads the whole file too, and finds the same
        # damage, in a third of the time.
        image.draft(None, (1, 1))
    image.load()
    return b"" if is_sound else to_png(image)


def to_png(image: Image.Image) -> bytes:
    """Return a loaded picture, whose `info` is cleared, as PNG: upright, 8 bit red,
    green and blue, transparency over white.

    Raises:
        Refused: its numbers have no defined range.
    """
    turn = _TURNS.get(_orientation(image))
    image = _over_white(image)
    image = image if turn is None else image.transpose(turn)
    png = io.BytesIO()
    image.save(png, "PNG", compress_level=1)  # larger than with level 6, much faster
    return png.getvalue()


def _open(data, max_pixels):
    image = Image.open(io.BytesIO(data), formats=ACCEPTED)
    width, height = image.size
    if width * height > max_pixels:
        raise Refused(
            f"has {width * height} pixels ({width} x {height}); "
            f"expected at most {max_pixels}: make it smaller."
        )
    if max(width, height) > MAX_SIDE:
        raise Refused(
            f"measures {width} x {height} pixels; "
            f"expected sides of at most {MAX_SIDE}: make it smaller."
        )
    return image


def _is_plain_jpeg(data):
    """Return whether every libjpeg reads a JPEG that Pillow has read.

    Pillow ignores damage that TensorFlow refuses, for example a segment among the
    pixels that does not belong there. And some decoders lack arithmetic coding.
    """
    position, frame, in_pixels = 2, None, False
    while match := _JPEG_MARKER.search(data, position):
        marker = match[1][0]
        if marker == 0xD9:  # the end
            return frame in (0xC0, 0xC1, 0xC2)  # Huffman coding, not lossless
        # Header segments follow each other directly. After the first pixels there are
        # only tables and further scans.
        if in_pixels and marker not in (0xC4, 0xDA, 0xDB, 0xDD):
            return False
        if not in_pixels and match.start() != position:
            return False
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            frame = marker
        in_pixels = in_pixels or marker == 0xDA
        position = match.end() + int.from_bytes(data[match.end() : match.end() + 2])
    return False


def _orientation(image):
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # a picture with a broken EXIF header is still usable
        return 1


def _exif_orientation(image):
    """Return the orientation of a JPEG in its EXIF alone, None if there is none."""
    try:
        exif = Image.Exif()
        exif.load(image.info.get("exif", b""))
        return exif.get(ExifTags.Base.Orientation)
    except Exception:
        return None


def _over_white(image):
    """Return a loaded picture of any mode as RGB, without transparency and metadata."""
    if image.mode == "F" or (image.mode == "I" and image.format != "PPM"):
        raise Refused(
            "has pixels of 32 bits without a defined range; "
            "expected 8 or 16 bits: save it again as JPEG or PNG."
        )
    if image.mode.startswith("I"):
        image = image.convert("I").point([i >> 8 for i in range(2**16)], "L")
    if not image.has_transparency_data:
        image = image if image.mode == "RGB" else image.convert("RGB")
        image.info.clear()  # otherwise the PNG would contain the colour profile
        return image
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white
