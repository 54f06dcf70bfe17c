"""The public API: pictures of every form, several at once, from threads, in scripts."""

import io
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

import captioning
from captioning.inference.tensorflow_engine import RunEngine
from data_prep.errors import BadInput
from data_prep.pictures.reader import BadPicture, PictureReader


@pytest.fixture
def predictor(tiny_litert):
    with captioning.load(tiny_litert) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def photo(tmp_path_factory, make_picture):
    path = tmp_path_factory.mktemp("photos") / "photo.png"
    make_picture(90, 60).save(path)
    return path


def test_every_form_of_a_picture_is_said_alike(predictor, tiny_run, photo):
    image = Image.open(photo).convert("RGB")
    forms = [photo, str(photo), photo.read_bytes(), image, np.asarray(image)]
    with PictureReader() as reader:
        ((best, *_),) = RunEngine(tiny_run).caption([reader.read(photo)])
    assert [predictor.caption(form) for form in forms] == [best.caption] * 5
    assert predictor.caption(forms) == [best.caption] * 5
    assert predictor.caption(form for form in forms) == [best.caption] * 5
    assert predictor.caption(np.stack([np.asarray(image)] * 2)) == [best.caption] * 2
    assert predictor.caption([]) == []
    with open(photo, "rb") as file:
        assert predictor.caption(file) == best.caption
    assert predictor.caption([io.BytesIO(photo.read_bytes())]) == [best.caption]


def test_an_image_is_turned_upright_and_laid_over_white_as_its_file_is(
    predictor, tmp_path, monkeypatch
):
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 256, (40, 60, 4), dtype=np.uint8), "RGBA")
    exif = image.getexif()
    exif[0x0112] = 6  # turned by a quarter
    image.save(tmp_path / "turned.png", exif=exif)
    seen = []
    caption = predictor.engine.caption
    monkeypatch.setattr(
        predictor.engine, "caption", lambda p, n: seen.extend(p) or caption(p, n)
    )
    opened = Image.open(tmp_path / "turned.png")
    before = opened.copy()
    predictor.caption([tmp_path / "turned.png", opened])
    assert seen[0] == seen[1]
    np.testing.assert_array_equal(np.asarray(opened), np.asarray(before))


def test_a_bad_picture_costs_itself_only(predictor, photo, tmp_path):
    (tmp_path / "broken.jpg").write_bytes(photo.read_bytes()[:200])
    said = predictor.caption(photo)
    pictures = [
        photo,
        tmp_path / "broken.jpg",
        tmp_path / "missing.jpg",
        "https://example.org/photo.jpg",
        b"no picture",
        np.zeros((2, 2), np.float32),
        7,
        photo,
    ]
    found = predictor.caption(pictures, errors="return")
    assert found[0] == found[-1] == said
    reasons = [
        "broken.jpg is",
        "does not exist",
        "is a link",
        "object holds",
        "float32",
    ]
    for error, reason in zip(found[1:], [*reasons, "of type int"], strict=False):
        assert isinstance(error, BadPicture)
        assert reason in str(error)
    for picture, reason in zip(pictures[1:7], [*reasons, "of type int"], strict=True):
        with pytest.raises(ValueError, match=reason):
            predictor.caption([photo, picture])
        with pytest.raises(ValueError, match=reason):
            predictor.caption(picture)
    for beams in (0, "3"):
        for ask in (predictor.caption, predictor.describe):
            with pytest.raises(BadInput, match="num_beams is .*; expected an integer"):
                ask(photo, num_beams=beams)
    with pytest.raises(BadInput, match="'raise' or 'return'"):
        predictor.caption(photo, errors="ignore")


def test_a_description_holds_scores_and_where_it_looked(predictor, tiny_run, photo):
    description = predictor.describe(photo, num_beams=4)
    assert len(description.captions) == 4
    scores = [best.score for best in description.captions]
    assert scores == sorted(scores, reverse=True)
    assert (
        str(description) == description.caption == predictor.caption(photo, num_beams=4)
    )
    words, rows, columns = description.attention.shape
    assert words == len(description.words) and rows == columns > 1
    np.testing.assert_allclose(description.attention.sum(axis=(1, 2)), 1.0, atol=1e-4)
    assert description.confidence is None  # nothing was fitted for this captioner
    assert description.picture.shape == (60, 90, 3)


def test_a_description_is_a_picture_of_itself(predictor, photo, tmp_path, make_picture):
    other_photo = make_picture(60, 60, seed=1)
    description = predictor.describe(photo)
    shown = description._repr_html_()
    assert description.caption in shown
    assert shown.count("<img") == 1 + len(description.words)
    (tmp_path / "d.png").write_bytes(description._repr_png_())
    with Image.open(tmp_path / "d.png") as image:
        assert image.width > 5 * 90
    figure = description.plot(tmp_path / "p.png")
    titles = [panel.get_title() for panel in figure.axes][: 1 + len(description.words)]
    assert titles == ["the photo", *description.words]
    drawn = (tmp_path / "p.png").read_bytes()
    assert len(drawn) > 1000
    for name, reason in (
        ("p.png", "p.png exists; .* or give force=True to replace it"),
        ("p.pdf", r"expected .* whose name ends in \.png or \.jpg or \.jpeg"),
        ("no/p.png", "does not exist"),
    ):
        with pytest.raises(BadInput, match=reason):
            predictor.describe(other_photo).plot(tmp_path / name)
    assert (tmp_path / "p.png").read_bytes() == drawn
    predictor.describe(other_photo).plot(tmp_path / "p.png", force=True)
    assert (tmp_path / "p.png").read_bytes() != drawn


def test_an_export_describes_without_attention(tiny_saved_model, photo):
    with captioning.load(tiny_saved_model) as predictor:
        description = predictor.describe(photo)
        assert description.attention is None
        assert description.caption == predictor.caption(photo)
        assert "<img" in description._repr_html_()
        with pytest.raises(ValueError, match="does not say where it looked"):
            description.plot()


def test_a_folder_becomes_a_file(predictor, photo, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("b.png", "a.png"):
        (folder / name).write_bytes(photo.read_bytes())
    (folder / "broken.jpg").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("mine")
    results = predictor.caption_folder(folder, output=folder / "captions.csv")
    assert [r.path.name for r in results] == ["a.png", "b.png", "broken.jpg"]
    assert [bool(r.error) for r in results] == [False, False, True]
    said = predictor.caption(photo)
    lines = (folder / "captions.csv").read_text().splitlines()
    assert lines == ["image,caption", f"a.png,{said}", f"b.png,{said}"]
    with pytest.raises(BadInput, match="captions.csv exists"):
        predictor.caption_folder(folder, output=folder / "captions.csv")
    predictor.caption_folder(folder, output=folder / "captions.csv", force=True)
    for output, reason in (("c.doc", "ends in .csv"), ("no/c.csv", "does not exist")):
        with pytest.raises(BadInput, match=reason):
            predictor.caption_folder(folder, output=folder / output)
    with pytest.raises(BadInput, match="is no folder"):
        predictor.caption_folder(photo)


def test_a_folder_gets_sidecars(predictor, photo, tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(photo.read_bytes())
    (tmp_path / "b.txt").write_text("by hand")
    (result,) = predictor.caption_folder(tmp_path, sidecars="txt", num_beams=2)
    assert result.path == tmp_path / "a.png"
    said = [f"{best.caption}\n" for best in result.captions]
    assert len(said) == 2 and (tmp_path / "a.txt").read_text() == "".join(said)
    assert (tmp_path / "b.txt").read_text() == "by hand"
    assert predictor.caption_folder(tmp_path, sidecars="txt") == []
    assert len(predictor.caption_folder(tmp_path, sidecars="txt", force=True)) == 2
    assert (tmp_path / "b.txt").read_text() == predictor.caption(photo) + "\n"
    (tmp_path / "a.xmp").write_text("precious, and no XMP")
    broken, _ = predictor.caption_folder(tmp_path, sidecars="xmp", force=True)
    assert "a.xmp is no XML" in broken.error and not broken.captions
    with pytest.raises(BadInput, match="sidecars is 'pdf'; expected txt or xmp or ext"):
        predictor.caption_folder(tmp_path, sidecars="pdf")
    with pytest.raises(BadInput, match="output and sidecars do not go together"):
        predictor.caption_folder(tmp_path, tmp_path / "c.csv", sidecars="txt")


def test_captions_of_low_confidence_are_left_out(predictor, photo, tmp_path, capsys):
    (tmp_path / "a.png").write_bytes(photo.read_bytes())
    with captioning.load() as sure:
        (best,) = sure.caption_folder(tmp_path, min_confidence=0)
        (left_out,) = sure.caption_folder(tmp_path, sidecars="txt", min_confidence=1)
        for least in (1.5, "0.5", True):
            with pytest.raises(BadInput, match="min_confidence is .* from 0 to 1"):
                sure.caption_folder(tmp_path, min_confidence=least)
    assert best.captions and best.left_out is None
    assert not left_out.captions and not left_out.error
    assert left_out.left_out == best.captions[0].confidence
    assert not (tmp_path / "a.txt").exists()
    assert "left out for a confidence below 1: 1" in capsys.readouterr().err
    with pytest.raises(
        BadInput, match="min_confidence needs a captioner that says how"
    ):
        predictor.caption_folder(tmp_path, min_confidence=0.5)


def test_threads_share_a_predictor(predictor, photo):
    said = predictor.caption(photo)
    barrier = threading.Barrier(4)

    def ask(_):
        barrier.wait()
        return [predictor.caption(photo) for _ in range(5)]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [[said] * 5] * 4


def test_closing_ends_the_process_that_decodes(tiny_litert, photo):
    predictor = captioning.load(tiny_litert)
    predictor.caption(photo)
    child = predictor._reader._worker.child
    assert child.poll() is None
    predictor.close()
    assert child.poll() is not None
    assert predictor.caption(photo)  # a new one is started
    predictor.close()


SCRIPT = """
import multiprocessing, sys
multiprocessing.set_start_method("spawn")
import captioning
print(captioning.load(sys.argv[1]).caption([sys.argv[2]] * 2))
heavy = {"tensorflow", "keras", "matplotlib", "nltk"} & set(sys.modules)
print(sorted(heavy))
"""


def test_a_script_without_a_guard_captions_and_imports_nothing_heavy(
    tiny_litert, photo, predictor, tmp_path
):
    (tmp_path / "script.py").write_text(SCRIPT)
    answer = subprocess.run(
        [sys.executable, tmp_path / "script.py", tiny_litert, photo],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    said = predictor.caption(photo)
    assert answer.stdout == f"{[said, said]}\n[]\n"


def test_the_pretrained_captioner_is_loaded_once(photo):
    assert captioning.caption(photo) == captioning.load().caption(photo)
    assert captioning.caption([photo, photo]) == [captioning.caption(photo)] * 2
