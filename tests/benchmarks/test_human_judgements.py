"""Human judgements are read with checks; scores that agree with them have tau 1."""

import re
import sys

import numpy as np
import pytest

import captioning.metrics
from benchmarks import human_judgements
from benchmarks.human_judgement_files import STUDIES, Judgements, read
from benchmarks.human_judgements import METEOR
from captioning.metrics import METEOR_NAME, CiderD, score_corpus
from captioning.metrics.ptb_tokenizer import tokenize
from data_prep.errors import BadInput, exit_on_bad_input

BOAT = "a.jpg"
# The captions of other pictures, from what fits a.jpg best to what fits it least.
ORDER = ("b.jpg#0", "c.jpg#0", "d.jpg#0")
ALL_OF_B = "b.jpg\tb.jpg#0\t1\t3\t0"
FILES = {
    "Flickr8k.token.txt": [
        "a.jpg#0\tA red boat lies on the still water .",
        "a.jpg#1\tA red boat on the still water .",
        "a.jpg#2\tA boat .",
        "b.jpg#0\tA red boat lies on the still lake .",
        "c.jpg#0\tA red boat is here .",
        "d.jpg#0\tTwo dogs run .",
        "train.jpg#0\tA red boat that was not judged .",
    ],
    "Flickr_8k.testImages.txt": ["a.jpg", "b.jpg", "c.jpg", "d.jpg"],
    "ExpertAnnotations.txt": [
        "a.jpg\ta.jpg#0\t1\t1\t1",  # would spoil the order if it stayed
        "a.jpg\tb.jpg#0\t4\t4\t4",
        "a.jpg\tc.jpg#0\t2\t2\t2",
        "a.jpg\td.jpg#0\t1\t1\t1",
    ],
    "CrowdFlowerAnnotations.txt": [
        "a.jpg\ta.jpg#0\t1\t3\t0",
        "a.jpg\ta.jpg#1\t1\t3\t0",
        "a.jpg\tb.jpg#0\t1\t3\t0",
        "a.jpg\tc.jpg#0\t0.333333333333333\t1\t2",
        "a.jpg\td.jpg#0\t0\t0\t3",
    ],
}


@pytest.fixture
def flickr8k(tmp_path):
    """Return a function: writes a tiny Flickr8k, some files otherwise -> its folder."""

    def write(**changed):
        folder = tmp_path / "Flickr8k_text"  # found in a folder, too
        folder.mkdir()
        for name, lines in FILES.items():
            lines = changed.get(name.partition(".")[0], lines)
            if lines is not None:
                (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize("name", ["Expert", "CrowdFlower"])
def test_every_tau_is_one_if_scores_and_people_agree(flickr8k, name):
    captions, judgements = read(flickr8k())
    scores = human_judgements.score(judgements[name], captions)
    assert scores.keys() >= human_judgements.LITERATURE.keys() - {METEOR}
    taus = human_judgements.correlate(scores, judgements[name], STUDIES[name].variant)
    assert taus == pytest.approx(dict.fromkeys(scores, 1.0))


def test_own_captions_are_dropped_but_stay_references(flickr8k):
    _, judgements = read(flickr8k())
    expert, crowd = judgements["Expert"], judgements["CrowdFlower"]
    for found, own in ((expert, 1), (crowd, 2)):
        assert found.pairs == [(BOAT, caption) for caption in ORDER]
        assert found.own == own
        assert found.references[BOAT] == ["a.jpg#0", "a.jpg#1", "a.jpg#2"]
        assert "train.jpg" not in found.references
    np.testing.assert_array_equal(expert.values, [[4, 4, 4], [2, 2, 2], [1, 1, 1]])
    np.testing.assert_allclose(crowd.values, [[1], [1 / 3], [0]])


def test_as_published_own_captions_stay_and_are_no_references(flickr8k):
    _, judgements = read(flickr8k())
    found = judgements["CrowdFlower, as published"]
    assert found.pairs == [
        (BOAT, caption) for caption in ("a.jpg#0", "a.jpg#1", *ORDER)
    ]
    np.testing.assert_allclose(found.values, [[1], [1], [1], [1 / 3], [0]])
    assert found.references[BOAT] == ["a.jpg#2"]
    assert found.references["b.jpg"] == ["b.jpg#0"]  # not judged for its own picture


def test_tau_is_that_of_single_judgements_by_its_formula():
    """Three pairs, two judges; ties are counted by hand."""
    pairs = [("p", "x"), ("p", "y"), ("q", "x")]
    scores = {"s": [0.1, 0.2, 0.2]}
    judgements = Judgements(pairs, np.array([[1, 2], [2, 3], [1, 3]]), {}, own=0)
    correlate = human_judgements.correlate
    # Scores .1 .1 | .2 .2 .2 .2 against 1 2 | 2 3 1 3: the 1 is below 2, 3, 3 and ties
    # with 1; the 2 is below 3, 3, above 1, and ties with 2.
    concordant, discordant = 5, 1
    tied_scores = 1 + 6 - 1  # in the scores only: less the one of 3 and 3
    tied_people = 2
    lesser = 2  # two different scores, three different judgements
    tau_c = 2 * (concordant - discordant) / (6**2 * (lesser - 1) / lesser)
    assert correlate(scores, judgements, "c") == {"s": pytest.approx(tau_c)}
    different = concordant + discordant
    norm = ((different + tied_scores) * (different + tied_people)) ** 0.5
    tau_b = (concordant - discordant) / norm
    assert correlate(scores, judgements, "b") == {"s": pytest.approx(tau_b)}


def test_scores_are_ours_with_cider_d_weighed_by_all_pictures(flickr8k):
    captions, judgements = read(flickr8k())
    found = judgements["Expert"]
    scores = human_judgements.score(found, captions)
    references = {
        image: [tokenize(captions[name]) for name in names]
        for image, names in found.references.items()
    }
    cider = CiderD(references)
    for number, (image, caption) in enumerate(found.pairs):
        judged = {image: tokenize(captions[caption])}
        expected = score_corpus(judged, {image: references[image]}).per_image[image]
        expected["CIDEr-D"] = cider.score_one(image, judged[image])
        for name in scores.keys() - {METEOR}:
            assert scores[name][number] == expected[name]


def test_the_batch_size_does_not_change_scores(flickr8k, monkeypatch):
    captions, judgements = read(flickr8k())
    scores = human_judgements.score(judgements["Expert"], captions)
    monkeypatch.setattr(human_judgements, "PAIRS_AT_ONCE", 2)
    assert human_judgements.score(judgements["Expert"], captions) == scores


@pytest.mark.parametrize("with_wordnet", [True, False])
def test_the_command_prints_a_table(flickr8k, with_wordnet, monkeypatch, capsys):
    def meteor(candidates, references):
        falling = {number: -number for number in candidates}
        return 0.0, falling

    monkeypatch.setattr(captioning.metrics, "meteor", meteor)
    monkeypatch.setattr(captioning.metrics, "meteor_available", lambda: with_wordnet)
    monkeypatch.setattr(sys, "argv", ["", "--source", str(flickr8k())])
    assert human_judgements.main() == 0
    shown = capsys.readouterr().out
    assert "Expert: 3 pairs, 9 values; 1 pairs of own captions dropped" in shown
    assert "CrowdFlower: 3 pairs, 3 values; 2 pairs of own captions dropped" in shown
    assert "as published: 5 pairs, 5 values; 2 pairs of own captions kept" in shown
    table = [line for line in shown.split("\n") if line.startswith("|")]
    assert {line.count("|") for line in table} == {7}
    assert re.search(r"\n\| BLEU-1 \| 100.0 \| 32.3 \| 100.0 \| .+ \| 17.9 \|\n", shown)
    ours = "100.0" if with_wordnet else ""
    assert f"| METEOR (NLTK) | {ours} | 41.8 | {ours} |" in shown
    assert ("METEOR (NLTK) skipped" in shown) is not with_wordnet


def test_meteor_has_the_name_that_our_scores_give_it():
    assert METEOR == METEOR_NAME


# === What cannot be used ===


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_bad_input(flickr8k, name):
    source = flickr8k(**{name.partition(".")[0]: None})
    with pytest.raises(BadInput, match=f"have no {name}; expected .*: give the folder"):
        read(source)


@pytest.mark.parametrize("name", [".", "nowhere"])
def test_bad_input_ends_the_command_with_two(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["", "--source", str(tmp_path / name)])
    with pytest.raises(SystemExit) as ended:
        exit_on_bad_input(human_judgements.main)
    assert ended.value.code == 2
    assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        "a.jpg",
        "a.jpg\tb.jpg#0",
        "a.jpg\tb.jpg#0\t4\t4",
        "a.jpg\tb.jpg#0\t4\t4\t4\t4",
        "a.jpg\tb.jpg#0\t4\t4\t5",
        "a.jpg\tb.jpg#0\t4\t4\tgood",
        "a.jpg b.jpg#0 4 4 4",
    ],
)
def test_a_malformed_rating_is_bad_input(flickr8k, line):
    source = flickr8k(ExpertAnnotations=[FILES["ExpertAnnotations.txt"][1], line])
    with pytest.raises(BadInput, match="line 2 of .*ratings of 1 to 4.*file again"):
        read(source)


@pytest.mark.parametrize(
    "votes", ["1\t3", "1\t0\t3", "nan\t3\t0", "0\t0\t0", "-1\t-1\t2", "1\t3\t0\t0", "x"]
)
def test_a_malformed_share_is_bad_input(flickr8k, votes):
    source = flickr8k(CrowdFlowerAnnotations=[f"a.jpg\tb.jpg#0\t{votes}"])
    with pytest.raises(BadInput, match="line 1 of .*SHARE OF YES.*file again"):
        read(source)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"ExpertAnnotations": ["z.jpg\tb.jpg#0\t1\t1\t1"]},
            "expected a picture that Flickr_8k.testImages.txt names",
        ),
        (
            {"ExpertAnnotations": ["a.jpg\tb.jpg#9\t1\t1\t1"]},
            "expected a caption that Flickr8k.token.txt has",
        ),
        ({"ExpertAnnotations": []}, "no judgement of another picture's caption"),
        (
            {"ExpertAnnotations": ["a.jpg\ta.jpg#0\t4\t4\t4"]},
            "another picture's caption .1 of own captions.",
        ),
        ({"Flickr8k": ["a.jpg A boat"]}, "line 1 of .*'PICTURE#NUMBER<TAB>CAPTION'"),
        ({"Flickr8k": ["a.jpg\tA boat"]}, "line 1 of .*'PICTURE#NUMBER<TAB>CAPTION'"),
        (
            {"Flickr_8k": ["a.jpg", "e.jpg"]},
            "e.jpg, which .* names, has no caption in Flickr8k.token.txt",
        ),
        (
            {"CrowdFlowerAnnotations": [ALL_OF_B, "a.jpg\tb.jpg#0\t1\t3\t0"]},
            "b.jpg, which .* has no caption that was not judged of it",
        ),
    ],
)
def test_inconsistent_files_are_bad_input(flickr8k, changed, message):
    with pytest.raises(BadInput, match=message):
        read(flickr8k(**changed))


# === The real files ===


def test_flickr8k_has_as_many_judgements_as_is_written(shared_data):
    _, judgements = read(shared_data("flickr8k"))
    expert, crowd, published = judgements.values()
    for found in (expert, crowd, published):
        assert len(found.references) == 1000
    assert {len(names) for names in crowd.references.values()} == {5}
    assert (len(expert.pairs), expert.own) == (5822 - 158, 158)
    assert expert.values.shape == (5664, 3)
    assert (len(crowd.pairs), crowd.own) == (47830 - 721, 721)
    assert crowd.values.shape == (47109, 1)
    assert (len(published.pairs), published.own) == (47830, 721)
    assert {len(names) for names in published.references.values()} == {3, 4, 5}
