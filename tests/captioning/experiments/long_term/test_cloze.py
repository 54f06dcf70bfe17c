"""The cloze test: near and far words of sentences, its results and its command."""

import numpy as np
import pytest

from captioning import gap
from captioning.experiments.long_term import cloze, cloze_results
from captioning.experiments.long_term.boat_sentences import boat_sentences
from captioning.experiments.long_term.comparable_cells import CELLS
from data_prep.errors import BadInput


def test_a_trained_model_predicts_the_near_and_the_far_word():
    model, steps = cloze.train_word_model("lstm", fillers=[0], steps=400)
    assert steps < 400  # it was right, and stopped
    (near, p_near), *_ = cloze.next_words(model, "The boat is on the")
    text = "The boat is on the water. A"
    (far, p_far), *_ = cloze.next_words(model, text)
    assert (near, far) == ("water", "sailor")
    assert min(p_near, p_far) > 0.5
    assert cloze.accuracy(model, 0) == (1.0, 1.0)


def test_the_model_reads_up_to_the_blank():
    sentences = boat_sentences(2, np.random.default_rng(0))
    token_ids, last, answers = cloze.with_blanks(sentences)
    for row, end, answer, sentence in zip(
        token_ids, last, answers, sentences, strict=True
    ):
        words = [cloze.WORDS[word] for word in row]
        assert words[: end + 1] == list(sentence.words[: sentence.blank])
        assert set(words[end + 1 :]) <= {"<pad>"}
        assert cloze.WORDS[answer] == sentence.answer


def test_all_cells_have_about_as_many_parameters():
    counts = [cloze.build_word_model(cell, 4).count_params() for cell in CELLS]
    assert max(counts) - min(counts) < 0.02 * min(counts)


def test_every_word_of_the_sentences_has_an_id():
    for filler in (0, 9):
        for sentence in boat_sentences(filler, np.random.default_rng(1)):
            assert set(sentence.words) <= set(cloze.WORDS)


def test_the_command_measures_and_draws(tmp_path, monkeypatch, capsys):
    measure = cloze_results.measure

    def quick(cells, **options):
        return measure(cells, fillers=(0, 1), progress=False, **options)

    monkeypatch.setattr(cloze_results, "measure", quick)
    flags = ["--boat", "--seeds", "1", "--steps", "1", "--cells", "elman"]
    assert gap.main([*flags, "--out", str(tmp_path)]) == 0
    table = capsys.readouterr().out
    assert "elman" in table
    picture = tmp_path / "boat.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    picture.unlink()
    assert gap.main(["--boat", "--draw", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out == table
    assert picture.exists()


@pytest.mark.parametrize(
    "flags", [["--gaps", "2"], ["--word-scale", "0.5"], ["--processes", "2"]]
)
def test_options_that_the_sentences_do_not_have_are_refused(flags, tmp_path):
    with pytest.raises(BadInput, match=f"--boat was given with {flags[0]}; expected"):
        gap.main(["--boat", *flags, "--out", str(tmp_path / "out")])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("draw", [[], ["--draw"]])
def test_an_out_that_is_a_file_is_bad_input(tmp_path, draw):
    (tmp_path / "file").write_text("no")
    with pytest.raises(BadInput, match="file"):
        gap.main(["--boat", "--out", str(tmp_path / "file"), *draw])


def test_a_stopped_measurement_keeps_the_earlier_results(tmp_path, monkeypatch):
    def stopped(*arguments, **options):
        raise KeyboardInterrupt

    earlier = [cloze_results.Accuracy("lstm", 0, 5, 100, near=1.0, far=0.5)]
    cloze_results.save(earlier, tmp_path)
    monkeypatch.setattr(cloze_results, "measure", stopped)
    for out in (tmp_path, tmp_path / "new"):
        with pytest.raises(KeyboardInterrupt):
            gap.main(["--boat", "--out", str(out), "--force"])
    with pytest.raises(BadInput, match=r"boat\.json exists; .* --force"):
        gap.main(["--boat", "--out", str(tmp_path)])
    assert cloze_results.load(tmp_path) == earlier
    assert {path.name for path in tmp_path.iterdir()} == {"boat.json", "new"}
    with pytest.raises(BadInput, match=r"boat\.json holds no results.*expected what"):
        gap.main(["--boat", "--draw", "--out", str(tmp_path / "new")])


@pytest.mark.parametrize("content", ["[]", "{}", "null", "[1]", "["])
def test_a_file_without_results_is_bad_input(tmp_path, content):
    (tmp_path / cloze_results.RESULTS).write_text(content)
    with pytest.raises(BadInput, match=r"boat\.json holds no results.*expected what"):
        gap.main(["--boat", "--draw", "--out", str(tmp_path)])
    assert not (tmp_path / "boat.png").exists()


@pytest.mark.parametrize("filler", [0, 3])
def test_distances_of_the_near_and_the_far_word(filler):
    for sentence in boat_sentences(filler, np.random.default_rng(2)):
        distance = sentence.blank - sentence.vehicle
        assert distance == (7 + 5 * filler if sentence.far else 4)
