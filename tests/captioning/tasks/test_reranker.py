"""A run's reranker: what it learns, and that it stays with the run."""

import json
import math
import shutil
from collections import Counter

import numpy as np
import pytest
import tensorflow as tf

from captioning import caption, decoding, evaluate, export
from captioning.commands import rerank
from captioning.inference.choose_engine import load
from captioning.models.captioner import TOKENS
from captioning.tasks.captions.reranker_file import FILE, load_reranker
from captioning.tasks.captions.reranker_fitting import Ridge, references_of
from captioning.training.loading import load_run
from data_prep.errors import BadInput
from data_prep.text.special_tokens import END, PAD, UNK

A, DOG, CAT, RUNS, SLEEPS, FAST = range(4, 10)
VOCABULARY = 10
CAPTIONS = [
    [[A, DOG, RUNS], [A, DOG, DOG, RUNS]],
    [[A, CAT, SLEEPS], [CAT, SLEEPS]],
    [[A, DOG, SLEEPS], [A, UNK, SLEEPS, RUNS], []],
    [[CAT, RUNS, FAST, FAST, FAST]],
]


def ngrams(words, n: int) -> Counter:
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def tf_idf(words, n: int, idf: dict) -> dict:
    """Return the vector of a caption, of length 1 if there is any n-gram that counts;
    none has UNK, but the length knows of them."""
    weights = {g: k * idf[g] for g, k in ngrams(words, n).items()}
    norm = math.sqrt(sum(w * w for w in weights.values())) or 1.0
    return {g: w / norm for g, w in weights.items() if UNK not in g}


@pytest.fixture(scope="module")
def idf():
    """By n-gram of the captions, and of others: the rarest."""
    having = Counter()
    for captions in CAPTIONS:
        having.update({g for c in captions for n in (1, 2, 3, 4) for g in ngrams(c, n)})
    found = {g: math.log(len(CAPTIONS) / count) for g, count in having.items()}
    return {g: math.log(len(CAPTIONS)) if UNK in g else x for g, x in found.items()}


def test_references_are_the_mean_vectors_of_the_captions(idf):
    found = references_of(CAPTIONS, VOCABULARY)
    weights = {
        (int(picture), int(found.keys[ngram])): weight
        for picture, ngram, weight in zip(
            found.pictures, found.ngrams, found.weights, strict=True
        )
    }
    expected = Counter()
    for picture, captions in enumerate(CAPTIONS):
        for words in captions:
            for n in (1, 2, 3, 4):
                for ngram, weight in tf_idf(words, n, idf).items():
                    key = sum((i + 1) * 11**place for place, i in enumerate(ngram))
                    expected[picture, key] += weight / len(captions)
    assert weights.keys() == expected.keys()
    for entry, weight in expected.items():
        assert weights[entry] == pytest.approx(weight, rel=1e-5)
    assert found.lengths.tolist() == [3, 4, 3, 2, 3, 4, 0, 5]


def test_what_is_expected_is_the_mean_over_the_captions(idf):
    """A ridge that can tell its few pictures apart expects their own captions."""
    images = np.eye(4, 6, dtype=np.float32)
    references = references_of(CAPTIONS, VOCABULARY)
    ridge = Ridge(images, references, VOCABULARY, least=1)
    reranker = ridge.reranker(ridge.weights(1e-4), min_pictures=1, num_beams=3)
    candidates = [[A, DOG, RUNS], [CAT, SLEEPS, CAT], [A, DOG, DOG, DOG, FAST]]
    token_ids = np.full((4, 3, 6), PAD, np.int32)
    for beam, words in enumerate(candidates):
        token_ids[:, beam, : len(words) + 1] = [*words, END]
    found = decoding.expected_cider_d(token_ids, images, reranker, TOKENS).numpy()
    rarest = math.log(2 * len(CAPTIONS))  # of an n-gram that no caption has
    lengths = [len(c) for captions in CAPTIONS for c in captions]
    for picture, captions in enumerate(CAPTIONS):
        for beam, words in enumerate(candidates):
            own = {g: rarest for n in (1, 2, 3, 4) for g in ngrams(words, n)} | idf
            similarity = np.mean(
                [
                    sum(
                        weight * tf_idf(reference, n, idf).get(g, 0.0)
                        for g, weight in tf_idf(words, n, own).items()
                    )
                    for reference in captions
                    for n in (1, 2, 3, 4)
                ]
            )
            away = np.array([len(words) - length for length in lengths])
            penalty = np.mean(np.exp(-(away**2) / 72))
            # The weights are rounded to fifteen steps.
            assert found[picture, beam] == pytest.approx(
                10 * similarity * penalty, abs=0.35
            )
    assert found.argmax(axis=1).tolist()[:2] == [0, 1]


def test_it_is_used_until_it_is_told_not_to_be(reranked_run, tiny_run, tmp_path):
    task = load_run(reranked_run).task("captions")
    assert task.reranker.num_beams == 4
    plain = load_run(tiny_run).task("captions")
    pixels = tf.random.stateless_uniform((5, 64, 64, 3), (1, 2)) * 255
    found, scores = task.captioner()(pixels)
    assert found.shape == (5, 4)
    (of_three, of_two) = task.captioner(3)(pixels), task.captioner(2, rerank=False)
    assert of_three[0].shape == (5, 3)
    for own, others in zip(of_two(pixels), plain.captioner(2)(pixels), strict=True):
        np.testing.assert_array_equal(own, others)
    # The same captions, each with its own score, in another order than that of scores.
    assert np.any(np.diff(scores.numpy(), axis=1) > 0)
    for row in found.numpy():
        for text in row:
            words = text.decode().split()
            trigrams = list(zip(words, words[1:], words[2:], strict=False))
            assert len(set(trigrams)) == len(trigrams)


def test_it_goes_along_into_a_compact_run(reranked_run, tmp_path):
    out = tmp_path / "compact"
    args = ["--run", str(reranked_run), "--format", "compact", "--out", str(out)]
    assert export.main(args) == 0
    own = load_run(reranked_run).task("captions").reranker
    for array, other in zip(own, load_run(out).task("captions").reranker, strict=True):
        np.testing.assert_array_equal(array, other)
    with pytest.raises(BadInput, match="--no-rerank go with the other formats"):
        export.main([*args, "--no-rerank"])


def test_an_export_says_what_the_run_says(reranked_run, make_picture, tmp_path):
    photos = []
    for seed in range(6):
        make_picture(90, 70, seed).save(tmp_path / f"{seed}.png")
        photos.append((tmp_path / f"{seed}.png").read_bytes())
    found = {}
    for name, flags in (("reranked", []), ("fast", ["--no-rerank"])):
        out = tmp_path / name
        args = ["--run", str(reranked_run), "--out", str(out), *flags]
        assert export.main(args) == 0
        engine = load(out, rerank=not flags)
        run = load(reranked_run, rerank=not flags)
        assert engine.is_reranked == run.is_reranked == (not flags)
        said, by_run = engine.caption(photos), run.caption(photos)
        found[name] = [[c.caption for c in row] for row in said]
        assert found[name] == [[c.caption for c in row] for row in by_run]
        expected, own = said[0][0].expected_cider_d, by_run[0][0].expected_cider_d
        assert (expected is None) == bool(flags) and expected == pytest.approx(own)
    assert found["reranked"] != found["fast"]
    with pytest.raises(BadInput, match="was exported with re-ranking"):
        load(tmp_path / "reranked", rerank=False)


def test_explain_says_by_what_captions_are_ordered(
    reranked_run, make_picture, tmp_path, capsys
):
    make_picture(90, 70).save(tmp_path / "photo.png")
    args = [str(tmp_path / "photo.png"), "--run", str(reranked_run), "--explain"]
    assert caption.main(args) == 0
    found = capsys.readouterr()
    assert "order of their expected CIDEr-D, which stands before" in found.err
    _, *beams = [line.split(maxsplit=2) for line in found.out.splitlines()]
    expected, scores = ([float(beam[i]) for beam in beams] for i in (0, 1))
    assert len(beams) == 4 and expected == sorted(expected, reverse=True)
    assert max(scores) < 0
    assert caption.main([*args, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["captions"]
    assert [round(one["expected_cider_d"], 3) for one in listed] == expected
    assert caption.main([*args, "--no-rerank"]) == 0
    found = capsys.readouterr()
    assert "in the order of their scores" in found.err
    assert float(found.out.splitlines()[1].split()[0]) <= 0


def test_one_that_makes_captions_worse_is_told(
    reranked_run, tmp_path, monkeypatch, capsys
):
    from captioning.tasks.captions import reranker_choice

    run = tmp_path / "run"
    shutil.copytree(reranked_run, run)
    task = load_run(run, encoder=False).task("captions")
    tried = [reranker_choice.Choice(14, 0.1, 10, 0.4)]
    before = {task.config.search.num_beams: 0.5}
    rows = [reranker_choice.Comparison(k, x, 0.4, 1, 1) for k, x in before.items()]
    monkeypatch.setattr(reranker_choice, "Dev", lambda *_: None)
    monkeypatch.setattr(reranker_choice, "fit", lambda *_: (task.reranker, tried, []))
    monkeypatch.setattr(reranker_choice, "compare", lambda *_: rows)
    rerank.main(["--run", str(run)])
    assert "worse so: CIDEr-D 0.400, and 0.500 by 3 beams" in capsys.readouterr().err
    tried[0] = tried[0]._replace(cider_d=0.6)
    rerank.main(["--run", str(run)])
    assert "worse" not in capsys.readouterr().err


def test_evaluate_takes_both_orders(reranked_run, tiny_run, tmp_path, capsys):
    out = {name: tmp_path / f"{name}.json" for name in ("reranked", "plain", "tiny")}
    evaluate.main(["--run", str(reranked_run), "--out", str(out["reranked"])])
    evaluate.main(
        ["--run", str(reranked_run), "--no-rerank", "--out", str(out["plain"])]
    )
    evaluate.main(["--run", str(tiny_run), "--out", str(out["tiny"])])
    assert out["plain"].read_text() == out["tiny"].read_text()
    assert out["reranked"].read_text() != out["tiny"].read_text()
    capsys.readouterr()
    evaluate.main(["--run", str(reranked_run), "--ensemble", str(tiny_run)])
    assert "the captions of an ensemble are not re-ranked" in capsys.readouterr().err
    with pytest.raises(BadInput, match="--no-rerank is about captions"):
        evaluate.main(["--run", str(tiny_run), "--task", "tags", "--no-rerank"])


def test_a_file_that_is_damaged_or_of_another_run_is_named(reranked_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(reranked_run, run)
    (run / "manifest.json").unlink()
    path = run / "captions" / FILE
    content = path.read_bytes()
    path.write_bytes(content[:1000])
    with pytest.raises(BadInput, match="reranker.npz cannot be read"):
        load_run(run)
    reranker = decoding.Reranker.from_bytes(content)
    path.write_bytes(reranker._replace(vocabulary_size=np.int64(7)).to_bytes())
    with pytest.raises(BadInput, match="of 7 words"):
        load_run(run)
    size = reranker.weights.shape[1]
    for fields, message in (
        ({"detected": np.zeros(0, np.float32)}, "detected is float32"),
        ({"keys": reranker.keys.astype(np.int32)}, "keys is int32"),
        ({"length_factors": np.zeros(0, np.float32)}, "no lengths"),
        (
            {
                "detected": np.int32(4),
                "detector_weights": np.zeros(size, np.float32),
                "detector_margins": np.float32(1),
            },
            "cannot be read",
        ),
        (
            {
                "detected": np.array([reranker.vocabulary_size], np.int32),
                "detector_weights": np.zeros((1, size), np.float32),
                "detector_margins": np.zeros(1, np.float32),
            },
            "no word of the vocabulary",
        ),
    ):
        path.write_bytes(reranker._replace(**fields).to_bytes())
        with pytest.raises(BadInput, match=message):
            load_reranker(path.parent, int(reranker.vocabulary_size), size)
    with pytest.raises(BadInput, match="--beams is 1"):
        rerank.main(["--run", str(run), "--beams", "1"])
