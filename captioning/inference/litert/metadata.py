"""What a .tflite file says of itself: JSON in a named buffer, beside the network.

The file is a flatbuffer (`ai_edge_litert.schema_py_generated` is its schema), and its
`Model.metadata` maps names to buffers.
"""

import json
from pathlib import Path

from data_prep.errors import BadInput

NAME = "captioning"
FORMAT = 1  # raised when signature or facts change
_IDENTIFIER = b"TFL3"


def is_litert(path: Path) -> bool:
    """Say whether a file is one of LiteRT's."""
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        return file.read(8)[4:] == _IDENTIFIER


def with_facts(model: bytes, facts: dict) -> bytes:
    """Return a .tflite file that also holds facts."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = list(json.dumps({"format": FORMAT, **facts}).encode("utf-8"))
    tree.buffers.append(buffer)
    entry.name, entry.buffer = NAME, len(tree.buffers) - 1
    tree.metadata = [*(tree.metadata or []), entry]
    builder = flatbuffers.Builder(len(model))
    builder.Finish(tree.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


def facts_of(model: bytes, path: Path) -> dict:
    """Return the facts that a .tflite file holds.

    Args:
        model: the file's bytes.
        path: what it is called in messages.

    Raises:
        BadInput: it is another thing, or of another version.
    """
    from ai_edge_litert import schema_py_generated as schema

    expected = "expected a file made by `python -m captioning.export --format litert`"
    if model[4:8] != _IDENTIFIER:
        raise BadInput(f"{path} is no .tflite file; {expected}.")
    try:
        root = schema.Model.GetRootAsModel(model, 0)
        entries = [root.Metadata(number) for number in range(root.MetadataLength())]
        ours = [entry for entry in entries if entry.Name() == NAME.encode()]
        found = [root.Buffers(entry.Buffer()).DataAsNumpy() for entry in ours]
        (facts,) = [json.loads(data.tobytes()) for data in found]
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
