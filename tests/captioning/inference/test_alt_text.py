"""Alt text: which images lack one, where it goes, and that nothing else changes."""

from pathlib import Path

import pytest

from captioning.inference.alt_text import (
    AltTextPage,
    default_out,
    images_without_alt,
    local_file,
    with_alt_texts,
)
from captioning.inference.results import Caption, PictureResult
from data_prep.errors import BadInput

PAGE = """<!DOCTYPE html>\r
<title>5 < 6 & <img src="title.jpg"></title>\r
<!-- <img src="comment.jpg"> -->
<script>document.write('<img src="script.jpg">')</script>
<p>여기 <IMG\tSRC='img/a%20b.jpg?v=2#x'  class=x><img alt="" src="decoration.jpg">
<img alt src="decoration.jpg"><img alt="a boat" src="named.jpg">
<img src="hidden.jpg" aria-hidden="true"><img src=none.jpg role=Presentation>
<a title="<img src=attribute.jpg>"><img src=b.jpg data-x="<>"/></a>
<img src="//cdn.example/x.jpg"><img src="https://example.org/x.jpg"><img
 src="data:image/png;base64,AAAA"><img src="/root.jpg"><img><img src="a&amp;b.jpg" />
<img src="unclosed.jpg\""""


def drafted(text, markdown=False):
    images = images_without_alt(text, markdown)
    return with_alt_texts(text, [(image, f"<{image.source}>") for image in images])


def test_images_of_html_without_alt_are_found():
    sources = [image.source for image in images_without_alt(PAGE)]
    local = [s for s in sources if local_file(s, Path("page.html"))]
    assert local == ["img/a%20b.jpg?v=2#x", "b.jpg", "a&b.jpg"]
    assert len(sources) == len(local) + 5  # links, data, the root of a site, no source


def test_html_stays_as_it_is_but_for_the_drafts():
    images = [i for i in images_without_alt(PAGE) if local_file(i.source, Path("p"))]
    changed = with_alt_texts(PAGE, [(image, 'a "<boat>" & 배') for image in images])
    draft = ' alt="a &quot;&lt;boat&gt;&quot; &amp; 배"'
    assert changed.count(draft) == 3 and changed.replace(draft, "") == PAGE
    assert f"<IMG{draft}\tSRC=" in changed
    assert not [i for i in images_without_alt(changed) if i in images]


def test_the_base_of_a_page_counts():
    text = '<base href="img/"><img src="a.jpg"><base href="no/">'
    assert [image.source for image in images_without_alt(text)] == ["img/a.jpg"]
    text = '<base href="https://example.org/"><img src="a.jpg">'
    (image,) = images_without_alt(text)
    assert local_file(image.source, Path("page.html")) is None


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("![](a.jpg)", "![<a.jpg>](a.jpg)"),
        ("x ![ ]( a.jpg 'title' )", "x ![<a.jpg> ]( a.jpg 'title' )"),
        ("![](<a b.jpg> (title))", "![<a b.jpg>](<a b.jpg> (title))"),
        (r"\\![](a\(1.jpg)", r"\\![<a(1.jpg>](a\(1.jpg)"),
        ("![](a_(1).jpg)![](b.jpg)", "![<a_(1).jpg>](a_(1).jpg)![<b.jpg>](b.jpg)"),
        ("[![](a.jpg)](https://x.org)", "[![<a.jpg>](a.jpg)](https://x.org)"),
        ("<img src='a.jpg'>", "<img alt=<a.jpg> src='a.jpg'>"),
        ("- item\n\n    ![](a.jpg)", "- item\n\n    ![<a.jpg>](a.jpg)"),
        ("`` ` `` ![](a.jpg)", "`` ` `` ![<a.jpg>](a.jpg)"),
        (
            "```sh\n![](no.jpg)\n```\n![](a.jpg)",
            "```sh\n![](no.jpg)\n```\n![<a.jpg>](a.jpg)",
        ),
        (
            "~~~~\n~~~\n![](no.jpg)\n~~~~~\n![](a.jpg)",
            "~~~~\n~~~\n![](no.jpg)\n~~~~~\n![<a.jpg>](a.jpg)",
        ),
    ],
)
def test_images_of_markdown_without_alt_get_one(text, changed):
    found = drafted(text, markdown=True)
    for plain in ("<", ">", "_"):  # as they are escaped
        found = found.replace({"<": "&lt;", ">": "&gt;", "_": r"\_"}[plain], plain)
    assert found.replace('"', "") == changed


@pytest.mark.parametrize(
    "text",
    [
        "![a boat](a.jpg)",
        "[](a.jpg)",
        r"\![](a.jpg)",
        "`![](a.jpg)`",
        "a `b\n![](a.jpg)` c",
        "```\n![](a.jpg)",
        "> ~~~\n> ![](a.jpg)\n> ~~~",
        "<!-- ![](a.jpg)\n\n<img src=a.jpg> -->",
        "![]()",
        "![](a b.jpg)",
        '<img alt="" src="a.jpg">',
        "`<img src=a.jpg>`",
        "![] (a.jpg)",
        "![a boat](<img/a b.jpg>)",
    ],
)
def test_the_rest_of_markdown_is_left_alone(text):
    assert drafted(text, markdown=True) == text


def test_alt_text_of_markdown_is_no_markup():
    (image,) = images_without_alt("![](a.jpg)", markdown=True)
    changed = with_alt_texts("![](a.jpg)", [(image, "a [b] *c* `d` \\ <e> & _f_")])
    assert changed == r"![a \[b\] \*c\* \`d\` \\ &lt;e&gt; &amp; \_f\_](a.jpg)"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("a.jpg", "site/a.jpg"),
        (" ../a%20b.jpg ", "site/../a b.jpg"),
        ("a.jpg?x=1", "site/a.jpg"),
        ("a%3Fb.jpg", "site/a?b.jpg"),
        ("", None),
        ("#x", None),
        ("/a.jpg", None),
        ("//a/b.jpg", None),
        ("http://[", None),
        ("file:///a.jpg", None),
        ("C:\\a.jpg", None),
        ("a%00.jpg", None),
    ],
)
def test_which_file_a_source_means(source, name):
    assert local_file(source, Path("site/page.html")) == (Path(name) if name else None)


def test_a_page_of_any_encoding_comes_through(tmp_path):
    page, out = tmp_path / "page.html", tmp_path / "out.html"
    latin = '<p>caf\u00e9<img src="caf\u00e9.jpg">\r\n'.encode("latin-1")
    page.write_bytes(b"\xef\xbb\xbf" + latin)
    drafts = AltTextPage(page, out)
    (picture,) = drafts.pictures
    assert bytes(picture).endswith(b"caf\xe9.jpg")
    drafts.add(PictureResult(picture, [Caption("배", -1.0)]))
    assert "1 images without alt text" in drafts.finish()
    changed = b"\xef\xbb\xbf" + latin.replace(b"<img", b'<img alt="&#48176;"')
    assert out.read_bytes() == changed


def test_an_image_that_occurs_twice_is_captioned_once(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("![](a.jpg) ![](b.jpg) ![](a.jpg) ![](http://x.org/c.jpg)\n")
    out = default_out(page)
    assert out == tmp_path / "page.alt.md"
    drafts = AltTextPage(page, out)
    assert drafts.pictures == [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    drafts.add(PictureResult(tmp_path / "a.jpg", [Caption("a boat", -1.0)]))
    drafts.add(PictureResult(tmp_path / "b.jpg", [], "b.jpg is broken"))
    said = drafts.finish()
    assert (
        "4 images without alt text; passed over, as they are no local files: 1" in said
    )
    assert "http://x.org/c.jpg" in said and "drafts for 2" in said
    assert out.read_text() == (
        "![a boat](a.jpg) ![](b.jpg) ![a boat](a.jpg) ![](http://x.org/c.jpg)\n"
    )


def test_pages_that_cannot_be_used_are_refused(tmp_path):
    page = tmp_path / "page.html"
    with pytest.raises(BadInput, match="page.html cannot be read"):
        AltTextPage(page, tmp_path / "out.html")
    page.write_bytes("<img src=a.jpg>".encode("utf-16"))
    with pytest.raises(BadInput, match="save it again as UTF-8"):
        AltTextPage(page, tmp_path / "out.html")
    page.write_text("<img alt='a' src='a.jpg'>")
    drafts = AltTextPage(page, tmp_path / "out.html")
    assert not drafts.pictures and "Nothing was drafted" in drafts.finish()
    assert not (tmp_path / "out.html").exists()
