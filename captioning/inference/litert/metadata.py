"""What a .tflite file says of itself: named buffers, beside the network.

"captioning" is JSON: what the file does, and the CRC-32 of the file with zeros in the
place of these 8 digits (before format 4, its sha256). It tells a damaged file from a
whole one, as sha256 does, in less time; against people who alter files on purpose a sum
that lies in the file is no help. Of a captioner the facts have the words, and how
pictures are prepared and searched about; of a reader of texts the "task", the kind of
the "tokenizer", and its "classes", "related" words or "languages" with the ids of their
tags.
"captioning_confidence", if it is there, is an `inference.confidence.Confidence`.
"captioning_tokenizer", of a reader, is its file of `data_prep.text.choose_tokenizer`.

The file is a flatbuffer (`ai_edge_litert.schema_py_generated` is its schema), and its
`Model.metadata` maps names to buffers.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from data_prep.errors import BadInput, printable
from data_prep.text.choose_tokenizer import FILES

FACTS = "captioning"
CONFIDENCE = "captioning_confidence"
TOKENIZER = "captioning_tokenizer"
SEARCHES = range(1, 6)  # numbers of beams, if a file was not made for one of them
FORMAT = 4  # raised when signatures or facts change
READABLE = (3, FORMAT)
_IDENTIFIER = b"TFL3"
_DIGITS = {"crc32": 8, "sha256": 64}  # of the sums of a file, by the name of the fact


def is_litert(path: Path) -> bool:
    """Say whether a file is one of LiteRT's."""
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        return file.read(8)[4:] == _IDENTIFIER


def tree_of(model: bytes):
    """Return a .tflite file as objects, a `ModelT` of its schema."""
    from ai_edge_litert import schema_py_generated as schema

    return schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))


def packed(tree) -> bytes:
    """Return the .tflite file of a `ModelT`."""
    import flatbuffers

    builder = flatbuffers.Builder()
    builder.Finish(tree.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


def with_facts(
    model: bytes, facts: dict, more: Mapping[str, bytes] | None = None
) -> bytes:
    """Return a .tflite file that also holds facts and more named buffers, and each
    array of weights once. The converter writes them once a signature."""
    from ai_edge_litert import schema_py_generated as schema

    tree = tree_of(model)
    _share_buffers(tree)
    blank = "0" * _DIGITS["crc32"]
    facts = {"format": FORMAT, **facts, "crc32": blank}
    content = json.dumps(facts).encode("utf-8")
    tree.metadata = list(tree.metadata or [])
    for name, data in {FACTS: content, **(more or {})}.items():
        buffer, entry = schema.BufferT(), schema.MetadataT()
        buffer.data = np.frombuffer(data, np.uint8)
        tree.buffers.append(buffer)
        entry.name, entry.buffer = name, len(tree.buffers) - 1
        tree.metadata.append(entry)
    whole = packed(tree)
    place = whole.index(content) + content.index(f'"{blank}"'.encode()) + 1
    total = _sum_of(whole, "crc32", place).encode()
    return whole[:place] + total + whole[place + len(total) :]


def _sum_of(model: bytes, kind: str, place: int) -> str:
    """Return the sum of a file, in hexadecimal digits, with zeros in its own place."""
    blank = b"0" * _DIGITS[kind]
    parts = memoryview(model)[:place], blank, memoryview(model)[place + len(blank) :]
    if kind == "sha256":
        found = hashlib.sha256()
        for part in parts:
            found.update(part)
        return found.hexdigest()
    total = 0
    for part in parts:
        total = zlib.crc32(part, total)
    return f"{total:08x}"


def _is_whole(model: bytes, facts: dict) -> bool:
    """Say whether a file has the sum that it says. Raises KeyError, TypeError or
    ValueError if it says none."""
    (kind,) = _DIGITS.keys() & facts.keys()
    stated = f'"{kind}": "{facts[kind]}"'.encode()
    place = model.index(stated) + len(stated) - len(facts[kind]) - 1
    return facts[kind] == _sum_of(model, kind, place)


def _share_buffers(tree) -> None:
    kept: dict[bytes, int] = {}
    for graph in tree.subgraphs:
        for tensor in graph.tensors:
            data = tree.buffers[tensor.buffer].data
            if data is None or tensor.isVariable:
                continue
            content = np.asarray(data, np.uint8).tobytes()
            first = kept.setdefault(content, tensor.buffer)
            if first != tensor.buffer:
                tree.buffers[tensor.buffer].data = None
                tensor.buffer = first


def facts_of(model: bytes, path: Path, task: str | None = "captions") -> dict:
    """Return the facts that a .tflite file holds.

    Args:
        model: the file's bytes.
        path: what it is called in messages.
        task: that it must have learned; None if any will do.

    Raises:
        BadInput: it is another thing, of another version or task, or altered.
    """
    expected = "expected a file made by `python -m captioning.export --format litert`"
    if model[4:8] != _IDENTIFIER:
        raise BadInput(f"{path} is no .tflite file; {expected}.")
    try:
        facts = json.loads(metadata_of(model)[FACTS])
        made_as = facts["format"]
        if made_as in READABLE:
            is_whole = _is_whole(model, facts)
            _check_reader(facts) if "task" in facts else _check_captioner(facts)
    except Exception as error:  # a flatbuffer that is cut off raises many kinds
        raise BadInput(
            f"{path} does not say what its words are; {expected}."
        ) from error
    if made_as not in READABLE:
        raise BadInput(
            f"{path} is of format {printable(made_as, 20)}; this version reads formats "
            f"{READABLE[0]} to {FORMAT}. Export the run again."
        )
    if not is_whole:
        raise BadInput(
            f"{path} was altered after it was written (its checksum is another than it "
            "says); expected it untouched. Export the run again."
        )
    if task not in (None, task_of(facts)):
        raise BadInput(
            f"{path} learned {task_of(facts)}, not {task}; expected a file that did. "
            "Name another."
        )
    return facts


def task_of(facts: dict) -> str:
    """Return what a file has learned, by its facts."""
    return facts.get("task", "captions")


def _check_reader(facts: dict) -> None:
    """Raise ValueError, KeyError or TypeError unless facts are of their types."""
    if facts["tokenizer"] not in FILES:
        raise ValueError("there is no such tokenizer")
    match facts["task"]:
        case "sentiment":
            _check_words(facts["classes"])
        case "associations":
            _check_words(facts["related"])
        case "translation":
            if facts["tokenizer"] != "subwords.model":
                raise ValueError("translations are of pieces")
            _check_words(list(facts["languages"]))
            if not all(type(tag) is int for tag in facts["languages"].values()):
                raise TypeError("tags are no ids")
        case _:
            raise ValueError("there is no such task")


def _check_words(words: list[str]) -> None:
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise TypeError("words are no list of texts")


def _check_captioner(facts: dict) -> None:
    """Raise ValueError, KeyError or TypeError unless facts are of their types."""
    words = facts["words"]
    _check_words(words)
    for name in ("pad", "start", "end"):
        if type(facts[name]) is not int or not 0 <= facts[name] < len(words):
            raise ValueError(f"{name} is no id of a word")
    if type(facts["image_size"]) is not int or facts["image_size"] < 1:
        raise ValueError("image_size is no size")
    re.compile(facts["clitics"])
    re.compile(facts.get("spaced_character") or "")
    for searches in (facts, facts.get("reranked")):
        if searches is not None:
            able = searches["all_beams"]
            if not isinstance(able, list) or searches["num_beams"] not in able:
                raise ValueError("num_beams is none of all_beams")


def metadata_of(model: bytes) -> dict[str, bytes]:
    """Return the named buffers of a .tflite file."""
    from ai_edge_litert import schema_py_generated as schema

    root = schema.Model.GetRootAsModel(model, 0)
    entries = [root.Metadata(number) for number in range(root.MetadataLength())]
    return {
        entry.Name().decode(): root.Buffers(entry.Buffer()).DataAsNumpy().tobytes()
        for entry in entries
        if root.Buffers(entry.Buffer()).DataLength()
    }
