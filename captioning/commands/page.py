"""captioning page: the captioner as a page that a browser runs, for any web server."""

import sys
from pathlib import Path

from captioning import pretrained
from captioning.cli.arguments import Parser, add_force_flag, check_new
from data_prep.errors import exit_on_bad_input

EXAMPLE = """examples:
  python -m captioning page --out site
  python -m captioning page --out site --model captioner.tflite --force
  python -m http.server --directory site    # then open http://localhost:8000

The page runs the model in the browser: photos stay where they are. Browsers keep it
for use without a network if it comes by https, or from localhost.
"""


def main(argv: list[str] | None = None) -> int:
    parser = Parser(
        prog="python -m captioning page",
        description="Write a folder that any web server can host, GitHub Pages too: a "
        "page that captions the photos that are dropped on it, in the reader's "
        "browser.",
        epilog=EXAMPLE,
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", required=True, help="where to: a new folder"
    )
    add_force_flag(parser, "the page of --out")
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="a .tflite file of `captioning export --format litert` (default: the "
        "captioner that comes with the project)",
    )
    flags = parser.parse_args(argv)
    check_new("--out", flags.out, flags.force)
    from captioning.serving.site import write_site

    size = write_site(flags.out, flags.model or pretrained.file())
    print(f"wrote a page of {size / 1e6:.1f} MB", file=sys.stderr)
    print(flags.out)
    return 0


if __name__ == "__main__":
    exit_on_bad_input(main)
