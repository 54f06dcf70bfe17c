"""One .tflite file says what the run says, word for word, without TensorFlow."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf

from captioning import evaluate
from captioning.inference.litert.conversion import write_litert
from captioning.inference.litert.engine import LiteRTEngine
from captioning.inference.litert.metadata import facts_of, metadata_of, with_facts
from captioning.inference.tensorflow_engine import RunEngine
from data_prep.errors import BadInput
from data_prep.pictures.reader import PictureReader

# Runs the command, then tells which libraries it took.
COMMAND = """
import sys
from captioning.caption import main
status = main(sys.argv[1:])
print({"tensorflow", "keras", "tensorflow_text"} & set(sys.modules), file=sys.stderr)
sys.exit(status)
"""


@pytest.fixture(scope="session")
def photos(awkward_photos, tmp_path_factory):
    """Fifty photos as files, and as their reader gives them on."""
    folder = tmp_path_factory.mktemp("photos")
    for name, data in awkward_photos.items():
        (folder / name).write_bytes(data)
    paths = sorted(folder.iterdir())
    with PictureReader() as reader:
        return paths, [reader.read(path) for path in paths]


@pytest.fixture(scope="module")
def model(tiny_run, tmp_path_factory):
    out = tmp_path_factory.mktemp("litert") / "model.tflite"
    write_litert(tiny_run, out, "float32", num_beams=3)
    return out


@pytest.fixture(scope="module")
def frozen_model(frozen_run, tmp_path_factory):
    out = tmp_path_factory.mktemp("litert") / "frozen.tflite"
    write_litert(frozen_run, out, "float32", num_beams=3)
    return out


@pytest.mark.parametrize(
    "run, file", [("tiny_run", "model"), ("frozen_run", "frozen_model")]
)
def test_the_same_words_as_the_run_on_fifty_photos(run, file, photos, request):
    run, file = request.getfixturevalue(run), request.getfixturevalue(file)
    paths, pictures = photos
    found = LiteRTEngine(file).caption(pictures)
    expected = RunEngine(run, num_beams=3).caption(pictures)
    assert len(found) == 50
    for path, row, others in zip(paths, found, expected, strict=True):
        if "CMYK" in path.name:
            continue  # its pixels are a level away
        assert [c.caption for c in row] == [c.caption for c in others]
        np.testing.assert_allclose(
            [c.score for c in row], [c.score for c in others], rtol=1e-4
        )
    # It is no proof if all photos are said alike.
    assert len({row[0].caption for row in found}) > 1


def test_reranked_captions_are_those_of_the_run(
    reranked_run, tiny_run, photos, tmp_path
):
    path = tmp_path / "model.tflite"
    write_litert(reranked_run, path, "float32")
    facts = facts_of(path.read_bytes(), path)
    assert facts["num_beams"] == 3 and facts["reranked"]["num_beams"] == 4
    pictures = [
        picture
        for name, picture in zip(*photos, strict=True)
        if "CMYK" not in name.name  # its pixels are a level away
    ]

    def texts(engine, num_beams=None):
        found = engine.caption(pictures, num_beams)
        return [[caption.caption for caption in row] for row in found]

    file, run = LiteRTEngine(path), RunEngine(reranked_run)
    assert file.is_reranked and run.is_reranked
    rows = list(zip(texts(file), texts(run), strict=True))
    # Captions whose n-grams the table lacks are equally good, and in any order.
    assert all(sorted(row) == sorted(others) for row, others in rows)
    best = [
        [row[0].expected_cider_d for row in engine.caption(pictures)]
        for engine in (file, run)
    ]
    np.testing.assert_allclose(*best, atol=1e-4)
    is_same = [row[0] == others[0] for row, others in rows]
    assert texts(file, 3) == [row[:3] for row, _ in rows]
    assert texts(run, 3) == [others[:3] for _, others in rows]
    # The attention goes along with its caption.
    picture = pictures[is_same.index(True)]
    captions, maps = file.caption_with_attention(picture)
    expected, others = run.caption_with_attention(picture)
    assert maps.words == others.words == captions[0].caption.split()
    own = captions[0].expected_cider_d
    assert own == pytest.approx(expected[0].expected_cider_d, abs=1e-3)
    np.testing.assert_allclose(maps.weights, others.weights, atol=2e-3)
    # The fast mode of both is the run without a reranker.
    fast = LiteRTEngine(path, rerank=False)
    assert not fast.is_reranked
    plain = texts(RunEngine(tiny_run))
    assert texts(fast) == texts(RunEngine(reranked_run, rerank=False)) == plain
    assert [row[0] for row in plain] != [row[0] for row in texts(file)]


def test_the_attention_is_that_of_the_run(tiny_run, model, photos):
    run, file = RunEngine(tiny_run, num_beams=3), LiteRTEngine(model)
    for path, picture in zip(*photos, strict=True):
        if "CMYK" in path.name:
            continue
        captions, maps = file.caption_with_attention(picture)
        expected, others = run.caption_with_attention(picture)
        assert captions[0].caption == expected[0].caption
        assert maps.words == others.words
        assert maps.picture.shape == others.picture.shape
        assert maps.weights.shape == others.weights.shape
        # The run tells it of the finished caption, the file as it searched.
        np.testing.assert_allclose(maps.weights, others.weights, atol=1e-4)
        np.testing.assert_allclose(maps.weights.sum(axis=1), 1.0, atol=1e-4)


def test_threads_can_share_a_file(model, photos):
    engine = LiteRTEngine(model, threads=1)
    expected = engine.caption(photos[1])
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda picture: engine.caption([picture]), photos[1]))
    assert [row for (row,) in found] == expected


def test_the_command_needs_no_tensorflow(model, photos):
    paths, pictures = photos
    answer = subprocess.run(
        [sys.executable, "-c", COMMAND, "--model", model, "--json", *paths[:3]],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stderr.splitlines()[-1] == "set()"
    said = [json.loads(line) for line in answer.stdout.splitlines()]
    expected = LiteRTEngine(model).caption(pictures[:3])
    assert [line["captions"][0]["caption"] for line in said] == [
        row[0].caption for row in expected
    ]


@pytest.mark.parametrize("weights", ["float16", "int8"])
def test_rounded_weights_are_smaller_and_nearly_as_good(
    weights, model, tiny_run, photos, tmp_path
):
    out = tmp_path / "model.tflite"
    write_litert(tiny_run, out, weights, num_beams=3)
    assert out.stat().st_size < 0.75 * model.stat().st_size
    _, pictures = photos
    found, expected = (
        LiteRTEngine(out).caption(pictures),
        LiteRTEngine(model).caption(pictures),
    )
    scores, others = (
        np.array([row[0].score for row in said]) for said in (found, expected)
    )
    assert np.median(np.abs(scores - others) / np.abs(others)) < 0.05


def test_evaluate_scores_a_file_as_it_scores_the_run(
    model, tiny_run, harbour_data, capsys
):
    scores = []
    for what in (["--model", model], ["--run", tiny_run, "--beams", "3"]):
        arguments = [*what, "--data", harbour_data, "--split", "dev", "--json"]
        assert evaluate.main(list(map(str, arguments))) == 0
        scores.append(json.loads(capsys.readouterr().out))
    for name, score in scores[1].items():
        # The run works on rows that were kept as float16.
        assert scores[0][name] == (score and pytest.approx(score, abs=0.02))


def test_data_that_cannot_be_scored_is_named_before_anything_is_captioned(
    model, harbour_data, moods_data, tmp_path, monkeypatch
):
    captioned = []
    monkeypatch.setattr(LiteRTEngine, "caption", lambda *_: captioned.append(1))
    with pytest.raises(BadInput, match="one of sentiment; expected one of captions"):
        evaluate.main(["--model", str(model), "--data", str(moods_data)])
    damaged = shutil.copytree(harbour_data, tmp_path / "damaged")
    shard = next(damaged.glob("dev*.tfrecord"))
    content = bytearray(shard.read_bytes())
    content[-100] ^= 1  # in the last picture: reading would come to it at the end
    shard.write_bytes(content)
    with pytest.raises(BadInput, match=f"{shard.name} was altered"):
        evaluate.main(["--model", str(model), "--data", str(damaged)])
    assert not captioned


def test_facts_come_back_and_leave_the_network_as_it_is(model, photos, tmp_path):
    facts = facts_of(model.read_bytes(), model)
    assert facts["num_beams"] == 3 and facts["words"][facts["end"]] == "<end>"
    bare = tf.lite.TFLiteConverter.from_concrete_functions(
        [tf.function(lambda x: x + 1.0).get_concrete_function(tf.TensorSpec((2,)))]
    ).convert()
    told = with_facts(bare, facts | {"words": list("abcde보")})
    assert facts_of(told, tmp_path)["words"] == list("abcde보")
    assert "captioning_confidence" not in metadata_of(told)
    told = with_facts(bare, facts, {"captioning_confidence": b"probes"})
    assert metadata_of(told)["captioning_confidence"] == b"probes"
    with pytest.raises(BadInput, match="does not say what its words are"):
        facts_of(bare, tmp_path)


def test_one_flipped_bit_is_found(model, tmp_path):
    whole = model.read_bytes()
    for place in (len(whole) // 3, len(whole) // 2, len(whole) - 1):
        other = bytearray(whole)
        other[place] ^= 1
        (tmp_path / "flipped.tflite").write_bytes(other)
        with pytest.raises(BadInput, match="flipped.tflite .*(altered|does not say)"):
            LiteRTEngine(tmp_path / "flipped.tflite")


@pytest.mark.parametrize(
    "changes",
    [
        {"words": "abc"},
        {"words": [1, 2, 3, 4]},
        {"end": 10**6},
        {"pad": -1},
        {"start": "0"},
        {"image_size": 2.5},
        {"clitics": "("},
        {"clitics": None},
        {"all_beams": 3},
        {"num_beams": 7},
        {"reranked": {}},
    ],
)
def test_facts_of_other_kinds_are_refused(changes, model, tmp_path):
    facts = facts_of(model.read_bytes(), model)
    told = with_facts(model.read_bytes(), facts | changes)
    with pytest.raises(BadInput, match="does not say what its words are"):
        facts_of(told, tmp_path)


def test_a_file_that_fails_when_it_is_run(model, photos, tmp_path):
    """Its words are fewer than those that its network says."""
    facts = facts_of(model.read_bytes(), model)
    few = facts | {"words": facts["words"][:4]}
    (tmp_path / "few.tflite").write_bytes(with_facts(model.read_bytes(), few))
    with pytest.raises(BadInput, match="few.tflite fails when it is run"):
        LiteRTEngine(tmp_path / "few.tflite").caption(photos[1][:3])
    size = facts | {"image_size": 32}
    (tmp_path / "size.tflite").write_bytes(with_facts(model.read_bytes(), size))
    with pytest.raises(BadInput, match="size.tflite fails when it is run"):
        LiteRTEngine(tmp_path / "size.tflite").caption(photos[1][:1])


def test_what_is_no_such_file_is_named(model, tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        LiteRTEngine(tmp_path / "missing.tflite")
    other = tmp_path / "other.tflite"
    other.write_bytes(b"a text of some length")
    with pytest.raises(BadInput, match="is no .tflite file"):
        LiteRTEngine(other)
    whole = model.read_bytes()
    for share in (0.001, 0.5, 0.99):
        other.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(BadInput, match="other.tflite"):
            LiteRTEngine(other)
    with pytest.raises(BadInput, match="model.tflite may be 3, got 6"):
        LiteRTEngine(model, num_beams=6)
