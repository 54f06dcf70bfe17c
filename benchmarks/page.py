"""python -m benchmarks.page: bytes to the first caption in a browser, and time a photo.

Needs Playwright and Debian's Chromium. Files come from this machine, so the time to the
first caption is without a network's. Beside the page stands the same file, run by
LiteRT outside a browser.
"""

import functools
import gzip
import http.server
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks.arguments import parser_of
from captioning import pretrained
from captioning.cli.arguments import positive
from captioning.serving.site import HEADERS, write_site
from data_prep.errors import BadInput, exit_on_bad_input

READY = "#loading[data-state=ready]"
UNFINISHED = ".card[data-state=waiting], .card[data-state=working]"
PATIENCE = 300_000  # milliseconds


class Server:
    """A folder at http://localhost, in threads of this process.

    Args:
        folder: to serve.
        headers: of every answer.

    Attributes:
        url: of the folder.
        asked: the files that were asked for.
    """

    def __init__(self, folder: Path, headers: Mapping[str, str] | None = None):
        asked = self.asked = set()

        class Handler(http.server.SimpleHTTPRequestHandler):
            def end_headers(self):
                path = Path(self.translate_path(self.path))
                asked.add(path / "index.html" if path.is_dir() else path)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                super().end_headers()

            def log_message(self, *args):
                pass

        handler = functools.partial(Handler, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://localhost:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "page",
        "Measure the page of `captioning page` in Chromium.",
        "--photos FLICKR8K/Images",
    )
    parser.add_argument(
        "--photos", type=Path, required=True, metavar="DIR", help="with .jpg files"
    )
    parser.add_argument(
        "--count",
        type=positive,
        default=20,
        metavar="N",
        help="of them (default: 20)",
    )
    flags = parser.parse_args(argv)
    photos = sorted(flags.photos.glob("*.jpg"))[: flags.count]
    chromium = shutil.which("chromium")
    if not (photos and chromium):
        raise BadInput(
            f"{flags.photos} has {len(photos)} .jpg files, and the browser is "
            f"{chromium}; expected photos and Debian's chromium."
        )
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        write_site(Path(folder), pretrained.file())
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        for what, headers in (("one thread", {}), ("threads", HEADERS)):
            server = Server(Path(folder), headers)
            page = browser.new_context(reduced_motion="reduce").new_page()
            page.set_default_timeout(PATIENCE)
            started = time.perf_counter()
            page.goto(server.url)
            page.set_input_files("#choose", photos[0])
            page.locator("#stage[data-state=done]").wait_for()
            seconds = time.perf_counter() - started
            asked = [file for file in server.asked if file.is_file()]
            print(
                f"{what}: {_megabytes(asked)} in {len(asked)} files, first caption "
                f"after {seconds:.1f} s"
            )
            for search in ("careful", "fast"):
                print(f"  {search}: {_milliseconds(page, search, photos):.0f} ms")
            page.context.close()
            server.close()
        browser.close()
    print(f"LiteRT without a browser: {_without_browser(photos):.0f} ms, careful")
    return 0


def _megabytes(files: list[Path]) -> str:
    whole = sum(file.stat().st_size for file in files)
    packed = sum(
        file.stat().st_size
        if file.suffix == ".tflite"  # which hosts do not pack
        else len(gzip.compress(file.read_bytes(), 6))
        for file in files
    )
    return f"{whole / 1e6:.1f} MB, {packed / 1e6:.1f} from a host that packs"


def _milliseconds(page, search: str, photos: list[Path]) -> float:
    """Return the median time of a photo's model, as the page says it."""
    from playwright.sync_api import expect

    page.locator("#clear").click()
    page.locator(".settings summary").click()
    page.locator("#search").select_option(search)
    page.locator(".settings summary").click()
    page.set_input_files("#choose", photos)
    expect(page.locator(".card")).to_have_count(len(photos))
    expect(page.locator(UNFINISHED)).to_have_count(0, timeout=PATIENCE)
    cards = page.locator(".card").all()
    return median(float(card.get_attribute("data-milliseconds")) for card in cards)


def _without_browser(photos: list[Path]) -> float:
    from captioning.inference.litert.engine import LiteRTEngine

    engine = LiteRTEngine(pretrained.file())
    times = []
    for photo in photos:
        content = photo.read_bytes()
        started = time.perf_counter()
        engine.caption([content])
        times.append(1000 * (time.perf_counter() - started))
    return median(times)


if __name__ == "__main__":
    exit_on_bad_input(main)
