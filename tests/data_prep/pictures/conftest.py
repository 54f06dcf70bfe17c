"""What the tests of picture files share: a reader, files, decoded pixels."""

from pathlib import Path

import pytest

from data_prep.pictures.reader import BadPicture, PictureReader


@pytest.fixture(scope="module")
def reader():
    with PictureReader(max_pixels=10**6) as reader:
        yield reader


@pytest.fixture
def file(tmp_path):
    """Return a function: bytes -> path of a file with them, named like a JPEG."""

    def write(data: bytes, name: str = "photo.jpg") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.fixture(scope="session")
def reason():
    """Return a function: (reader, path) -> why a file is refused.

    It checks that the message is one printable line that names the file.
    """

    def refused(reader: PictureReader, path: Path) -> str:
        with pytest.raises(BadPicture) as caught:
            reader.read(path)
        message = str(caught.value)
        assert message.startswith(str(path)) and "expected" in message
        assert message.isprintable()
        return message.removeprefix(str(path)).strip()

    return refused


@pytest.fixture(scope="session")
def decode():
    """Return a function: file bytes -> uint8 (H, W, 3), as TensorFlow decodes them."""
    import tensorflow as tf

    from data_prep.pictures.decode import decode_picture

    return lambda data: decode_picture(tf.constant(data)).numpy()
