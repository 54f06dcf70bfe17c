"""Texts that a model judged: what `captioning read sentiment --json` writes."""

import pytest

from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.readers.judged_texts import read_judged


def test_texts_and_probabilities_in_order(tmp_path):
    file = tmp_path / "judged.jsonl"
    file.write_text(
        '{"text": "a  fine film", "positive": 0.9, "verdict": "yes", "words": []}\n'
        "\n"
        '{"text": "dull", "positive": 0}\n'
        '{"text": "", "error": "it is empty"}\n'
        '{"text": "a fine film", "positive": 0.75}\n'
    )
    skipped = Skipped()
    found = read_judged(file, skipped)
    assert list(found.items()) == [("a fine film", 0.75), ("dull", 0.0)]
    reasons = {reason: one["count"] for reason, one in skipped.as_dict().items()}
    assert reasons == {"text that was not judged": 1, "empty text": 1}


@pytest.mark.parametrize(
    "line",
    [
        "a fine film",
        '["a fine film"]',
        '["error"]',
        '"an error"',
        '{"text": "a fine film"}',
        '{"text": "a fine film", "positive": "0.9"}',
        '{"text": "a fine film", "positive": true}',
        '{"text": "a fine film", "positive": 1.5}',
        '{"text": "a fine film", "positive": NaN}',
        '{"text": 7, "positive": 0.9}',
    ],
)
def test_another_line_is_named(tmp_path, line):
    file = tmp_path / "judged.jsonl"
    file.write_text('{"text": "dull", "positive": 0.1}\n' + line + "\n")
    with pytest.raises(BadInput, match="line 2 of .*judge the texts again"):
        read_judged(file, Skipped())
