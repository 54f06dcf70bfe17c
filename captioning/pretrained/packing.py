"""A .tflite file without what its run holds too: packed for the package, and unpacked.

A packed file is a line of JSON, the *plan*, and then the *rest* by zlib: all bytes of
the .tflite file that no array of the run has, first every other one, then the others,
for of numbers in float16 the one half can be compressed and the other hardly. The plan
has the file's size and sha256, and its *copies*: ``[place, length, source, start]``, so
many bytes of a source, in the order of their places. A source is an array of the run,
or its transpose. (LZMA would save 2 % of the rest, and take a quarter of a second.)

    python -m captioning.pretrained.packing MODEL.tflite RUN PACKED

packs a file (this needs h5py); `unpack` needs NumPy alone.
"""

import functools
import hashlib
import io
import json
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_prep.atomic import read_whole, write_bytes

SHORTEST = 4096  # bytes of a copy; shorter ones are left among the others


def plan_of(packed: Path) -> dict[str, Any]:
    """Return the plan of a packed file."""
    with open(packed, "rb") as file:
        return json.loads(file.readline())


def unpack(packed: Path, run: Path) -> bytes:
    """Return the .tflite file that was packed.

    Raises:
        ValueError: it, or the run, is not what it was.
    """
    first, _, packed_rest = read_whole(packed).partition(b"\n")
    plan = json.loads(first)
    halves = np.frombuffer(zlib.decompress(packed_rest), np.uint8)
    rest = np.empty_like(halves)
    rest[0::2], rest[1::2] = np.split(halves, [-(-len(rest) // 2)])
    whole = np.empty(plan["bytes"], np.uint8)
    done = 0
    for begin, end in _gaps(plan["copies"], plan["bytes"]):
        whole[begin:end] = rest[done : done + end - begin]
        done += end - begin
    contents = functools.cache(lambda name: read_whole(run / name))
    sources = [_bytes_of(contents(s["file"]), s) for s in plan["sources"]]
    for place, length, source, start in plan["copies"]:
        whole[place : place + length] = sources[source][start : start + length]
    model = whole.tobytes()
    if hashlib.sha256(model).hexdigest() != plan["sha256"]:
        raise ValueError("the checksum is another")
    return model


def _gaps(copies: Sequence, size: int) -> Iterator[tuple[int, int]]:
    """Yield where the rest stands: begin and end of each piece."""
    begin = 0
    for place, length, *_ in copies:
        yield begin, place
        begin = place + length
    yield begin, size


def _bytes_of(content: bytes, source: dict[str, Any]) -> np.ndarray:
    if "array" in source:
        array = np.load(io.BytesIO(content))[source["array"]]
    elif "chunk" in source:  # of HDF5: all first bytes of its numbers, then all second
        start, size = source["chunk"]
        shuffled = zlib.decompress(content[start : start + size])
        array = np.frombuffer(shuffled, np.uint8).reshape(source["itemsize"], -1)
        array = array.T.copy().view(f"V{source['itemsize']}").reshape(source["shape"])
    else:
        array = np.frombuffer(content, np.uint8)
    if source["transposed"]:
        array = array.T
    return np.frombuffer(array.tobytes(), np.uint8)


def pack(model: bytes, run: Path) -> bytes:
    """Return the packed form of a .tflite file, of which a run has many arrays too."""
    sources: list[dict[str, Any]] = []
    copies: list[tuple[int, int, int, int]] = []
    is_rest = np.ones(len(model), bool)
    for source in _sources(run):
        content = _bytes_of(read_whole(run / source["file"]), source).tobytes()
        its = [
            (place, length, start)
            for place, length, start in _copies(model, content)
            if is_rest[place : place + length].all()
        ]
        for place, length, start in its:
            copies.append((place, length, len(sources), start))
            is_rest[place : place + length] = False
        sources += [source] if its else []
    plan = {
        "bytes": len(model),
        "sha256": hashlib.sha256(model).hexdigest(),
        "sources": sources,
        "copies": sorted(copies),
    }
    rest = b"".join(model[a:b] for a, b in _gaps(plan["copies"], len(model)))
    packed_rest = zlib.compress(rest[0::2] + rest[1::2], 9)
    return json.dumps(plan).encode() + b"\n" + packed_rest


def _sources(run: Path) -> list[dict[str, Any]]:
    """Return all arrays of a run, as they are and transposed."""
    import h5py

    found: list[dict[str, Any]] = []

    def add(name: str, data) -> None:
        if isinstance(data, h5py.Dataset) and data.chunks:
            chunk = data.id.get_chunk_info(0)
            place = {"chunk": [chunk.byte_offset, chunk.size], "shape": data.shape}
            found.append({"file": file, **place, "itemsize": data.dtype.itemsize})

    for path in sorted(path for path in run.rglob("*") if path.is_file()):
        file = path.relative_to(run).as_posix()
        if path.suffix == ".h5":
            with h5py.File(path) as tree:
                tree.visititems(add)
        elif path.suffix == ".npz":
            found += [{"file": file, "array": name} for name in np.load(path)]
        found.append({"file": file})
    return [source | {"transposed": t} for source in found for t in (False, True)]


def _copies(model: bytes, content: bytes):
    """Yield (place, length, start) of what stands in a model as in a content, from its
    beginning to where they differ."""
    start = 0
    while start + SHORTEST <= len(content):
        place = model.find(content[start : start + SHORTEST])
        if place < 0:
            return
        most = min(len(content) - start, len(model) - place)
        one = np.frombuffer(content, np.uint8, most, start)
        differs = one != np.frombuffer(model, np.uint8, most, place)
        length = int(differs.argmax()) if differs.any() else most
        yield place, length, start
        start += length


if __name__ == "__main__":
    model, run, out = map(Path, sys.argv[1:])
    write_bytes(out, pack(model.read_bytes(), run))
    assert unpack(out, run) == model.read_bytes()
