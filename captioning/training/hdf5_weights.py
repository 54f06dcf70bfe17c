"""Files of weights: checked before they are read, and given room before written.

HDF5 can claim arrays that are larger than the file, keep them in other files (external
storage, external links, virtual arrays), and lead in circles. Weights need none of it.
"""

import math
import os
from pathlib import Path

import h5py
import keras
import numpy as np

_FLOAT32, _FLOAT64 = 4, 8  # bytes of what we write, and of the most that we read
_HEADERS = 2**20  # bytes, at most, of all that HDF5 writes beside the numbers


def check_arrays(file: h5py.File, most_numbers: int) -> None:
    """Check a file of weights before any of its arrays is read.

    Args:
        file: open.
        most_numbers: how many numbers all its arrays may have together.

    Raises:
        ValueError: it has a link or an array that is kept elsewhere, or something else
            than arrays of numbers, or more of them.
    """
    # The visit ends with the first name that is returned; an error would be lost.
    if name := file.visititems_links(_name_if_link):
        raise ValueError(f"{name} is a link")
    sizes: list[int] = []

    def check_array(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Group):
            return
        if item.external or item.is_virtual:
            raise ValueError(f"{name} is kept in another file")
        if item.dtype.kind not in "fiu" or item.dtype.itemsize > _FLOAT64:
            raise ValueError(f"{name} has no numbers")
        # A chunk is read as a whole, and may be larger than the array.
        sizes.append(max(item.size, int(np.prod(item.chunks or ()))))

    file.visititems(check_array)
    if sum(sizes) > most_numbers:
        raise ValueError(f"it has {sum(sizes):,} numbers, the model {most_numbers:,}")


def _name_if_link(name: str, link: object) -> str | None:
    return None if isinstance(link, h5py.HardLink) else name


def num_weights(model: keras.Model) -> int:
    """Return how many numbers the weights of a model are."""
    return sum(math.prod(variable.shape) for variable in model.variables)


def write_weights(model: keras.Model, path: Path) -> None:
    """Write the weights of a model as a `.weights.h5` file.

    Raises:
        OSError: there is no room. It is looked for first, as HDF5 may crash where a
            disk gets full.
    """
    try:
        with open(path, "wb") as file:
            size = _FLOAT32 * num_weights(model) + _HEADERS
            os.posix_fallocate(file.fileno(), 0, size)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
    model.save_weights(path)


def check_finite(model: keras.Model) -> None:
    """Raise ValueError if a weight of a model is no finite number."""
    for variable in model.variables:
        if not np.all(np.isfinite(np.asarray(variable, np.float32))):
            raise ValueError(f"{variable.path} has values that are no numbers")
