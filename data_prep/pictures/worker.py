"""The process in which `data_prep.pictures.reader` decodes files from outside.

Reads requests from stdin until it ends and answers each on stdout. A request is a
length (8 bytes, big-endian) and the bytes of a file; an answer is one letter, a length
and bytes. The letter says

- S: the file is fine as it is (also the answer "ready" after the start);
- P: here is a PNG to use instead;
- E: here is the reason why not, in UTF-8, a sentence without its subject.

Out of memory is no answer but an exit status. Whatever else goes wrong with a picture
may end this process too: the parent sees it, and starts another.
"""

import io
import os
import re
import resource
import signal
import sys
from pathlib import Path

from PIL import ExifTags, Image, UnidentifiedImageError

from data_prep.pictures.reader import LENGTH, OUT_OF_MEMORY

_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "AVIF", "TIFF", "JPEG2000", "PPM")
_EXPECTED = "JPEG, PNG, GIF, BMP, WebP, AVIF, TIFF, JPEG 2000 or PPM"
_MAX_SIDE = 10**6  # libpng, which TensorFlow uses, refuses more
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"  # the last chunk is the same in every file

# Not escapes (00) and restarts, which stand among the pixels; FF before it is filling.
_JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")

# What a file starts with -> what to call it: the formats above, then frequent mistakes.
_SIGNATURES = (
    (rb"\xff\xd8\xff", "a JPEG picture"),
    (rb"\x89PNG", "a PNG picture"),
    (rb"GIF8", "a GIF picture"),
    (rb"BM", "a BMP picture"),
    (rb"RIFF....WEBP", "a WebP picture"),
    (rb"....ftypavi[fs]", "an AVIF picture"),
    (rb"II[*+]\0|MM\0[*+]", "a TIFF picture"),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (rb"P[1-6]\s", "a PPM picture"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "PostScript (EPS)"),
    (rb"%PDF", "a PDF document"),
    (rb"....ftyp(hei|hev|mif)", "HEIC"),
    (rb"....ftyp|\x1aE\xdf\xa3", "a video"),
    (rb"8BPS", "a Photoshop file"),
    (rb"PK\x03\x04", "a ZIP archive"),
    (rb"\x1f\x8b", "gzip data"),
    (rb"(?i)\s*(<!doctype html|<html)", "a web page"),
    (rb"(?i)\s*(<\?xml|<svg)", "XML (perhaps SVG)"),
    (rb"version https://git-lfs", "a Git LFS pointer instead of the file"),
    (rb"[\t\n\r\x20-\x7e\x80-\xff]+\Z", "text"),
)

# EXIF orientation -> the turn that undoes it.
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
    """The picture cannot be used; the message says why, without a subject."""


def main(max_pixels: int, memory_bytes: int, seconds: float) -> None:
    """Answer requests until stdin ends; see the module's docstring."""
    Image.init()
    Image.MAX_IMAGE_PIXELS = None  # our own limit is stricter and says more
    _limit_resources(memory_bytes)
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints can get between the answers
    try:
        _answer(answers, b"S")  # ready
        while head := requests.read(LENGTH.size):
            data = requests.read(*LENGTH.unpack(head))
            # Should the parent die, nobody else ends a picture without end.
            signal.setitimer(signal.ITIMER_REAL, seconds + 1)
            try:
                png = inspect(data, max_pixels)
            except Refused as reason:
                _answer(answers, b"E", str(reason).encode(errors="backslashreplace"))
            else:
                _answer(answers, b"P" if png else b"S", png)
            signal.setitimer(signal.ITIMER_REAL, 0)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BrokenPipeError:
        os._exit(1)  # the parent is gone


def _limit_resources(memory_bytes):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # decoders write no files
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _answer(pipe, letter, data=b""):
    pipe.write(letter + LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def inspect(data: bytes, max_pixels: int) -> bytes:
    """Decode a whole picture.

    Returns:
        b"" if the file is fine as it is, otherwise a PNG to use instead.

    Raises:
        Refused: it cannot be used.
        MemoryError: it takes more than this process is allowed.
    """
    try:
        return _decode(data, max_pixels)
    except (Refused, MemoryError):
        raise
    except UnidentifiedImageError:
        detail = "its header makes no sense"
    except Exception as error:  # decoders raise whatever they like
        detail = str(error) or type(error).__name__
        if "memory" in detail:  # how libjpeg, libtiff and OpenJPEG say it
            raise MemoryError from error
    kind = _kind(data)
    if kind.endswith("picture"):
        raise Refused(
            f"is {kind} that is damaged, cut off or of a rare variant "
            f"({detail[:200]}); expected a whole picture: get the file anew."
        )
    raise Refused(f"holds {kind}; expected a picture: {_EXPECTED}.")


def _kind(data):
    for pattern, kind in _SIGNATURES:
        if re.match(pattern, data[:4096], re.DOTALL):
            return kind
    return "unknown data"


def _decode(data, max_pixels):
    image = _open(data, max_pixels)
    if image.format == "PNG":
        image.verify()  # the check sums, which Pillow skips otherwise
        if _PNG_END not in data:
            raise OSError("the end is missing")
        image = _open(data, max_pixels)
    image.load()
    if image.format in ("JPEG", "MPO") and _is_plain_jpeg(data):
        return b""
    turn = _TURNS.get(_orientation(image))
    image = _over_white(image)
    image = image if turn is None else image.transpose(turn)
    png = io.BytesIO()
    image.save(png, "PNG", compress_level=1)  # larger than by level 6, but much faster
    return png.getvalue()


def _open(data, max_pixels):
    image = Image.open(io.BytesIO(data), formats=_FORMATS)
    width, height = image.size
    if width * height > max_pixels:
        raise Refused(
            f"has {width * height} pixels ({width} x {height}); "
            f"expected at most {max_pixels}: make it smaller."
        )
    if max(width, height) > _MAX_SIDE:
        raise Refused(
            f"measures {width} x {height} pixels; "
            f"expected sides of at most {_MAX_SIDE}: make it smaller."
        )
    return image


def _is_plain_jpeg(data):
    """Whether every libjpeg reads a JPEG that Pillow has read.

    Pillow passes over damage where TensorFlow gives up, such as among the pixels what
    looks like a segment that does not belong there. And not all know arithmetic coding.
    """
    position, frame, in_pixels = 2, None, False
    while match := _JPEG_MARKER.search(data, position):
        marker = match[1][0]
        if marker == 0xD9:  # the end
            return frame in (0xC0, 0xC1, 0xC2)  # Huffman coding, not lossless
        # Headers follow each other at once; after them only tables and further scans.
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
    except Exception:  # a broken EXIF header is no reason to refuse a picture
        return 1


def _over_white(image):
    """A loaded picture of any mode -> RGB without transparency and metadata."""
    if image.mode == "F" or (image.mode == "I" and image.format != "PPM"):
        raise Refused(
            "has pixels of 32 bits without a defined range; "
            "expected 8 or 16 bits: save it anew as JPEG or PNG."
        )
    if image.mode.startswith("I"):
        image = image.convert("I").point([i >> 8 for i in range(2**16)], "L")
    if not image.has_transparency_data:
        image = image if image.mode == "RGB" else image.convert("RGB")
        image.info.clear()  # or the PNG would carry the colour profile
        return image
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
