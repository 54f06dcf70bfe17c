"""What all tests share: quiet TensorFlow, fixed seeds, and the way to real data."""

import functools
import gc
import os
import re
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is imported
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # the default run is CPU-only
# Each of the workers has one core: more threads would wait for each other.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import pytest

# Fixtures of a session that take long. One worker of pytest-xdist gets all files that
# name any of them, and makes each once.
COSTLY = (
    "frozen_run|tuned_run|joint_run|joint_export|tiny_litert|tiny_saved_model"
    "|reranked_run"
)

# TensorFlow and Keras make many objects that stay. The garbage collector searched them
# again and again: 1.9 of 29 s of a test that trains twice; 0.4 s with this threshold.
gc.set_threshold(50_000, 5, 5)


def pytest_collection_finish():
    """Leave what the test files imported out of the search for garbage."""
    gc.freeze()


SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.hookimpl(optionalhook=True)  # there is none without pytest-xdist
def pytest_xdist_make_scheduler(config, log):
    """Deal out files, as `--dist loadfile` does, but those of `COSTLY` fixtures as
    one."""
    from xdist.scheduler import LoadFileScheduling

    @functools.cache
    def is_costly(file: str) -> bool:
        return bool(re.search(COSTLY, (config.rootpath / file).read_text("utf-8")))

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            return "costly" if is_costly(file) else file

    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture
def shared_data():
    """Return a function: name of a data set -> its folder, or skip with a reason."""

    def find(name: str) -> Path:
        folder = SHARED_DATA / name
        if not folder.exists():
            pytest.skip(f"needs the data set folder ../shared/data/{name}")
        return folder

    return find


@pytest.fixture
def seeded():
    """Fix the seeds of Python, NumPy and Keras for one test."""
    import keras

    keras.utils.set_random_seed(20)


@pytest.fixture(scope="session")
def make_picture():
    """Return a function: (width, height, seed=0) -> a colourful PIL picture, RGB."""
    import numpy as np
    from PIL import Image

    def make(width: int, height: int, seed: int = 0) -> Image.Image:
        random = np.random.default_rng(seed)
        coarse = random.integers(0, 256, (5, 7, 3), dtype=np.uint8)  # soft patches
        smooth = Image.fromarray(coarse).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        noise = random.integers(0, 16, (height, width, 3), dtype=np.uint8)
        return Image.fromarray(np.asarray(smooth) // 17 * 16 + noise)

    return make


@pytest.fixture(scope="session")
def encode_picture():
    """Return a function: (PIL picture, format, **options of Pillow) -> file bytes."""
    import io

    def encode(picture, format: str, orientation=None, byte_order="<", **options):
        if orientation is not None:
            from PIL import Image

            exif = Image.Exif()
            exif.endian = byte_order  # "<" Intel, ">" Motorola
            exif[0x010F] = "Maker"  # the orientation does not come first
            exif[0x0112] = orientation
            options["exif"] = exif
        file = io.BytesIO()
        picture.save(file, format, **options)
        return file.getvalue()

    return encode


@pytest.fixture(scope="session")
def pillow_pixels():
    """Return a function: file bytes -> uint8 (H, W, 3), what Pillow makes of it.

    The reference for ours: upright, the first frame, 16 bits to 8, over white.
    """
    import io

    import numpy as np
    from PIL import Image, ImageOps

    def pixels(data: bytes) -> np.ndarray:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        if picture.mode.startswith("I"):
            wide = np.asarray(picture)
            assert 0 <= wide.min() and wide.max() < 2**16
            picture = Image.fromarray((wide // 256).astype(np.uint8))
        if not picture.has_transparency_data:
            return np.asarray(picture.convert("RGB"))
        rgba = np.asarray(picture.convert("RGBA")).astype(float)
        alpha = rgba[..., 3:] / 255
        return np.rint(rgba[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)

    return pixels


@pytest.fixture(scope="session")
def awkward_photos(make_picture, encode_picture):
    """50 photos as people have them: name -> file bytes.

    25 kinds (grey, progressive, CMYK, every EXIF orientation, PNG with 16 bits, with a
    palette, with transparency ...), each in two of seven sizes from 1 x 1 on. All are
    such that `data_prep.pictures.decode` decodes them as they are.
    """
    sizes = [(320, 240), (224, 224), (97, 211), (1, 1), (500, 3), (2, 333), (640, 424)]
    kinds = [("jpg", "RGB", {"quality": 90}), ("jpg", "RGB", {"subsampling": 0})]
    kinds += [
        ("jpg", "RGB", {"progressive": True}),
        ("jpg", "L", {}),
        ("jpg", "CMYK", {}),
    ]
    kinds += [("jpg", "RGB", {"orientation": turn}) for turn in range(1, 9)]
    kinds += [
        ("jpg", "RGB", {"orientation": turn, "byte_order": ">"})
        for turn in (2, 3, 5, 6, 8)
    ]
    kinds += [
        ("png", mode, {}) for mode in ("RGB", "L", "I;16", "1", "P", "RGBA", "LA")
    ]
    photos = {}
    for number in range(50):
        name, mode, options = kinds[number % 25]
        picture = make_picture(*sizes[number % 7], seed=number)
        if mode in ("RGBA", "LA"):
            picture.putalpha(picture.getchannel("G"))
        if mode == "I;16":
            picture = picture.convert("I").point(lambda grey: grey * 257)
        data = encode_picture(
            picture.convert(mode), {"jpg": "JPEG", "png": "PNG"}[name], **options
        )
        photos[f"{number:02}-{mode.replace(';', '')}.{name}"] = data
    return photos


@pytest.fixture(scope="session")
def harbour_data(tmp_path_factory):
    """A prepared harbour of 64 training scenes, and 100 for dev and for test."""
    from data_prep.prepare import prepare

    out = tmp_path_factory.mktemp("data") / "harbour"
    prepare("harbour", None, out, count=64, seed=3)
    return out


@pytest.fixture(scope="session")
def tiny_config():
    """The harbour's preset, so small that an epoch takes a second."""
    from captioning.tasks.config import override
    from captioning.tasks.registry import preset

    return override(
        preset("captions", "harbour"),
        image_size=64,
        units=24,
        embedding_dim=24,
        attention_dim=16,
        batch_size=16,
        epochs=2,
        target=0.0,
        precision="float32",  # exact, and no graph is rewritten
        max_length=12,
    )


@pytest.fixture(scope="session")
def tiny_run(harbour_data, tiny_config, tmp_path_factory):
    """A finished run of `tiny_config`; it has not learned to say much."""
    from captioning.training.plans import Plan
    from captioning.training.trainer import train

    directory = tmp_path_factory.mktemp("runs") / "tiny"
    train({"captions": Plan(tiny_config, harbour_data)}, directory)
    return directory


@pytest.fixture(scope="session")
def frozen_run(harbour_data, tiny_config, tmp_path_factory):
    """A finished run over cached regions of a frozen ImageNet encoder."""
    from captioning.tasks.config import override
    from captioning.training.plans import Plan
    from captioning.training.trainer import train

    config = override(
        tiny_config,
        encoder="efficientnet_lite0",
        train_encoder=False,
        views=2,
        epochs=1,
    )
    directory = tmp_path_factory.mktemp("runs") / "frozen"
    train({"captions": Plan(config, harbour_data)}, directory)
    return directory


@pytest.fixture(scope="session")
def tiny_litert(tiny_run, tmp_path_factory):
    """The .tflite file of `tiny_run`, float32, which searches with 1 to 5 beams."""
    from captioning.inference.litert.conversion import write_litert

    file = tmp_path_factory.mktemp("litert") / "tiny.tflite"
    write_litert(tiny_run, file, "float32")
    return file
