"""METEOR: what it knows of words, and what happens where WordNet is missing."""

from pathlib import Path

import pytest

from captioning.metrics import METEOR_NAME, meteor, meteor_available, score_corpus
from captioning.tasks import caption_scores
from data_prep.prepared.captions import SplitCaptions


@pytest.fixture
def wordnet_in(monkeypatch):
    """Let NLTK look for WordNet again, in the given folders only."""
    import nltk
    from nltk.corpus.reader.wordnet import WordNetCorpusReader
    from nltk.corpus.util import LazyCorpusLoader

    def look_in(*folders: Path) -> None:
        monkeypatch.setattr(nltk.data, "path", [str(folder) for folder in folders])
        languages = LazyCorpusLoader("omw-1.4", WordNetCorpusReader)  # never opened
        fresh = LazyCorpusLoader("wordnet", WordNetCorpusReader, languages)
        monkeypatch.setattr(nltk.corpus, "wordnet", fresh)

    return look_in


def test_stems_and_synonyms_match(wordnet_in, shared_data):
    wordnet_in(shared_data("nltk_data"))
    assert meteor_available()
    assert "NLTK" in METEOR_NAME  # so that it is not taken for METEOR 1.5
    reference = {1: ["a dog chases the car".split()]}

    def score(text: str) -> float:
        return meteor({1: text.split()}, reference)[0]

    same = score("a dog chases the car")
    assert 0.95 < same <= 1
    assert score("a dog chases the auto") == pytest.approx(same)
    assert score("a dog chased the car") == pytest.approx(same)
    assert score("a dog chases the pigeon") < same
    assert score("") == 0


def test_it_cannot_run_without_wordnet(wordnet_in, tmp_path):
    wordnet_in(tmp_path)
    assert not meteor_available()
    with pytest.raises(LookupError, match="found no WordNet.*Set NLTK_DATA"):
        meteor({1: ["a"]}, {1: [["a"]]})


def test_it_cannot_run_where_wordnet_is_broken(wordnet_in, tmp_path):
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "wordnet.zip").write_bytes(b"not a zip file")
    wordnet_in(tmp_path)
    assert not meteor_available()
    with pytest.raises(LookupError, match="found no WordNet"):
        meteor({1: ["a"]}, {1: [["a"]]})


def test_without_wordnet_it_is_not_among_the_scores_and_stderr_says_so_once(
    wordnet_in, tmp_path, capsys
):
    wordnet_in(tmp_path)
    caption_scores._say_that_meteor_is_missing.cache_clear()
    split = SplitCaptions(["1.jpg"], [("A dog.", "A red dog.")], [""])
    for _ in range(2):
        scores = caption_scores.score_captions({"1.jpg": "a dog"}, split)
        expected = score_corpus(
            {1: ["a", "dog"]}, {1: [["a", "dog"], ["a", "red", "dog"]]}
        )
        assert scores == expected.overall
    assert capsys.readouterr().err.count("METEOR (NLTK) is left out") == 1
