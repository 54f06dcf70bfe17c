"""XMP: any caption makes valid XML, and nothing of another program's file is lost."""

from xml.etree import ElementTree

import pytest

from captioning.inference.xmp import DC, RDF, UnusableXMP, new_xmp, with_description

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
AWKWARD = [
    "a dog runs through the grass",
    "a < b & c > d ]]> \"quoted\" 'too' {braces} %s",
    "물 위의 배 한 척 \U0001f6a4",
    "control \x00\x0b\x1f, not a character \ufffe, half of one \ud800",
    " spaces and a tab\t, a return\r, a line\n ",
    "",
]


def descriptions(xmp):
    """Return language -> description, as a program that reads XMP finds them."""
    path = f"./{{{RDF}}}RDF/{{{RDF}}}Description/{{{DC}}}description/{{{RDF}}}Alt/"
    root = ElementTree.fromstring(xmp)
    return {item.get(LANG): item.text or "" for item in root.findall(f"{path}*")}


@pytest.mark.parametrize("caption", AWKWARD)
def test_any_caption_is_read_back(caption):
    kept = "".join("\ufffd" if c in "\x00\x0b\x1f\ufffe\ud800" else c for c in caption)
    xmp = new_xmp(caption)
    assert descriptions(xmp) == {"x-default": kept}
    changed = with_description(xmp, "another")
    assert descriptions(changed) == {"x-default": "another"}
    assert with_description(changed, caption) == xmp  # all around it stayed


# What darktable and Lightroom write: other prefixes, comments, lists, no description.
OTHERS = """<?xml version="1.0" encoding="UTF-8"?>
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<!-- written by hand -->
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6.0.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="uuid:&lt;1&gt;"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:d='http://purl.org/dc/elements/1.1/'
    xmlns:darktable="http://darktable.sf.net/"
    xmp:Rating='5' darktable:history_end="2">
   <d:subject><rdf:Bag><rdf:li>Hafen &amp; Boote</rdf:li></rdf:Bag></d:subject>
   {}<darktable:history><rdf:Seq/></darktable:history>
  </rdf:Description>
 </rdf:RDF >
</x:xmpmeta>
<?xpacket end="w"?>
<!-- the end -->"""
TRANSLATED = (
    '<d:description><rdf:Alt><rdf:li xml:lang="x-default">old</rdf:li>'
    '<rdf:li xml:lang="de">ein <!-- altes --> &amp; Boot</rdf:li>'
    '<rdf:li xml:lang="ko"/></rdf:Alt></d:description>'
)


def test_only_the_description_of_another_programs_file_changes():
    before, after = OTHERS.split("{}")
    changed = with_description(OTHERS.format(TRANSLATED).encode(), "a <boat>").decode()
    assert changed.startswith(before) and changed.endswith(after)
    assert '<rdf:li xml:lang="de">ein <!-- altes --> &amp; Boot</rdf:li>' in changed
    assert list(descriptions(changed)) == ["x-default", "de", "ko"]
    assert descriptions(changed)["x-default"] == "a <boat>"


@pytest.mark.parametrize(
    "empty",
    [
        "<d:description/>",
        "<d:description ></d:description >",
        "<d:description>x</d:description>",
    ],
)
def test_a_description_without_languages_is_replaced(empty):
    before, after = OTHERS.split("{}")
    changed = with_description(OTHERS.format(empty).encode(), "a boat").decode()
    assert changed.startswith(before) and changed.endswith(after)
    assert descriptions(changed) == {"x-default": "a boat"}


def test_a_file_without_a_description_gets_one():
    xmp = OTHERS.format("")
    changed = with_description(xmp.encode(), "a boat").decode()
    start, end = xmp.split("</rdf:RDF >")
    assert changed.startswith(start) and changed.endswith(f"</rdf:RDF >{end}")
    assert descriptions(changed) == {"x-default": "a boat"}
    assert "<d:description " in changed  # exiv2 refuses two prefixes of a namespace
    abouts = ElementTree.fromstring(changed).iter(f"{{{RDF}}}Description")
    assert {block.get(f"{{{RDF}}}about") for block in abouts} == {"uuid:<1>"}


@pytest.mark.parametrize(
    ("xmp", "reason"),
    [
        (b"not XML", "is no XML"),
        (b"", "is no XML"),
        (OTHERS.format("").encode()[:400], "is no XML"),
        (OTHERS.format("").encode("utf-16"), "is not UTF-8"),
        (b"<html/>", "has not one list of properties"),
        (b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>', "has a document type"),
        (OTHERS.format(TRANSLATED * 2).encode(), "has not one list"),
        (
            OTHERS.format("").replace("xmp:Rating", "d:description").encode(),
            "in an attribute",
        ),
        (  # a prefix that is declared inside of what would be replaced
            OTHERS.format(
                f'<d:description><rdf:Alt xmlns:q="{RDF}"><q:li xml:lang="de">x</q:li>'
                "</rdf:Alt></d:description>"
            ).encode(),
            "in a form that is not understood",
        ),
        (b" " * (2**24 + 1), "is larger than 16 MiB"),
    ],
)
def test_what_cannot_be_changed_is_refused(xmp, reason):
    with pytest.raises(UnusableXMP, match=reason):
        with_description(xmp, "a boat")
