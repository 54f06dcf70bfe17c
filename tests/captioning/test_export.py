"""The export says what Python says, word for word, without any of our code."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from captioning.inference.choose_engine import load
from captioning.inference.saved_model import write_saved_model
from data_prep.errors import BadInput

# Runs in a process of its own, isolated (-I): it can't see this project.
STRANGER = """
import json, sys
try:
    import captioning
except ImportError:
    pass
else:
    sys.exit("captioning can be imported; the test would prove nothing")
import tensorflow as tf
files = [open(path, "rb").read() for path in sys.argv[3:]]
for export in sys.argv[1:3]:
    serve = tf.saved_model.load(export).signatures["serving_default"]
    found = serve(image_bytes=tf.constant(files))
    captions = [[c.decode("utf-8") for c in row] for row in found["captions"].numpy()]
    scores = found["scores"].numpy().tolist()
    print(json.dumps({"captions": captions, "scores": scores}))
"""


@pytest.fixture(scope="module")
def exported(tiny_run, tmp_path_factory):
    out = tmp_path_factory.mktemp("exported") / "model"
    write_saved_model(tiny_run, out, num_beams=4)
    return out


@pytest.fixture(scope="module")
def photos(awkward_photos, tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for name, data in awkward_photos.items():
        (folder / name).write_bytes(data)
    paths = sorted(folder.iterdir())
    assert len(paths) == 50
    return paths


@pytest.fixture(scope="module")
def answers(exported, frozen_run, photos, tmp_path_factory):
    """What the exports of two runs say of fifty photos, in a process of a stranger."""
    folder = tmp_path_factory.mktemp("exported")
    write_saved_model(frozen_run, folder / "frozen", num_beams=4)
    answer = subprocess.run(
        [sys.executable, "-I", "-c", STRANGER, exported, folder / "frozen", *photos],
        cwd=folder,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        check=True,
    )
    said = [json.loads(line) for line in answer.stdout.splitlines()]
    return dict(zip(["tiny_run", "frozen_run"], said, strict=True))


@pytest.mark.parametrize("which", ["tiny_run", "frozen_run"])
def test_the_export_equals_python_on_fifty_photos(which, photos, answers, request):
    run, said = request.getfixturevalue(which), answers[which]
    expected = load(run, num_beams=4).caption([path.read_bytes() for path in photos])
    assert said["captions"] == [[c.caption for c in row] for row in expected]
    # The stranger's TensorFlow may take other kernels: sums of ten log probabilities
    # then differ in the last digits of float32.
    np.testing.assert_allclose(
        said["scores"], [[c.score for c in row] for row in expected], rtol=1e-5
    )
    # It is no proof if all photos are said alike.
    assert len({row[0] for row in said["captions"]}) > 1
    # Best first.
    assert np.all(np.diff(said["scores"], axis=1) <= 1e-6)


def test_what_is_on_disk(exported):
    assert (exported / "saved_model.pb").is_file()
    facts = json.loads((exported / "captioning_export.json").read_text())
    assert facts["num_beams"] == 4


def test_an_export_can_be_captioned_with(exported, tiny_run, awkward_photos):
    photo = [awkward_photos["00-RGB.jpg"]]
    by_export = load(exported).caption(photo)
    by_run = load(tiny_run, num_beams=4).caption(photo)
    assert [c.caption for c in by_export[0]] == [c.caption for c in by_run[0]]
    with pytest.raises(BadInput, match="beams of .* is 4, got 2"):
        load(exported, num_beams=2)


def test_exporting_again_replaces_an_export_and_nothing_else(
    tiny_run, exported, tmp_path
):
    out = tmp_path / "out"
    out.mkdir()
    (out / "diary.txt").write_text("dear diary")
    with pytest.raises(BadInput, match="not an export"):
        write_saved_model(tiny_run, out)
    assert (out / "diary.txt").read_text() == "dear diary"
    (out / "diary.txt").unlink()
    shutil.copytree(exported, out, dirs_exist_ok=True)
    write_saved_model(tiny_run, out, num_beams=2)
    facts = json.loads((out / "captioning_export.json").read_text())
    assert facts["num_beams"] == 2
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_ctrl_c_leaves_nothing_half_written(tiny_run, tmp_path, monkeypatch):
    def interrupted(module, path, signatures):
        (Path(path) / "saved_model.pb").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(tf.saved_model, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_saved_model(tiny_run, tmp_path / "out")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (None, "without a readable captioning_export.json"),
        ('{"format": 99, "num_beams": 4}', "format 99.*Export the run again"),
        ('{"format": 3, "num_beams": 4, "patterns": ["captions"]}', "cannot be loaded"),
    ],
)
def test_a_broken_export_is_named(tmp_path, facts, message):
    (tmp_path / "saved_model.pb").write_bytes(b"not a model")
    if facts:
        (tmp_path / "captioning_export.json").write_text(facts)
    with pytest.raises(BadInput, match=message):
        load(tmp_path)


def test_a_bad_picture_costs_itself_alone(exported, awkward_photos):
    serve = tf.saved_model.load(exported).signatures["captions"]
    first, second = awkward_photos["00-RGB.jpg"], awkward_photos["20-I16.png"]
    bad = [first[:200], b"", b"GIF89a", b"II*\0", b"text"]
    found = serve(tf.constant([first, *bad, second]))
    alone = serve(tf.constant([first, second]))
    is_bad = found["errors"].numpy() != b""
    assert is_bad.tolist() == [False, *[True] * len(bad), False]
    assert b"cut off; expected a whole JPEG" in found["errors"][1].numpy()
    assert b"is no JPEG, PNG" in found["errors"][5].numpy()
    for name in ("captions", "scores"):
        np.testing.assert_array_equal(found[name].numpy()[~is_bad], alone[name])
    assert not any(found["captions"].numpy()[is_bad].ravel())
    assert alone["captions"].numpy().all() and not any(alone["errors"].numpy())


@pytest.mark.parametrize("batch", [[], [b"text"]])
def test_a_batch_without_a_picture_has_no_captions(batch, exported):
    serve = tf.saved_model.load(exported).signatures["captions"]
    found = serve(tf.constant(batch, tf.string))
    assert found["captions"].shape == found["scores"].shape == (len(batch), 4)
    assert found["errors"].shape == len(batch)
    assert not any(found["captions"].numpy().ravel())
