"""XMP: a caption as the description of a picture, which photo programs show.

The description is ``dc:description``, a language alternative (XMP Specification Part 1,
ISO 16684-1, sections 7.7 and 8.3): an ``rdf:Alt`` whose first item is "x-default".
"""

import html
import re
from typing import NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"  # as expat calls xml:lang
MAX_BYTES = 2**24  # of an XMP file; one with the history of many edits has 1 MB

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="{rdf}">
{block} </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""
_BLOCK = """  <{r}:Description {r}:about={about} xmlns:{r}="{rdf}">
   {description}
  </{r}:Description>
"""
_DESCRIPTION = (
    '<{d}:description xmlns:{d}="{dc}" xmlns:{r}="{rdf}"><{r}:Alt>'
    '<{r}:li xml:lang="x-default">{text}</{r}:li>{others}</{r}:Alt></{d}:description>'
)
# What XML 1.0 cannot hold, not even escaped: its section 2.2, Char. Compiled where it
# is used: that takes a tenth of the time of a command's imports.
_NO_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


class UnusableXMP(ValueError):
    """An XMP file that cannot be changed; the message continues "FILE ..."."""


def new_xmp(caption: str) -> bytes:
    """Return a file of XMP that holds a caption and nothing else.

    Args:
        caption: any text; a character that XML cannot hold becomes U+FFFD.
    """
    block = _block(caption, about="", prefixes={})
    return _PACKET.format(rdf=RDF, block=block).encode("utf-8")


def with_description(xmp: bytes, caption: str) -> bytes:
    """Return a file of XMP with another description in the language "x-default".

    All other bytes stay as they are, descriptions in other languages, too.

    Args:
        xmp: the file, in UTF-8.
        caption: any text.

    Raises:
        UnusableXMP: the file is no XMP in UTF-8, or of a form that is not understood.
    """
    found = _find(xmp)
    if found.description:
        start, end = found.description
        others = b"".join(xmp[first:last] for first, last in found.other_languages)
        new = _description(caption, found.prefixes, others.decode("utf-8"))
    else:
        start = end = found.end_of_rdf
        new = _block(caption, found.about, found.prefixes)
    changed = xmp[:start] + new.encode("utf-8") + xmp[end:]
    try:
        same = _default_descriptions(changed) == [_text(caption)]
    except ElementTree.ParseError:
        same = False
    if not same:
        raise UnusableXMP("holds descriptions in a form that is not understood")
    return changed


def _text(caption):
    return re.sub(_NO_XML, "\ufffd", caption)


def _description(caption, prefixes, others=""):
    # xml.sax.saxutils has the same, and imports all of urllib.
    text = html.escape(_text(caption), quote=False).replace("\r", "&#13;")
    d, r = prefixes.get(DC, "dc"), prefixes.get(RDF, "rdf")
    return _DESCRIPTION.format(d=d, r=r, dc=DC, rdf=RDF, text=text, others=others)


def _quoted(attribute):
    escaped = html.escape(attribute)
    for character in "\n\r\t":  # a reader would make spaces of them
        escaped = escaped.replace(character, f"&#{ord(character)};")
    return f'"{escaped}"'


def _block(caption, about, prefixes):
    description = _description(caption, prefixes)
    about, r = _quoted(about), prefixes.get(RDF, "rdf")
    return _BLOCK.format(r=r, about=about, rdf=RDF, description=description)


def _default_descriptions(xmp):
    root = ElementTree.fromstring(xmp)
    return [
        item.text or ""
        for description in root.iter(f"{{{DC}}}description")
        for item in description.iter(f"{{{RDF}}}li")
        if item.get("{http://www.w3.org/XML/1998/namespace}lang") == "x-default"
    ]


class _Found(NamedTuple):
    """Where things lie in a file of XMP; spans are (first byte, byte after the last).

    Attributes:
        description: span of the element dc:description; None if there is none.
        other_languages: spans of its items that are not "x-default".
        end_of_rdf: where the end tag of rdf:RDF begins.
        about: what the file describes: rdf:about, the same in all of its blocks.
        prefixes: namespace -> its prefix in the file. Adobe's toolkit, and so exiv2,
            wants one prefix throughout.
    """

    description: tuple[int, int] | None
    other_languages: list[tuple[int, int]]
    end_of_rdf: int
    about: str
    prefixes: dict[str, str]


def _find(xmp: bytes) -> _Found:
    if len(xmp) > MAX_BYTES:
        raise UnusableXMP(f"is larger than {MAX_BYTES // 2**20} MiB")
    try:
        xmp.decode("utf-8")
    except UnicodeDecodeError:
        raise UnusableXMP("is not UTF-8") from None
    block = [f"{RDF} RDF", f"{RDF} Description"]
    inside = [*block, f"{DC} description"]
    item = [*inside, f"{RDF} Alt", f"{RDF} li"]
    open_elements: list[tuple[str, int, dict]] = []
    descriptions, others, ends, abouts = [], [], [], []
    prefixes: dict[str, str] = {}

    def names(parent):
        path = [name for name, _, _ in open_elements]
        return path[path.index(parent) :] if parent in path else []

    def start(name, attributes):
        open_elements.append((name, parser.CurrentByteIndex, attributes))
        if names(block[0]) == block:
            abouts.append(attributes.get(f"{RDF} about", ""))
            if f"{DC} description" in attributes:
                raise UnusableXMP("holds its description in an attribute")

    def end(name):
        path, (_, first, attributes) = names(block[0]), open_elements[-1]
        if path == inside:
            descriptions.append((first, _end_of(xmp, first, parser.CurrentByteIndex)))
        elif path == item and attributes.get(LANGUAGE) != "x-default":
            others.append((first, _end_of(xmp, first, parser.CurrentByteIndex)))
        elif path == block[:1] and xmp.startswith(b"</", parser.CurrentByteIndex):
            ends.append(parser.CurrentByteIndex)
        open_elements.pop()

    def declare(prefix, namespace):
        if prefix:
            prefixes.setdefault(namespace, prefix)

    def refuse(*_):
        raise UnusableXMP("has a document type, which XMP has not")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartNamespaceDeclHandler = declare
    parser.StartDoctypeDeclHandler = refuse  # entities could expand without end
    try:
        parser.Parse(xmp, True)
    except expat.ExpatError as error:
        raise UnusableXMP(f"is no XML ({error})") from None
    if len(ends) != 1 or len(descriptions) > 1:
        raise UnusableXMP("has not one list of properties (rdf:RDF)")
    about = abouts[0] if abouts else ""
    return _Found(*(descriptions or [None]), others, ends[0], about, prefixes)


def _end_of(xmp: bytes, first: int, last: int) -> int:
    """Return the byte after an element.

    Args:
        xmp: the file.
        first: where its start tag begins.
        last: where its end tag begins; or, of an empty element, its end.
    """
    name = re.match(rb"<([^\s/>]+)", xmp[first:]).group(1)
    if closing := re.compile(rb"</" + re.escape(name) + rb"\s*>").match(xmp, last):
        return closing.end()
    return last
