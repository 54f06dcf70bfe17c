"""captioning.caption --attention and --explain: where it looked, what it weighed."""

import json

import numpy as np
import pytest
from PIL import Image

from captioning import caption
from captioning.inference.attention_file import captioning_and_drawing
from captioning.inference.choose_engine import load
from captioning.inference.saved_model import load_server
from captioning.training.run_config import load_facts
from data_prep.errors import BadInput
from data_prep.pictures.decode_pillow import LONGEST_SIDE


@pytest.fixture
def photo(tmp_path, make_picture):
    path = tmp_path / "photo.png"
    make_picture(90, 60).save(path)
    return path


@pytest.fixture(scope="module")
def engine(tiny_run):
    return load(tiny_run, attention=True)


# === --attention ===


@pytest.mark.parametrize("which", ["tiny_run", "frozen_run"])
def test_the_photo_is_drawn_once_for_each_word(which, photo, tmp_path, request, capsys):
    run, out = request.getfixturevalue(which), tmp_path / "looks.png"
    arguments = [str(photo), "--run", str(run), "--attention", str(out)]
    assert caption.main(arguments) == 0
    name, said = capsys.readouterr().out.strip().split(" -> ")
    assert name == str(photo) and said
    with Image.open(out) as drawn:
        drawn.load()
        assert drawn.format == "PNG"
    engine = load(run, attention=True)
    maps = engine.attention_maps(photo.read_bytes(), said)
    assert maps.words == said.split()
    np.testing.assert_allclose(maps.weights.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(maps.picture, Image.open(photo))
    # A model fed pixels squeezed in another way would say other words of them.
    found, same = engine.caption_with_attention(photo.read_bytes())
    assert found[0].caption == said
    np.testing.assert_array_equal(same.weights, maps.weights)
    (plain,) = engine.caption([photo.read_bytes()])
    assert found[0].caption == plain[0].caption
    np.testing.assert_allclose(found[0].score, plain[0].score, rtol=1e-5)


def test_the_photo_drawn_is_upright_and_small_and_has_its_own_shape(
    engine, make_picture, encode_picture
):
    lying = encode_picture(make_picture(1500, 500), "JPEG", orientation=6)
    maps = engine.attention_maps(lying, "a red boat")
    assert maps.picture.shape == (LONGEST_SIDE, round(LONGEST_SIDE / 3), 3)
    assert engine.attention_maps(lying, "").weights.shape[0] == 0


@pytest.mark.parametrize("size", [(1, 1), (3000, 3), (3, 3000)])
def test_photos_of_any_shape_can_be_drawn(
    size, engine, tmp_path, make_picture, encode_picture
):
    out = tmp_path / "looks.jpg"
    picture = encode_picture(make_picture(*size), "PNG")
    captioning_and_drawing(engine, out)([picture])
    with Image.open(out) as drawn:
        assert drawn.format == "JPEG" and max(drawn.size) < 5000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["another.jpg"], "--attention got 2 pictures; expected exactly one"),
        (["--attention", "{folder}/no/looks.png"], "in one that does not exist"),
        (["--attention", "{folder}/looks.txt"], r"ends in \.png or \.jpg"),
        (["--attention", "{photo}"], "the picture itself"),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_anything_is_loaded(
    arguments, message, photo, tmp_path, monkeypatch
):
    monkeypatch.setattr(caption, "load", None)
    before = photo.read_bytes()
    given = [text.format(photo=photo, folder=tmp_path) for text in arguments]
    out = [] if "--attention" in given else ["--attention", str(tmp_path / "looks.png")]
    with pytest.raises(BadInput, match=message):
        caption.main([str(photo), *given, *out])
    assert list(tmp_path.iterdir()) == [photo] and photo.read_bytes() == before


def test_an_export_has_no_attention_to_draw(photo, tmp_path):
    export = tmp_path / "exported"
    export.mkdir()
    (export / "saved_model.pb").touch()
    out = tmp_path / "looks.png"
    with pytest.raises(BadInput, match="exported is an export.*expected a run"):
        caption.main([str(photo), "--run", str(export), "--attention", str(out)])


def test_nothing_is_drawn_of_what_is_no_picture(tiny_run, tmp_path, capsys):
    bad, out = tmp_path / "photo.jpg", tmp_path / "looks.png"
    bad.write_text("not a picture")
    arguments = [str(bad), "--run", str(tiny_run), "--attention", str(out)]
    assert caption.main(arguments) == 2
    assert f"error: {bad}" in capsys.readouterr().err
    assert not out.exists()


def test_a_file_that_cannot_be_written_is_bad_input(engine, photo, tmp_path):
    out = tmp_path / ("x" * 300 + ".png")  # a longer name than file systems have
    with pytest.raises(BadInput, match="cannot be written"):
        captioning_and_drawing(engine, out)([photo.read_bytes()])


# === --explain ===


def test_explain_shows_all_beams_best_first(tiny_run, photo, tmp_path, capsys):
    second = tmp_path / "second.png"
    second.write_bytes(photo.read_bytes())
    bad = tmp_path / "third.png"
    bad.write_text("not a picture")
    paths = [str(photo), str(second), str(bad)]
    assert caption.main([*paths, "--run", str(tiny_run), "--explain"]) == 0
    out, err = capsys.readouterr()
    assert f"error: {bad}" in err and str(bad) not in out
    lines = out.splitlines()
    num_beams = load_facts(tiny_run)["captions"].config.search.num_beams
    assert num_beams > 1
    assert lines[0] == str(photo) and lines[num_beams + 1] == str(second)
    assert len(lines) == 2 * (num_beams + 1)
    beams = [line.split(maxsplit=1) for line in lines[1 : num_beams + 1]]
    scores = [float(score) for score, _ in beams]
    assert scores == sorted(scores, reverse=True) and max(scores) <= 0
    assert len({said for _, said in beams}) == num_beams
    assert all(line.startswith("  ") for line in lines[1 : num_beams + 1])


def test_explain_as_json_lists_what_is_shown(tiny_run, photo, capsys):
    arguments = [str(photo), "--run", str(tiny_run), "--explain", "--beams", "4"]
    caption.main(arguments)
    shown = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    caption.main([*arguments, "--json"])
    listed = json.loads(capsys.readouterr().out)["captions"]
    assert [[f"{one['score']:.3f}", one["caption"]] for one in listed] == shown[1:]
    assert len(listed) == 4


def test_a_score_is_the_log_probability_by_length(tiny_run, photo):
    """As --help says, from the probabilities of the words, END among them."""
    import tensorflow as tf

    from captioning.training.loading import load_run
    from data_prep.pictures.decode import load_picture
    from data_prep.text.special_tokens import END, PAD, START, UNK

    asked = load_server(tiny_run, "captions").ask(
        image_bytes=tf.constant([photo.read_bytes()])
    )
    task = load_run(tiny_run).task("captions")
    pixels = load_picture(photo.read_bytes(), task.config.vision.image_size)[None]
    for text, score in zip(
        asked["captions"][0].numpy(), asked["scores"][0].numpy(), strict=True
    ):
        ids = [*task.vocabulary.ids(tf.constant([text]))[0].numpy(), END]
        ids = ids[: task.config.search.max_length]  # one that was cut there has no END
        before = tf.constant([[START, *ids[:-1]]])
        logits = task.model({"images": pixels, "token_ids": before})[0]
        log_probs = tf.nn.log_softmax(logits).numpy()
        log_prob = sum(row[word] for row, word in zip(log_probs, ids, strict=True))
        expected = log_prob / len(ids) ** task.config.search.length_penalty
        assert PAD not in ids and UNK not in ids
        assert score == pytest.approx(expected, abs=1e-3)


def test_an_existing_picture_is_not_replaced_unasked(tiny_run, photo, tmp_path):
    other = tmp_path / "other.png"
    other.write_bytes(photo.read_bytes())
    before = other.read_bytes()
    command = [str(photo), "--run", str(tiny_run), "--attention", str(other)]
    with pytest.raises(BadInput, match="other.png exists"):
        caption.main(command)
    assert other.read_bytes() == before
    assert caption.main([*command, "--force"]) == 0
    assert other.read_bytes() != before
