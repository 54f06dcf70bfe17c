"""python docs/hangul_font.py SOURCE OUT: a font with Hangul -> that of the figures."""

import sys

from fontTools import subset
from fontTools.ttLib import TTFont

ASCII, LETTERS, SYLLABLES = range(0x20, 0x7F), range(0x3131, 0x318F), (0xAC00, 0xD7A4)
# By OpenType's name ids. The licence forbids the original's name.
NAMES = {
    1: "Captioning Hangul",
    2: "Regular",
    3: "Captioning Hangul 1.0",
    4: "Captioning Hangul",
    6: "CaptioningHangul",
    13: "SIL Open Font License, Version 1.1",
    14: "https://openfontlicense.org",
}


def in_ks_x_1001(code: int) -> bool:
    try:
        return len(chr(code).encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def main(source: str, out: str) -> None:
    font = TTFont(source)
    options = subset.Options(
        hinting=False, layout_features=[], name_IDs=[0], notdef_outline=True
    )
    options.drop_tables += ["TSI0", "TSI1", "TSI2", "TSI3", "TSI5"]
    subsetter = subset.Subsetter(options)
    syllables = filter(in_ks_x_1001, range(*SYLLABLES))
    subsetter.populate(unicodes=[*ASCII, *LETTERS, *syllables])
    subsetter.subset(font)
    for name_id, text in NAMES.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    font.save(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
