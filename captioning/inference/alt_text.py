"""Alt text: drafts for the images of an HTML or Markdown page that have none.

In HTML an image without the attribute ``alt`` has none. An empty one, ``alt=""``, says
that the image is decoration (HTML Standard, 4.8.4.4.4) and is left alone, as are images
that `ARIA` attributes name or hide. In Markdown ``![](dog.jpg)`` has none, and so has
an HTML image in it; code and comments are left alone. Everything else of the page stays
as it is, byte for byte.
"""

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from captioning.inference.result_text import if_there
from captioning.inference.results import PictureResult
from data_prep.atomic import write_bytes
from data_prep.errors import BadInput, printable

MARKDOWN = (".md", ".markdown")
ENDINGS = (".html", ".htm", ".xhtml", *MARKDOWN)

_NAMED_OR_HIDDEN = {"alt", "aria-label", "aria-labelledby"}
_TEXT_ONLY = {"title", "textarea", "iframe", "noembed", "noframes", "xmp"}
_DECORATION = {("role", "none"), ("role", "presentation"), ("aria-hidden", "true")}

_CODE = re.compile(
    r"^[ \t>]*(?P<fence>`{3,}|~{3,})[^`\n]*\n(?:.*?^[ \t>]*(?P=fence)[`~]*[ \t]*$|.*\Z)"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)(?P=ticks)(?!`)"
    r"|<!--(?:.*?-->|.*\Z)",
    re.MULTILINE | re.DOTALL,
)
_CHARACTER = r"[^\s()\\]|\\."  # of the name of an image that is not between < and >
_IMAGE = re.compile(
    r"(?<!\\)(?:\\\\)*!\[(?P<alt>\s*)\]\(\s*(?:<(?P<quoted>[^<>\n]*)>"
    rf"|(?P<plain>(?!<)(?:{_CHARACTER}|\((?:{_CHARACTER})*\))+))"
    r"(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?\s*\)"
)
_QUOTED_TARGET = re.compile(r"\]\(\s*<[^<>\n]*>")  # may begin like a tag: <img/a b.jpg>
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


class Image(NamedTuple):
    """An image without alt text.

    Attributes:
        position: of the page's text, where its alt text is to be put.
        source: what the page says of where it lies.
        in_html: whether it is an HTML tag; else it is of Markdown's form.
    """

    position: int
    source: str
    in_html: bool


class AltTextPage:
    """Collects captions of a page's images, and writes the page with them.

    Args:
        page: the file; its ending, one of `ENDINGS`, says what it is.
        out: the file to write.

    Attributes:
        pictures: the local files to caption, each once.
        note: what to say before that: that the new page lies in another folder, from
            where images named from the page's folder are not found; else "".

    Raises:
        BadInput: the page cannot be read or understood.
    """

    def __init__(self, page: Path, out: Path):
        self._page, self._out = page, out
        # What is not UTF-8 comes through as it was: pages of other encodings, too.
        self._text = _read(page).decode("utf-8", "surrogateescape")
        markdown = page.suffix.lower() in MARKDOWN
        try:
            self._images = images_without_alt(self._text, markdown)
        except AssertionError as error:  # which is all that html.parser says
            raise BadInput(
                f"{page} cannot be read as HTML ({error}); expected a page with "
                "images: correct it there."
            ) from None
        self._files = [local_file(image.source, page) for image in self._images]
        self.pictures = list(dict.fromkeys(file for file in self._files if file))
        self.note = ""
        if self.pictures and out.parent.resolve() != page.parent.resolve():
            self.note = (
                f"note: {out} will lie in another folder than {page}, which names "
                "images from its own folder; they are not found from there. Move the "
                "new page beside it, or the images along"
            )
        self._captions: dict[Path, str] = {}

    def add(self, result: PictureResult) -> None:
        """Take the caption of a picture."""
        if result.captions:
            self._captions[result.path] = result.captions[0].caption

    def finish(self) -> str:
        """Write the page if there is any caption; return what to say of it.

        Raises:
            BadInput: it cannot be written.
        """
        said = f"{self._page}: {len(self._images)} images without alt text"
        if links := [
            image.source
            for image, file in zip(self._images, self._files, strict=True)
            if not file
        ]:
            said += (
                f"; passed over, as they are no local files: {len(links)}, e.g. "
                f"{printable(links[0], 100) or 'one without a source'}"
            )
        drafts = [
            (image, self._captions[file])
            for image, file in zip(self._images, self._files, strict=True)
            if file in self._captions
        ]
        if not drafts:
            said += f". Nothing was drafted, and {self._out} not written"
            return said + if_there(self._out)
        drafted = with_alt_texts(self._text, drafts)
        try:
            write_bytes(self._out, drafted.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise BadInput(
                f"{self._out} cannot be written ({error.strerror}); expected to write "
                "the page there. Name another file."
            ) from error
        return (
            f"{said}. {self._out} has drafts for {len(drafts)}: read each one before "
            "you publish it"
        )


def default_out(page: Path) -> Path:
    """Return where the drafts of a page go if no file is named: page.alt.html."""
    return page.with_name(f"{page.stem}.alt{page.suffix}")


def images_without_alt(text: str, markdown: bool = False) -> list[Image]:
    """Return the images of a page that have no alt text, in order.

    Args:
        text: of the page.
        markdown: whether it is Markdown, which may hold HTML.

    Raises:
        AssertionError: `html.parser` cannot read the page.
    """
    found = []
    if markdown:
        text = _CODE.sub(_blank, text)
        for image in _IMAGE.finditer(text):
            source = image["plain"] if image["quoted"] is None else image["quoted"]
            source = html.unescape(_ESCAPED.sub(r"\1", source))
            found.append(Image(image.start("alt"), source, in_html=False))
        text = _QUOTED_TARGET.sub(_blank, text)
    finder = _TagFinder(text)
    finder.feed(text)
    finder.close()
    return sorted([*found, *finder.images])


def _blank(match: re.Match) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def local_file(source: str, page: Path) -> Path | None:
    """Return the file that a page means by the source of an image; None if it is a
    link, begins at the root of a site, or is empty.

    Args:
        source: relative to the page, as in a URL: ``%20`` is a space, and what begins
            with ``?`` or ``#`` is no part of the name.
        page: the file of the page.
    """
    try:
        parts = urlsplit(source.strip())
    except ValueError:  # http://[
        return None
    if parts.scheme or parts.netloc or parts.path.startswith(("/", "\\")):
        return None
    path = unquote(parts.path, errors="surrogateescape")
    return page.parent / path if path and "\0" not in path else None


def with_alt_texts(text: str, drafts: list[tuple[Image, str]]) -> str:
    """Return a page with alt texts put in.

    Args:
        text: of the page; lone surrogates stand for bytes that are not UTF-8, and alt
            texts are ASCII then, whose characters mean the same in all encodings.
        drafts: images, in order, and the alt text of each.
    """
    pieces, done = [], 0
    is_unicode = not re.search("[\ud800-\udfff]", text)
    for (position, _, in_html), caption in drafts:
        alt = html.escape(caption)
        if not in_html:
            alt = re.sub(r"([\\\[\]`*_~])", r"\\\1", html.escape(caption, quote=False))
        if not is_unicode:
            alt = alt.encode("ascii", "xmlcharrefreplace").decode("ascii")
        pieces += [text[done:position], f' alt="{alt}"' if in_html else alt]
        done = position
    return "".join([*pieces, text[done:]])


class _TagFinder(HTMLParser):
    """Finds the tags <img> without alt text."""

    def __init__(self, text: str):
        super().__init__()
        self.images: list[Image] = []
        self._text, self._base = text, ""
        self._text_only = ""  # the element we are in, if what is in it is no HTML
        self._lines = [0, *(end.end() for end in re.finditer("\n", text))]

    def handle_starttag(self, tag, attributes):
        if self._text_only:
            return
        if tag in _TEXT_ONLY:
            self._text_only = tag
        values = dict(reversed(attributes))  # of a repeated one the first counts
        if tag == "base" and not self._base:
            self._base = values.get("href") or ""
        if tag != "img" or _NAMED_OR_HIDDEN & set(values):
            return
        if _DECORATION & {(name, (value or "").lower()) for name, value in attributes}:
            return
        line, column = self.getpos()
        start = self._lines[line - 1] + column
        if self._text[start : start + 4].lower() == "<img":
            source = (values.get("src") or "").strip()
            source = urljoin(self._base, source) if source and self._base else source
            self.images.append(Image(start + 4, source, in_html=True))

    def handle_endtag(self, tag):
        if tag == self._text_only:
            self._text_only = ""


def _read(page: Path) -> bytes:
    try:
        data = page.read_bytes()
    except OSError as error:
        raise BadInput(
            f"{page} cannot be read ({error.strerror}); expected an HTML or Markdown "
            "page: check the path."
        ) from error
    if b"\0" in data:
        raise BadInput(
            f"{page} has null bytes, as UTF-16 and binary files have; expected an HTML "
            "or Markdown page, best in UTF-8: save it again as UTF-8."
        )
    return data
