"""Any file becomes a picture that TensorFlow reads, or one sentence; nothing hangs."""

import io
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, PngImagePlugin

from data_prep.errors import BadInput
from data_prep.pictures import worker
from data_prep.pictures.decode import decode_picture
from data_prep.pictures.folders import find_pictures
from data_prep.pictures.reader import BadPicture, PictureReader


@pytest.fixture(scope="module")
def reader():
    with PictureReader(max_pixels=10**6) as reader:
        yield reader


@pytest.fixture
def file(tmp_path):
    """Return a function: bytes -> path of a file with them, by the name of a JPEG."""

    def write(data: bytes, name: str = "photo.jpg") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def reason(reader, path):
    """Why a file is refused; checks that it is one line that names the file."""
    with pytest.raises(BadPicture) as caught:
        reader.read(path)
    message = str(caught.value)
    assert message.startswith(str(path)) and "expected" in message
    assert message.isprintable()
    return message.removeprefix(str(path)).strip()


def decode(data):
    return decode_picture(tf.constant(data)).numpy()


# --- pictures


def test_jpeg_comes_out_as_it_is(reader, file, make_picture, encode_picture):
    for mode in ("RGB", "L", "CMYK"):
        for progressive in (False, True):
            picture = make_picture(40, 30).convert(mode)
            data = encode_picture(picture, "JPEG", 6, progressive=progressive)
            assert reader.read(file(data)) == data


def test_a_jpeg_of_several_pictures_is_a_jpeg(
    reader, file, make_picture, encode_picture
):
    first, second = make_picture(40, 30, 1), make_picture(40, 30, 2)
    data = encode_picture(first, "MPO", save_all=True, append_images=[second])
    assert reader.read(file(data)) == data
    np.testing.assert_array_equal(decode(data), decode(encode_picture(first, "JPEG")))


LOSSLESS = [
    ("PNG", {}),
    ("GIF", {}),
    ("BMP", {}),
    ("WEBP", {"lossless": True, "exact": True}),
    ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("TIFF", {"compression": "tiff_adobe_deflate"}),
    ("JPEG2000", {}),
    ("PPM", {}),
]


@pytest.mark.parametrize("format, options", LOSSLESS)
def test_lossless_formats_keep_their_pixels(
    format, options, reader, file, make_picture, encode_picture
):
    picture = make_picture(40, 30).quantize(200).convert("RGB")  # a GIF holds 256
    data = reader.read(file(encode_picture(picture, format, **options)))
    assert Image.open(io.BytesIO(data)).format == "PNG"
    np.testing.assert_array_equal(decode(data), np.asarray(picture))


def test_avif(reader, file, make_picture, encode_picture):
    picture = make_picture(64, 48)
    result = decode(reader.read(file(encode_picture(picture, "AVIF", quality=95))))
    assert np.abs(result.astype(int) - np.asarray(picture)).mean() < 8


ODD = [  # format, mode, options
    ("PNG", "RGBA", {}),
    ("PNG", "LA", {}),
    ("PNG", "I;16", {}),
    ("PNG", "1", {}),
    ("PNG", "P", {"transparency": 3}),
    ("GIF", "P", {"transparency": 3}),
    ("TIFF", "RGBA", {}),
    ("TIFF", "I;16", {}),
    ("TIFF", "CMYK", {}),
    ("TIFF", "1", {}),
    ("TIFF", "YCbCr", {}),
    ("WEBP", "RGBA", {"lossless": True, "exact": True}),
    ("JPEG2000", "I;16", {}),
    ("PPM", "I;16", {}),
    ("BMP", "1", {}),
    ("BMP", "P", {}),
    ("BMP", "RGBA", {}),
]


@pytest.mark.parametrize("format, mode, options", ODD)
def test_odd_pixels_become_ordinary_ones(
    format, mode, options, reader, file, make_picture, encode_picture, pillow_pixels
):
    picture = make_picture(40, 30)
    if mode in ("RGBA", "LA"):
        picture.putalpha(picture.getchannel("G"))
    if mode == "I;16":
        picture = picture.convert("I").point(lambda grey: grey * 257)
    picture = picture.quantize(16) if mode == "P" else picture.convert(mode)
    original = encode_picture(picture, format, **options)
    data = reader.read(file(original))
    assert Image.open(io.BytesIO(data)).mode == "RGB"
    np.testing.assert_array_equal(decode(data), pillow_pixels(original))


def test_both_sides_agree_on_awkward_photos(reader, file, awkward_photos):
    """What a model gets through the reader is what an exported one gets directly."""
    for data in awkward_photos.values():
        np.testing.assert_array_equal(decode(reader.read(file(data))), decode(data))


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_other_formats_are_turned_upright_too(
    orientation, format, reader, file, make_picture, encode_picture, pillow_pixels
):
    options = {"lossless": True} if format == "WEBP" else {}
    original = encode_picture(make_picture(40, 30), format, orientation, **options)
    result = decode(reader.read(file(original)))
    assert result.shape == ((30, 40, 3) if orientation < 5 else (40, 30, 3))
    np.testing.assert_array_equal(result, pillow_pixels(original))


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_frame_counts(format, reader, file, make_picture, encode_picture):
    frames = [
        make_picture(20, 20, seed).quantize(64).convert("RGB") for seed in range(9)
    ]
    options = {"lossless": True} if format == "WEBP" else {}
    data = encode_picture(
        frames[0], format, save_all=True, append_images=frames[1:], **options
    )
    np.testing.assert_array_equal(
        decode(reader.read(file(data))), np.asarray(frames[0])
    )


# --- not pictures


NOT_PICTURES = {
    b"Once upon a time\n": "holds text",
    b"\xff\xfe\0\1\2": "holds unknown data",
    b"%PDF-1.7\n": "holds a PDF document",
    b"<!DOCTYPE html><p>404": "holds a web page",
    b"<?xml version='1.0'?><svg/>": "holds XML",
    b"PK\3\4\0\0": "holds a ZIP archive",
    b"\0\0\0\x18ftypheic\0\0": "holds HEIC",
    b"\0\0\0\x18ftypmp42\0\0": "holds a video",
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n": "holds PostScript",
    b"version https://git-lfs.github.com/spec/v1\n": "holds a Git LFS pointer",
}


@pytest.mark.parametrize("data", NOT_PICTURES)
def test_what_is_found_instead_of_a_picture(data, reader, file):
    assert reason(reader, file(data)).startswith(NOT_PICTURES[data])


def test_eps_is_refused_although_pillow_knows_it(
    reader, file, make_picture, encode_picture
):
    data = encode_picture(make_picture(9, 9), "EPS")
    assert reason(reader, file(data, "picture.eps")).startswith("holds PostScript")


def test_empty_file(reader, file):
    assert reason(reader, file(b"")).startswith("is an empty file")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM"])
def test_a_picture_that_is_cut_off(format, reader, file, make_picture, encode_picture):
    data = encode_picture(make_picture(60, 50), format)
    for part in np.linspace(0.02, 0.95, 8):
        message = reason(reader, file(data[: int(part * len(data))]))
        assert "cut off" in message and "picture" in message, (part, message)


@pytest.mark.parametrize("missing", [1, 4, 12])
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_only_the_end_is_missing(
    missing, format, reader, file, make_picture, encode_picture
):
    data = encode_picture(make_picture(60, 50), format)[:-missing]
    assert "cut off" in reason(reader, file(data))


def test_a_flipped_bit_in_a_png(reader, file, make_picture, encode_picture):
    data = bytearray(encode_picture(make_picture(60, 50), "PNG"))
    data[len(data) // 2] ^= 1
    assert "damaged" in reason(reader, file(bytes(data)))


def test_pixels_without_a_range(reader, file, encode_picture):
    for dtype in (np.float32, np.int32):
        data = encode_picture(Image.fromarray(np.ones((4, 4), dtype)), "TIFF")
        assert "32 bits" in reason(reader, file(data))


def test_whatever_is_accepted_is_read_by_tensorflow(make_picture, encode_picture):
    """Damage at random: Pillow and TensorFlow must not differ in what they forgive."""
    generator = random.Random(0)
    picture = make_picture(40, 30)
    wholes = [
        encode_picture(picture, "JPEG", 6),
        encode_picture(picture, "JPEG", progressive=True),
        encode_picture(picture, "JPEG", restart_marker_blocks=2),
        encode_picture(picture, "PNG"),
    ]
    read_by_tensorflow = tf.function(
        decode_picture, input_signature=[tf.TensorSpec((), tf.string)]
    )
    accepted = 0
    for number in range(400):
        damaged = bytearray(wholes[number % 4])
        escapes = [at + 1 for at in range(len(damaged) - 1) if damaged[at] == 0xFF]
        places = escapes if number % 8 < 4 else range(len(damaged))
        damaged[generator.choice(places)] = generator.randrange(256)
        try:
            png = worker.inspect(bytes(damaged), 10**6)
        except worker.Refused:
            continue
        accepted += 1
        read_by_tensorflow(png or bytes(damaged))
    assert accepted > 50


# --- attacks and accidents


def png_of_zeros(width, height):
    """A valid header for very many pixels, in less than a kilobyte."""
    data = io.BytesIO()
    Image.new("1", (1, 1)).save(data, "PNG")
    header = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + bytes([1, 0, 0, 0, 0])
    return (
        data.getvalue()[:12] + header + zlib.crc32(header).to_bytes(4)
        + data.getvalue()[33:]
    )  # fmt: skip


def test_too_many_pixels(reader, file):
    message = reason(reader, file(png_of_zeros(30000, 30000)))
    assert message.startswith("has 900000000 pixels (30000 x 30000)")
    assert "at most 1000000" in message


def test_too_long_a_side(file):
    with PictureReader() as reader:
        message = reason(reader, file(png_of_zeros(2_000_000, 1)))
    assert message.startswith("measures 2000000 x 1 pixels")


def test_text_that_unpacks_to_much(reader, file, make_picture, encode_picture):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "a" * 2**25, zip=True)
    data = encode_picture(make_picture(9, 9), "PNG", pnginfo=notes)
    assert len(data) < 2**16
    assert "PNG picture" in reason(reader, file(data))


def test_too_much_memory_and_the_next_file(file, make_picture, encode_picture):
    small = file(encode_picture(make_picture(40, 30), "JPEG"), "small.jpg")
    large = file(encode_picture(Image.new("RGB", (4000, 3000)), "JPEG"), "large.jpg")
    with PictureReader(memory_bytes=2**24) as reader:
        assert "needs more than 16 MiB of memory" in reason(reader, large)
        assert reader.read(small) == small.read_bytes()
    with PictureReader() as reader:
        assert reader.read(large) == large.read_bytes()


def test_a_hanging_child_and_the_next_file(file, make_picture, encode_picture):
    path = file(encode_picture(make_picture(40, 30), "JPEG"))
    with PictureReader(seconds=0.3) as reader:
        reader.read(path)
        os.kill(reader._child.pid, signal.SIGSTOP)
        start = time.monotonic()
        assert reason(reader, path).startswith("takes longer than 0.3 s")
        assert time.monotonic() - start < 5
        reader.seconds = 30
        assert reader.read(path) == path.read_bytes()


def test_a_crash_of_the_child_and_the_next_file(file, make_picture, encode_picture):
    path = file(encode_picture(make_picture(40, 30), "JPEG"))
    with PictureReader() as reader:
        reader.read(path)
        child = reader._child
        os.kill(child.pid, signal.SIGSTOP)  # so that it is at work when it dies
        threading.Timer(0.2, child.kill).start()
        assert reason(reader, path).startswith("makes the decoder crash")
        assert reader.read(path) == path.read_bytes()


def test_a_child_that_died_between_two_files(file, make_picture, encode_picture):
    path = file(encode_picture(make_picture(40, 30), "JPEG"))
    with PictureReader() as reader:
        reader.read(path)
        reader._child.kill()
        reader._child.wait()
        assert reader.read(path) == path.read_bytes()


def test_an_interrupted_request_leaves_no_answer_behind(
    file, make_picture, encode_picture, monkeypatch
):
    red, blue = (Image.new("RGB", (9, 9), colour) for colour in ("red", "blue"))
    first = file(encode_picture(red, "BMP"), "first.bmp")
    second = file(encode_picture(blue, "BMP"), "second.bmp")

    def interrupted(*arguments):
        raise KeyboardInterrupt

    with PictureReader() as reader:
        reader.read(first)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("data_prep.pictures.reader._receive", interrupted)
            reader.read(first)
        assert decode(reader.read(second))[0, 0].tolist() == [0, 0, 255]


def test_the_child_goes_when_its_parent_is_gone(file, make_picture, encode_picture):
    path = file(encode_picture(make_picture(40, 30), "JPEG"))
    program = (
        "import os, sys\n"
        "from data_prep.pictures.reader import PictureReader\n"
        "reader = PictureReader()\n"
        "reader.read(sys.argv[1])\n"
        "print(reader._child.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    output = subprocess.check_output(
        [sys.executable, "-c", program, path],
        cwd=Path(__file__).resolve().parents[3],
        text=True,
    )
    deadline = time.monotonic() + 10
    status = Path(f"/proc/{int(output)}/status")
    while status.exists() and "State:\tZ" not in status.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# --- around the file


def test_what_is_no_file(reader, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with socket.socket(socket.AF_UNIX) as listener:
        place = os.open(tmp_path, os.O_RDONLY)  # a socket's address is a short one
        listener.bind(f"/proc/self/fd/{place}/socket")
        os.close(place)
        assert "device or pipe" in reason(reader, tmp_path / "socket")
    assert "device or pipe" in reason(reader, fifo)
    assert "device or pipe" in reason(reader, Path("/dev/zero"))
    assert reason(reader, tmp_path).startswith("is a folder")
    assert reason(reader, tmp_path / "none.jpg").startswith("does not exist")
    (tmp_path / "loop").symlink_to("loop")
    assert reason(reader, tmp_path / "loop").startswith("cannot be read")
    assert reason(reader, tmp_path / ("x" * 300)).startswith("cannot be read")


def denied(*arguments):
    """Stands for `open` and `os.scandir`: no permission would stop root."""
    raise PermissionError(13, "Permission denied")


def test_a_file_that_may_not_be_read(reader, file, monkeypatch):
    path = file(b"secret")
    monkeypatch.setattr("data_prep.pictures.reader.open", denied, raising=False)
    assert reason(reader, path).startswith("cannot be read (Permission denied)")


def test_a_file_that_is_too_large(reader, tmp_path):
    path = tmp_path / "sparse.jpg"
    with path.open("wb") as sparse:
        sparse.truncate(2**28 + 1)
    assert reason(reader, path).startswith("is larger than 256 MiB")


def test_names_do_not_steer_the_terminal(reader, tmp_path):
    name = os.fsdecode(b"a\nb\x1b[2J\xff.jpg")
    with pytest.raises(BadInput) as caught:
        reader.read(tmp_path / name)
    assert str(caught.value).isprintable()
    str(caught.value).encode("utf-8")


def test_links_are_followed(reader, file, make_picture, encode_picture, tmp_path):
    path = file(encode_picture(make_picture(40, 30), "JPEG"))
    (tmp_path / "link").symlink_to(path)
    assert reader.read(tmp_path / "link") == path.read_bytes()


def test_nothing_is_printed_and_the_folder_does_not_matter(
    file, make_picture, encode_picture, tmp_path, monkeypatch, capfd
):
    """A PIL.py in the folder where the program was started is not imported."""
    (tmp_path / "PIL.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    tiff = encode_picture(make_picture(40, 30), "TIFF", compression="tiff_lzw")
    with PictureReader() as reader:
        reader.read(file(tiff))
        reason(reader, file(tiff[: len(tiff) // 2]))
    assert capfd.readouterr() == ("", "")


def test_threads_take_turns(reader, file, make_picture, encode_picture):
    """Each gets the answer to its own question, PNG being made by the child."""
    colours = {f"{n}.bmp": (n, 2 * n, 255 - n) for n in range(40)}
    for name, colour in colours.items():
        file(encode_picture(Image.new("RGB", (3, 3), colour), "BMP"), name)
    folder = file(b"").parent
    found = {}

    def work(names):
        for name in names:
            found[name] = Image.open(io.BytesIO(reader.read(folder / name)))

    names = list(colours)
    threads = [threading.Thread(target=work, args=(names[k::4],)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: found[name].getpixel((1, 1)) for name in names} == colours


def test_closing_twice_and_reading_again(file, make_picture, encode_picture):
    path = file(encode_picture(make_picture(40, 30), "JPEG"))
    reader = PictureReader()
    reader.close()
    reader.read(path)
    reader.close()
    reader.close()
    assert reader.read(path) == path.read_bytes()
    reader.close()


# --- finding


def test_folders_are_walked_in_order(tmp_path):
    names = ["b/2.jpg", "b/1.jpg", "a.jpg", "c/d/e.txt", ".hidden.jpg", ".git/x.jpg"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "c" / "up").symlink_to(tmp_path)  # a circle
    (tmp_path / "link.jpg").symlink_to(tmp_path / "a.jpg")
    (tmp_path / "broken.jpg").symlink_to(tmp_path / "nothing")
    os.mkfifo(tmp_path / "fifo")
    found = [str(path.relative_to(tmp_path)) for path in find_pictures([tmp_path])]
    assert found == ["a.jpg", "b/1.jpg", "b/2.jpg", "c/d/e.txt", "link.jpg"]


def test_files_come_out_as_they_were_given(tmp_path):
    given = [
        tmp_path / "none.jpg",
        tmp_path / ".hidden",
        tmp_path / "b",
        tmp_path / "a",
    ]
    (tmp_path / ".hidden").touch()
    assert list(find_pictures(given)) == given
    assert list(find_pictures([str(path) for path in given])) == given


def test_a_given_link_to_a_folder_is_walked(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.jpg").touch()
    (tmp_path / "link").symlink_to("real")
    assert list(find_pictures([tmp_path / "link"])) == [tmp_path / "link" / "a.jpg"]


def test_a_folder_that_may_not_be_listed(tmp_path, monkeypatch):
    monkeypatch.setattr("data_prep.pictures.folders.os.scandir", denied)
    with pytest.raises(BadInput, match="cannot be listed"):
        list(find_pictures([tmp_path]))


def test_what_cannot_be_looked_at_is_left_to_the_reader(reader, tmp_path, monkeypatch):
    for name in ("a.jpg", "locked/inside.jpg", "z/z.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    locked, loop = tmp_path / "locked", tmp_path / "loop"
    loop.symlink_to("loop")
    scandir = os.scandir
    monkeypatch.setattr(
        "data_prep.pictures.folders.os.scandir",
        lambda path: denied() if path == locked else scandir(path),
    )
    found = list(find_pictures([tmp_path]))
    assert found == [tmp_path / "a.jpg", locked, loop, tmp_path / "z" / "z.jpg"]
    assert reason(reader, loop).startswith("cannot be read (Too many levels of")
    assert "folder that cannot be listed (Permission" in reason(reader, locked)
    with pytest.raises(BadInput, match="cannot be listed"):
        list(find_pictures([locked]))
