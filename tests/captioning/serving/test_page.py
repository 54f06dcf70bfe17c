"""The page in a browser: its captions are the command's, and people can use it.

Needs Playwright and Debian's Chromium (`apt-get install chromium`).
"""

import csv
import io
import re
import shutil

import numpy as np
import pytest

import captioning
from benchmarks.page import READY, UNFINISHED, Server
from captioning import pretrained
from captioning.inference.result_file import write_results
from captioning.inference.results import PictureResult
from captioning.serving.site import HEADERS, write_site
from data_prep.harbour.render import render
from data_prep.harbour.scene import sample_scene

CHROMIUM = shutil.which("chromium")
PATIENCE = 200_000  # milliseconds that the browser may take for one thing

sync_api = pytest.importorskip("playwright.sync_api", reason="needs playwright")
expect = sync_api.expect
expect.set_options(timeout=PATIENCE)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Debian's package chromium"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page") / "site"
    write_site(folder, pretrained.file())
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
def loaded(browser, server):
    """The page with its model loaded, in threads, and nothing that moves."""
    page = browser.new_page(reduced_motion="reduce", locale="en-GB")
    page.set_default_timeout(PATIENCE)
    page.goto(server.url)
    page.locator(READY).wait_for(state="attached")
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
    expect(page.locator(".card")).to_have_count(len(files))
    expect(page.locator(UNFINISHED)).to_have_count(0)


@pytest.fixture
def page(loaded):
    """The page without photos."""
    yield loaded
    if loaded.locator("#clear").is_visible():
        loaded.locator("#clear").click()
    choose(loaded, "careful")


def said(page):
    """Name -> caption, of all photos of the page."""
    return {
        card.get_attribute("title"): card.locator(".text").text_content()
        for card in page.locator(".card").all()
    }


def choose(page, search):
    """Choose a search in the settings."""
    page.locator(".settings summary").click()
    page.locator("#search").select_option(search)
    page.locator(".settings summary").click()


def captions_of(pictures, **options):
    """Name -> caption, as the API says, and the command."""
    with captioning.load(**options) as captioner:
        said = captioner.caption(list(pictures.values()))
    return dict(zip(pictures, said, strict=True))


def test_the_page_says_the_words_of_the_command(page, pictures):
    """For every format and rotation, in threads."""
    assert len(pictures) >= 20 and page.evaluate("crossOriginIsolated")
    drop(page, pictures)
    assert said(page) == captions_of(pictures)


def test_the_fast_search_is_that_of_no_rerank(page, pictures):
    few = dict(list(pictures.items())[::4])
    choose(page, "fast")
    drop(page, few)
    assert said(page) == captions_of(few, rerank=False)


def test_photos_are_captioned_as_by_the_command(page, shared_data):
    folder = shared_data("everyday") / "images"
    photos = sorted(folder.iterdir())[:12]
    photos = {path.name: path.read_bytes() for path in photos}
    drop(page, photos)
    assert said(page) == captions_of(photos)


def test_each_word_lights_up_where_it_was_looked(page, pictures):
    name = "turned-6.jpg"
    drop(page, {name: pictures[name]})
    with captioning.load() as captioner:
        expected = captioner.describe(pictures[name])
    words = page.locator(".word")
    assert words.all_text_contents() == expected.words
    words.first.focus()
    for weights in expected.attention:
        expect(page.locator(".word.lit")).to_be_focused()
        light = 255 - np.array(page.evaluate(SHADE))
        assert np.corrcoef(light.ravel(), weights.ravel())[0, 1] > 0.9
        page.keyboard.press("ArrowRight")
    assert page.locator("#hint").text_content().startswith(f"“{expected.words[-1]}”")


# How opaque the shade is in the middle of each cell of the 8 x 8 regions, 0..255.
SHADE = """() => {
    const pen = document.getElementById("shade").getContext("2d");
    const at = (k) => Math.round((k + 0.5) * pen.canvas.width / 8);
    return [...Array(8).keys()].map((row) => [...Array(8).keys()].map(
        (column) => pen.getImageData(at(column), at(row), 1, 1).data[3]));
}"""


def test_words_come_one_by_one_unless_nothing_may_move(page, pictures):
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate(
        """() => {
            window.lit = [];
            const watch = (changes) => changes.forEach(({target}) =>
                target.matches(".lit:not(.unsaid)") &&
                lit.at(-1) !== target && lit.push(target));
            new MutationObserver(watch).observe(document.getElementById("caption"),
                {subtree: true, attributeFilter: ["class"]});
        }"""
    )
    name = "plain.bmp"
    drop(page, {name: pictures[name]})
    words = page.locator(".word").all_text_contents()
    expect(page.locator(".word.unsaid")).to_have_count(0)
    expect(page.locator(".word.lit")).to_have_count(0)
    assert page.evaluate("lit.map((word) => word.textContent)") == words
    page.emulate_media(reduced_motion="reduce")


def test_another_sentence_can_be_chosen_copied_and_saved(page, pictures, tmp_path):
    few = {name: pictures[name] for name in ("turned-1.jpg", "grey.jpg")}
    drop(page, {**few, "notes.txt": b"no picture"})
    failed = page.locator(".card[data-state=failed] .text")
    assert "cannot read the file as a picture" in failed.text_content()
    with captioning.load() as captioner:
        found = [captioner.describe(content).captions for content in few.values()]
    page.locator("#others summary").click()
    page.locator("#beams button").nth(1).click()
    chosen = [found[0][1], found[1][0]]
    with page.expect_download() as download:
        page.locator("#csv").click()
    table = download.value.path().read_bytes().decode("utf-8-sig")
    results = [
        PictureResult(tmp_path / name, [caption])
        for name, caption in zip(few, chosen, strict=True)
    ]
    file = tmp_path / "captions.csv"
    write_results(file, lambda: results)
    assert rounded(table) == rounded(file.read_bytes().decode("utf-8"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#copy-all").click()
    expect(page.locator("#announcer")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "".join(
        f"{name} -> {caption.caption}\n"
        for name, caption in zip(few, chosen, strict=True)
    )


def rounded(table):
    """Rows of a table, with confidences in hundredths: decoders of JPEG may differ."""
    table = re.sub(r"\b0\.\d+", lambda number: f"{float(number[0]):.2f}", table)
    return list(csv.reader(io.StringIO(table)))


def test_a_photo_is_announced_and_the_page_speaks_korean(page, pictures):
    name = "plain.gif"
    drop(page, {name: pictures[name]})
    caption = said(page)[name]
    announcer = page.locator("[role=status]#announcer")
    assert announcer.text_content().startswith(f"{name}: {caption}. Unsure")
    assert page.locator("#shown").get_attribute("alt") == caption
    page.locator("#language").click()
    assert page.locator("html").get_attribute("lang") == "ko"
    assert "확실하지 않음" in page.locator("#sure").text_content()
    assert page.locator("#caption").get_attribute("lang") == "en"
    page.locator("#language").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(page, pictures, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    few = {name: pictures[name] for name in ("plain.bmp", "turned-2.jpg")}
    for files in ({}, few):
        if files:
            drop(page, files)
            page.locator("#others summary").click()
        faults = axe.Axe().run(page).response["violations"]
        assert [(fault["id"], fault["help"]) for fault in faults] == []


def test_one_thread_says_the_same_and_needs_no_network_once_loaded(
    browser, site, pictures
):
    """As on a host that sends no headers: the server goes, the page stays."""
    server = Server(site)
    page = browser.new_page(reduced_motion="reduce", locale="en-GB")
    page.set_default_timeout(PATIENCE)
    page.goto(server.url)
    ready = page.locator(READY)
    ready.wait_for(state="attached")
    expect(page.locator("#loaded")).to_have_text("Ready, without a network too")
    assert not page.evaluate("crossOriginIsolated")
    server.close()
    page.reload()
    ready.wait_for(state="attached")
    few = {name: pictures[name] for name in ("progressive.jpg", "clear.png")}
    drop(page, few)
    assert said(page) == captions_of(few)
    page.close()
