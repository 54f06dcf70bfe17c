"""The flags of captioning.caption that name files: pictures, and what captions go
to."""

import argparse
import importlib
from pathlib import Path

from captioning.cli.arguments import (
    add_force_flag,
    check_file_to_write,
    check_new,
)
from captioning.inference import alt_text, result_file, sidecars
from captioning.inference.picture_inputs import why_no_link
from data_prep.errors import BadInput
from data_prep.pictures.places import Place, place


def file_named(text: str) -> Path:
    """Return a flag's value that must be a path, and no link."""
    if refused := why_no_link(text):
        raise argparse.ArgumentTypeError(refused)
    return Path(text)


def picture_named(text: str) -> Place:
    """Return a flag's value that must be a path, or an address in a store."""
    file_named(text)
    return place(text)


def add_file_flags(group) -> None:
    """Give the parser the files that captions go to."""
    group.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="one file, written when all is done: .csv (image,caption, confidence if "
        "the captioner has one, and score and expected_cider_d, if there is one, if "
        "several captions or --explain are asked for), .jsonl (as --json), .parquet "
        "(the same fields; needs the extra [parquet]) or .txt (as on stdout). A "
        "picture in FILE's folder is named from there",
    )
    group.add_argument(
        "--sidecars",
        choices=sidecars.KINDS,
        help="a file beside each picture; one that has it is passed over. txt: "
        "PHOTO.txt, a caption a line, which `data_prep.prepare folder` reads. xmp: "
        "PHOTO.xmp, the best caption as XMP description (the name that Adobe's "
        "programs, Capture One and Immich look for). ext.xmp: the same in "
        "PHOTO.jpg.xmp (digiKam, darktable, Immich). docs/folders.md says more",
    )
    group.add_argument(
        "--overwrite",
        action="store_true",
        help="write sidecars that exist again; of an XMP file only the description "
        "is changed",
    )
    group.add_argument(
        "--alt-text",
        type=file_named,
        metavar="PAGE",
        help="draft alt text for the images of an HTML or Markdown page that have "
        'none (alt="" marks decoration and stays), local files only, into a new page '
        "(default: PAGE.alt.html; --out names another)",
    )
    group.add_argument(
        "--resume",
        action="store_true",
        help="go on with --out after a stop; what is done stands in .FILE.part",
    )
    add_force_flag(group, "the file of --out, or of --attention")
    group.add_argument(
        "--prefix", default="", metavar="TEXT", help="text before every caption"
    )
    group.add_argument(
        "--suffix", default="", metavar="TEXT", help="text behind every caption"
    )


def checked_out(flags: argparse.Namespace) -> Path | None:
    """Return the one file to write, if any.

    Raises:
        BadInput: it cannot be written, or is there.
    """
    out, endings = flags.out, result_file.ENDINGS
    if page := flags.alt_text:
        if page.suffix.lower() not in alt_text.ENDINGS:
            raise BadInput(
                f"--alt-text is {page}; expected a page whose name ends in "
                f"{' or '.join(alt_text.ENDINGS)}. Name another."
            )
        out = out or alt_text.default_out(page)
        endings = (page.suffix.lower(),)
    if out:
        check_file_to_write("--out", out, endings)
        if page and page.exists() and out.exists() and page.samefile(out):
            raise BadInput(f"--out is {out}, the page itself: name another.")
        check_new("--out", out, flags.force or flags.resume or flags.shard)
        if out.suffix.lower() == ".parquet":
            importlib.import_module("pyarrow")  # here, and not when all is captioned
    return out
