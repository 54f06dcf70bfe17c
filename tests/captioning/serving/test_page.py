"""The page in a browser: its captions are the command's, and people can use it.

Needs Playwright and Debian's Chromium (`apt-get install chromium`).
"""

import functools
import http.server
import shutil
import threading

import pytest

import captioning
from captioning.serving.site import HEADERS, write_site
from data_prep.harbour.render import render
from data_prep.harbour.scene import sample_scene

CHROMIUM = shutil.which("chromium")
SECONDS = 200_000  # milliseconds that the browser may take for one thing

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
expect = sync_api.expect
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Debian's package chromium"
)


class Server:
    """A folder, by http://localhost, with the headers that give threads or without."""

    def __init__(self, folder, headers=()):
        class Handler(http.server.SimpleHTTPRequestHandler):
            def end_headers(self):
                for name, value in dict(headers).items():
                    self.send_header(name, value)
                super().end_headers()

            def log_message(self, *args):
                pass

        handler = functools.partial(Handler, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://localhost:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page") / "site"
    write_site(folder)
    return folder


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(site):
    server = Server(site, HEADERS)
    yield server
    server.close()


@pytest.fixture(scope="module")
def page(browser, server):
    """The page with its model loaded, in threads, and nothing that moves."""
    page = browser.new_page(reduced_motion="reduce", locale="en-GB")
    page.set_default_timeout(SECONDS)
    page.goto(server.url)
    page.locator("#loading[data-state=ready]").wait_for(state="attached")
    return page


def drawing(number):
    """A scene of the harbour, 300 x 240, as people draw it."""
    image, _ = render(sample_scene("test", number, seed=22), 300)
    return image.crop((0, 40, 300, 280))


@pytest.fixture(scope="module")
def pictures(encode_picture, make_picture):
    """Name -> content: each format that a browser reads, and each rotation."""
    kinds = {f"turned-{turn}.jpg": {"orientation": turn} for turn in range(1, 9)}
    kinds |= {"progressive.jpg": {"progressive": True, "quality": 95}}
    kinds |= {name: {} for name in ("grey.jpg", "cmyk.jpg", "deep.png", "palette.png")}
    kinds |= {name: {} for name in ("clear.png", "plain.gif", "plain.bmp", "a.avif")}
    kinds |= {"turned.png": {"orientation": 6}, "turned.webp": {"orientation": 8}}
    kinds |= {"lossless.webp": {"lossless": True}, "clear.webp": {"lossless": True}}
    modes = {"grey.jpg": "L", "cmyk.jpg": "CMYK", "palette.png": "P", "plain.gif": "P"}
    formats = {"jpg": "JPEG"}
    found = {}
    for number, (name, options) in enumerate(kinds.items()):
        image = drawing(number)
        if name.startswith("clear"):
            image.putalpha(make_picture(*image.size, seed=number).getchannel("G"))
        if name == "deep.png":
            image = image.convert("I").point(lambda grey: grey * 257).convert("I;16")
        image = image.convert(modes[name]) if name in modes else image
        ending = name.rpartition(".")[2]
        found[name] = encode_picture(
            image, formats.get(ending, ending.upper()), **options
        )
    return found


def drop(page, files):
    """Drop files, name -> content, on the page, and wait for their captions."""
    page.evaluate(
        """files => {
            const carried = new DataTransfer();
            for (const [name, bytes] of Object.entries(files))
                carried.items.add(new File([new Uint8Array(bytes)], name));
            document.body.dispatchEvent(new DragEvent("drop",
                {dataTransfer: carried, bubbles: true, cancelable: true}));
        }""",
        {name: list(content) for name, content in files.items()},
    )
    unfinished = page.locator(".card[data-state=waiting], .card[data-state=working]")
    expect(page.locator(".card")).to_have_count(len(files))
    expect(unfinished).to_have_count(0, timeout=SECONDS)


@pytest.fixture
def cleared(page):
    """The page without photos."""
    yield page
    if page.locator("#clear").is_visible():
        page.locator("#clear").click()


def said(page):
    """Name -> caption, of all photos of the page."""
    return {
        card.get_attribute("title"): card.locator(".text").text_content()
        for card in page.locator(".card").all()
    }


@pytest.mark.parametrize("search", ["careful", "fast"])
def test_the_page_says_the_words_of_the_command(cleared, pictures, search):
    assert len(pictures) >= 20
    page = cleared
    page.locator(".settings summary").click()
    page.locator("#search").select_option(search)
    page.locator(".settings summary").click()
    drop(page, pictures)
    with captioning.load(rerank=search == "careful") as captioner:
        expected = captioner.caption(list(pictures.values()))
    assert said(page) == dict(zip(pictures, expected, strict=True))
    assert page.evaluate("crossOriginIsolated")


def test_photos_of_people_are_captioned_as_by_the_command(cleared, shared_data):
    folder = shared_data("everyday") / "images"
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())[:20]}
    drop(cleared, files)
    with captioning.load() as captioner:
        expected = captioner.caption(list(files.values()))
    assert said(cleared) == dict(zip(files, expected, strict=True))
