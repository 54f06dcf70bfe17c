"""The linear baseline for sentiment finds words that decide the label."""

import numpy as np
import pytest

from benchmarks import linear_sentiment
from data_prep.errors import BadInput
from data_prep.prepare import prepare
from data_prep.prepared.sentences import LabelledTexts


def test_a_word_that_decides_is_found():
    texts = [f"{('awful', 'good')[n % 2]} film {n}" for n in range(60)]
    labels = np.arange(60, dtype=np.int32) % 2
    splits = dict.fromkeys(("train", "dev", "test"), LabelledTexts(texts, labels))
    for count in linear_sentiment.LONGEST:
        strength, accuracies = linear_sentiment.measure(splits, count)
        assert strength in linear_sentiment.STRENGTHS
        assert accuracies == {"dev": 1.0, "test": 1.0}


def test_only_intact_sentiment_data_is_measured(tmp_path, monkeypatch, capsys):
    prepare("gap", None, tmp_path / "gap", count=100)
    prepare("moods", None, tmp_path / "moods", count=120, seed=1)
    monkeypatch.setattr("sys.argv", ["benchmark", "--data", str(tmp_path / "gap")])
    with pytest.raises(BadInput, match="is one of gap; expected one of sentiment"):
        linear_sentiment.main()
    monkeypatch.setattr("sys.argv", ["benchmark", "--data", str(tmp_path / "moods")])
    assert linear_sentiment.main() == 0
    assert "word 1-3-grams, C = " in capsys.readouterr().out
    with open(tmp_path / "moods" / "test.jsonl", "a") as file:
        file.write('{"text": "an added line", "label": 1}\n')
    with pytest.raises(BadInput, match="test.jsonl"):
        linear_sentiment.main()
