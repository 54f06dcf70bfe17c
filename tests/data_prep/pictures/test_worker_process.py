"""A picture that hangs or crashes the worker is refused, and the next one is read."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from data_prep.pictures.reader import PictureReader


def test_too_much_memory_and_the_next_file(file, make_picture, encode_picture, reason):
    small = file(encode_picture(make_picture(40, 30), "JPEG"), "small.jpg")
    large = file(encode_picture(Image.new("RGB", (4000, 3000)), "PNG"), "large.png")
    with PictureReader(memory_bytes=2**24) as reader:
        assert "needs more than 16 MiB of memory" in reason(reader, large)
        assert reader.read(small) == small.read_bytes()
    with PictureReader() as reader:
        assert reader.read(large).startswith(b"\x89PNG")


def test_a_picture_that_hangs_and_the_next_file(
    file, make_picture, encode_picture, reason
):
    path = file(encode_picture(make_picture(40, 30), "JPEG"))
    with PictureReader(seconds=0.3) as reader:
        reader.read(path)
        os.kill(reader._worker.child.pid, signal.SIGSTOP)
        start = time.monotonic()
        assert reason(reader, path).startswith("takes longer than 0.3 s")
        assert time.monotonic() - start < 5
        reader._worker.seconds = 30
        assert reader.read(path) == path.read_bytes()


def test_a_picture_that_crashes_the_worker_and_the_next_file(
    file, make_picture, encode_picture, reason
):
    path = file(encode_picture(make_picture(40, 30), "JPEG"))
    with PictureReader() as reader:
        reader.read(path)
        child = reader._worker.child
        os.kill(child.pid, signal.SIGSTOP)  # so that it ends while it works

        def crash():
            child.send_signal(signal.SIGSEGV)
            child.send_signal(signal.SIGCONT)

        threading.Timer(0.2, crash).start()
        assert reason(reader, path).startswith("makes the decoder crash")
        assert reader.read(path) == path.read_bytes()


def test_a_worker_that_another_kills_costs_no_picture(
    file, make_picture, encode_picture
):
    path = file(encode_picture(make_picture(40, 30), "JPEG"))
    with PictureReader() as reader:
        reader.read(path)
        child = reader._worker.child
        os.kill(child.pid, signal.SIGSTOP)  # so that it ends while it works
        threading.Timer(0.2, child.kill).start()
        assert reader.read(path) == path.read_bytes()
        assert reader._worker.child is not child


def test_a_worker_that_ended_between_two_files(file, make_picture, encode_picture):
    path = file(encode_picture(make_picture(40, 30), "JPEG"))
    with PictureReader() as reader:
        reader.read(path)
        reader._worker.child.kill()
        reader._worker.child.wait()
        assert reader.read(path) == path.read_bytes()


def test_an_interrupted_request_leaves_no_answer_behind(
    file, make_picture, encode_picture, monkeypatch, decode
):
    red, blue = (Image.new("RGB", (9, 9), colour) for colour in ("red", "blue"))
    first = file(encode_picture(red, "BMP"), "first.bmp")
    second = file(encode_picture(blue, "BMP"), "second.bmp")

    def interrupted(*arguments):
        raise KeyboardInterrupt

    with PictureReader() as reader:
        reader.read(first)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr("data_prep.pictures.worker_process._receive", interrupted)
            reader.read(first)
        assert decode(reader.read(second))[0, 0].tolist() == [0, 0, 255]


def test_the_worker_ends_with_its_parent(file, make_picture, encode_picture):
    path = file(encode_picture(make_picture(40, 30), "JPEG"))
    program = (
        "import os, sys\n"
        "from data_prep.pictures.reader import PictureReader\n"
        "reader = PictureReader()\n"
        "reader.read(sys.argv[1])\n"
        "print(reader._worker.child.pid, flush=True)\n"
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


def test_nothing_is_printed_and_the_folder_does_not_matter(
    file, make_picture, encode_picture, tmp_path, monkeypatch, capfd, reason
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
    """Each gets the answer to its own request: a PNG that the worker made."""
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


def test_the_worker_starts_without_tensorflow():
    """It would take seconds, and memory that the limit does not foresee."""
    check = "import sys, data_prep.pictures.worker; print('tensorflow' in sys.modules)"
    root = Path(__file__).resolve().parents[3]
    answer = subprocess.check_output([sys.executable, "-c", check], cwd=root, text=True)
    assert answer.strip() == "False"
