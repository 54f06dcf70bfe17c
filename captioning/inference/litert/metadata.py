"""What a .tflite file says of itself: named buffers, beside the network.

"captioning" is JSON: the words, and how pictures are prepared and searched about.
"captioning_confidence", if it is there, is an `inference.confidence.Confidence`.

The file is a flatbuffer (`ai_edge_litert.schema_py_generated` is its schema), and its
`Model.metadata` maps names to buffers.
"""

import json
from pathlib import Path

import numpy as np

from data_prep.errors import BadInput

FACTS = "captioning"
CONFIDENCE = "captioning_confidence"
SEARCHES = range(1, 6)  # numbers of beams, if a file was not made for one of them
FORMAT = 2  # raised when signatures or facts change
_IDENTIFIER = b"TFL3"


def is_litert(path: Path) -> bool:
    """Say whether a file is one of LiteRT's."""
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        return file.read(8)[4:] == _IDENTIFIER


def with_facts(model: bytes, facts: dict, confidence: bytes = b"") -> bytes:
    """Return a .tflite file that also holds facts, and each array of weights once.

    The converter writes them once a signature.
    """
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
    _share_buffers(tree)
    content = json.dumps({"format": FORMAT, **facts}).encode("utf-8")
    tree.metadata = list(tree.metadata or [])
    for name, data in ((FACTS, content), (CONFIDENCE, confidence)):
        if data:
            buffer, entry = schema.BufferT(), schema.MetadataT()
            buffer.data = np.frombuffer(data, np.uint8)
            tree.buffers.append(buffer)
            entry.name, entry.buffer = name, len(tree.buffers) - 1
            tree.metadata.append(entry)
    builder = flatbuffers.Builder(len(model))
    builder.Finish(tree.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


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


def facts_of(model: bytes, path: Path) -> dict:
    """Return the facts that a .tflite file holds.

    Args:
        model: the file's bytes.
        path: what it is called in messages.

    Raises:
        BadInput: it is another thing, or of another version.
    """
    expected = "expected a file made by `python -m captioning.export --format litert`"
    if model[4:8] != _IDENTIFIER:
        raise BadInput(f"{path} is no .tflite file; {expected}.")
    try:
        facts = json.loads(metadata_of(model)[FACTS])
        made_as = facts["format"]
    except Exception as error:  # whatever a flatbuffer that is cut off runs into
        raise BadInput(
            f"{path} does not say what its words are; {expected}."
        ) from error
    if made_as != FORMAT:
        raise BadInput(
            f"{path} is of format {made_as}; this version reads format {FORMAT}. "
            "Export the run again."
        )
    return facts


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
