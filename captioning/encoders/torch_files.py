"""Read a PyTorch state dictionary without PyTorch, and without running its pickles.

Before version 1.6 ``torch.save`` wrote one file of five pickles and the numbers:

1. the magic number ``MAGIC``, 2. the protocol ``1001``, 3. facts on the machine that
   wrote it (``little_endian``, ...),
4. an ``OrderedDict`` name -> tensor, where a tensor is a call of
   ``torch._utils._rebuild_tensor_v2(storage, offset, size, stride, ...)`` and a storage
   is a persistent id ``("storage", type, key, location, number of elements, view)``,
5. the list of the storages' keys; and then, in the order of that list, each storage:
   int64 number of elements, elements (source: ``_legacy_save`` in
   ``torch/serialization.py``).

A pickle is a program. This reader allows only the names above and turns them into plain
values, so that a malicious file is refused.
"""

import hashlib
import io
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
STORAGES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
}  # torch's class -> NumPy's dtype; the files are little-endian


class _Storage(NamedTuple):
    dtype: str
    key: str
    count: int  # elements


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int  # elements
    size: tuple
    stride: tuple  # elements; some arrays are transposed views, from TensorFlow


class _RebuildTensor:
    """Replaces ``torch._utils._rebuild_tensor_v2`` and returns its arguments.

    An instance without ``__dict__``, not a function, because a pickle can also *set
    attributes* of the objects that it names.
    """

    __slots__ = ()

    def __call__(self, storage, offset, size, stride, *_) -> _Tensor:
        numbers = (offset, *size, *stride)
        if not isinstance(storage, _Storage) or len(size) != len(stride):
            raise ValueError("a tensor without a storage or with a stride missing")
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise ValueError("a tensor with an offset, size or stride that is no size")
        return _Tensor(storage, offset, tuple(size), tuple(stride))


class _Unpickler(pickle.Unpickler):
    """Allows OrderedDict, the tensor call and the storage types, nothing else."""

    def find_class(self, module: str, name: str):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _RebuildTensor()
        if module == "torch" and name in STORAGES:
            return STORAGES[name]  # a string: it cannot be called
        raise pickle.UnpicklingError(f"it names {module}.{name}")

    def persistent_load(self, pid) -> _Storage:
        kind, dtype, key, _location, count, view = pid
        if kind != "storage" or dtype not in STORAGES.values() or view is not None:
            raise pickle.UnpicklingError("a persistent id that is no plain storage")
        return _Storage(dtype, key, count)


def read_state_dict(path: Path, sha256: str) -> dict[str, np.ndarray]:
    """Return the arrays of the legacy ``.pth`` file ``path`` by name.

    Args:
        path: the file.
        sha256: expected checksum (hex), checked before anything is parsed.

    Raises:
        ValueError: the file is missing, has another checksum, is truncated, or is not a
            dictionary of tensors.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"Cannot read the weights file {path}: {error}.") from error
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ValueError(
            f"The weights file {path} has the SHA-256 {found}, expected {sha256}: "
            "install its package again."
        )
    try:
        return _parse(io.BytesIO(data))
    # A malformed pickle can raise nearly any exception.
    except Exception as error:
        raise ValueError(
            f"{path} is not a legacy PyTorch file of plain tensors ({error}): "
            "expected a state dictionary saved before PyTorch 1.6."
        ) from error


def _parse(file: io.BytesIO) -> dict[str, np.ndarray]:
    magic, protocol, machine = (_Unpickler(file).load() for _ in range(3))
    if magic != MAGIC or protocol != PROTOCOL or machine["little_endian"] is not True:
        raise ValueError("another magic number, protocol or byte order")
    tensors = _Unpickler(file).load()
    if not isinstance(tensors, OrderedDict) or not all(
        type(name) is str and isinstance(tensor, _Tensor)
        for name, tensor in tensors.items()
    ):
        raise ValueError("something else than names and tensors")
    storages = _read_storages(
        file, _Unpickler(file).load(), [tensor.storage for tensor in tensors.values()]
    )
    return {name: _array(tensor, storages) for name, tensor in tensors.items()}


def _read_storages(
    file: io.BytesIO, keys: list[str], declared: list[_Storage]
) -> dict[str, np.ndarray]:
    by_key = {storage.key: storage for storage in declared}
    arrays = {}
    for key in keys:
        _, _, count = by_key[key]
        dtype = np.dtype(by_key[key].dtype)
        data = file.read(8 + count * dtype.itemsize)
        if len(data) != 8 + count * dtype.itemsize:
            raise ValueError("the file is cut short")
        if int.from_bytes(data[:8], "little") != count:
            raise ValueError("a storage of another length than declared")
        arrays[key] = np.frombuffer(data, dtype, offset=8)
    if file.read(1):
        raise ValueError("bytes after the last storage")
    return arrays


def _array(tensor: _Tensor, storages: dict[str, np.ndarray]) -> np.ndarray:
    """Return a contiguous copy of the elements given by offset, size and stride."""
    storage = storages[tensor.storage.key]
    steps = zip(tensor.size, tensor.stride, strict=True)
    last = tensor.offset + sum((size - 1) * stride for size, stride in steps)
    if 0 in tensor.size or last >= storage.size:
        raise ValueError("a tensor that is empty or reaches beyond its storage")
    view = np.lib.stride_tricks.as_strided(
        storage[tensor.offset :],
        tensor.size,
        [stride * storage.itemsize for stride in tensor.stride],
        writeable=False,
    )
    return np.array(view, order="C")
