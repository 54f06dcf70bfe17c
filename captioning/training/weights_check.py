"""What is checked of a file of weights before it is read, and of a model after that.

HDF5 can claim arrays that are larger than the file, keep them in other files (external
storage, external links, virtual arrays), and lead in circles. Weights need none of it.
"""

import h5py
import keras
import numpy as np

_FLOAT64 = 8  # bytes of the widest number that weights are kept in


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


def check_finite(model: keras.Model) -> None:
    """Raise ValueError if a weight of a model is no finite number."""
    for variable in model.variables:
        if not np.all(np.isfinite(np.asarray(variable, np.float32))):
            raise ValueError(f"{variable.path} has values that are no numbers")
