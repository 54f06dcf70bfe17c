"""Compact weights: a run's weights, rounded and packed into a third of their size.

The tree of a `.weights.h5` file, as float16 whose last three bits are zero: matrices
that are as precise as bfloat16, in which their products may be taken anyway, and that
gzip makes a third smaller. Of layers that started with published weights, only how far
they moved is kept: by so little that 127 steps either way, a channel's largest move
being the last of them, are as fine as float16 of the weight.
"""

import io
import zlib
from pathlib import Path

import h5py
import numpy as np

from data_prep.atomic import write_bytes

STEPS = 127  # either way: int8


def pack(weights: Path, first: Path, out: Path, moved: tuple[str, ...] = ()) -> None:
    """Write compact weights.

    Args:
        weights: a `.weights.h5` file.
        first: another of the same tree, what a new model has of its own.
        out: the file to write.
        moved: paths within the tree; of kernels below them the difference to `first`
            is kept, in int8.
    """
    content = io.BytesIO()  # HDF5 may crash where a disk gets full
    with (
        h5py.File(weights) as learned,
        h5py.File(first) as start,
        h5py.File(content, "w", libver="latest") as packed,
    ):
        for name, array in _arrays(learned).items():
            value = array[()]
            if value.ndim > 1 and name.startswith(moved):
                steps, scale = _in_steps(value - start[name][()])
                _add(packed, name, steps).attrs["step"] = scale
            else:
                _add(packed, name, _rounded(value) if value.ndim else value)
    write_bytes(out, content.getvalue())


def _add(file: h5py.File, name: str, array: np.ndarray) -> h5py.Dataset:
    """Write an array, packed if it is a matrix."""
    if array.ndim < 2:
        return file.create_dataset(name, data=array)
    added = file.create_dataset(
        name,
        array.shape,
        array.dtype,
        chunks=array.shape,  # one piece
        compression="gzip",
        shuffle=True,  # all first bytes, then all second ones
    )
    # Weights repeat nothing. Huffman codes alone take less than with the search for
    # repetitions, which HDF5 would make: so they are packed here.
    packing = zlib.compressobj(9, strategy=zlib.Z_HUFFMAN_ONLY)
    shuffled = array.view(np.uint8).reshape(-1, array.itemsize).T.tobytes()
    packed = packing.compress(shuffled) + packing.flush()
    added.id.write_direct_chunk((0,) * array.ndim, packed)
    return added


def unpack(packed: Path, weights: Path) -> None:
    """Change a `.weights.h5` file into what was packed.

    Args:
        packed: from `pack`.
        weights: what a new model has of its own, as `first` was; written over.

    Raises:
        KeyError, OSError, ValueError: one of them is damaged, or they do not belong
            together.
    """
    with h5py.File(packed) as kept, h5py.File(weights, "r+") as tree:
        if missing := set(_arrays(tree)) - set(_arrays(kept)):
            raise KeyError(f"{min(missing)} is missing")
        for name, array in _arrays(kept).items():
            value = array[()]
            if "step" in array.attrs:
                value = tree[name][()] + value * array.attrs["step"]
            if value.shape != tree[name].shape:
                raise ValueError(f"{name} has the shape {value.shape}")
            if np.issubdtype(value.dtype, np.floating):
                # Steps are rounded too: an export that keeps float16 is then exact.
                # NumPy widens float16 ten times faster than HDF5 would.
                value = value.astype(np.float16).astype(np.float32)
            tree[name][...] = value


def _rounded(value: np.ndarray) -> np.ndarray:
    """Return float16, of matrices with eight significant bits instead of eleven."""
    value = value.astype(np.float16)
    if value.ndim < 2:
        return value  # biases: few, and what they decide is decided for all inputs
    # Half of what is cut off is added before: to the nearest. A carry goes into the
    # exponent, as it should.
    return ((value.view(np.uint16) + 4) & 0xFFF8).view(np.float16)


def _in_steps(difference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return int8 steps, and the size of a step for each channel."""
    # Kernels end in output channels, but for depthwise ones: (height, width, C, 1).
    channel = difference.ndim - (2 if difference.shape[-1] == 1 else 1)
    others = tuple(axis for axis in range(difference.ndim) if axis != channel)
    scale = np.abs(difference).max(axis=others, keepdims=True) / STEPS
    steps = np.round(difference / np.maximum(scale, np.finfo(np.float32).tiny))
    return steps.astype(np.int8), scale.astype(np.float32)


def _arrays(file: h5py.File) -> dict[str, h5py.Dataset]:
    """Return the arrays of a file by name; their values are not read yet."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item

    file.visititems(visit)
    return found
