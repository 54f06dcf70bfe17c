"""Which picture formats are accepted, and how other files are called in messages.

The format of a file is recognized by its content, never by its name.
"""

import re

# Pillow's names. To accept a further format, Pillow must read it (HEIC, for example,
# needs the package pillow-heif); list it here and give it a signature below. No format
# that starts another program (EPS) may be listed.
ACCEPTED = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "AVIF", "TIFF", "JPEG2000", "PPM")
EXPECTED = "JPEG, PNG, GIF, BMP, WebP, AVIF, TIFF, JPEG 2000 or PPM"

# (how a file begins, its kind): the accepted formats, then frequent mistakes.
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


def kind_of(data: bytes) -> str:
    """Return what a file is, with its article: "a PNG picture", "a PDF document"."""
    for pattern, kind in _SIGNATURES:
        if re.match(pattern, data[:4096], re.DOTALL):
            return kind
    return "unknown data"
