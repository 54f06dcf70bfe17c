"""VADER's lexicon: which words are kept, and faults of the file."""

import pytest

from data_prep.datasets import vader
from data_prep.errors import BadInput
from data_prep.examples import Skipped

LINES = (
    ":-)\t1.3\t0.4\t[1, 2]",
    "arguably\t0.2\t1.0\t[-1, 1]",
    "lost\t-1.3\t0.5\t[-1, -2]",
    "self-confident\t2.5\t0.8\t[2, 3]",
)


def test_words_that_people_agree_about_are_kept(tmp_path):
    (tmp_path / "vader_lexicon.txt").write_text("\n".join(LINES))
    skipped = Skipped()
    found = {e.text: e.label for e in vader.read(tmp_path, skipped)}
    assert found == {"lost": 0, "self-confident": 1}
    counts = {reason: entry["count"] for reason, entry in skipped.as_dict().items()}
    assert counts == {"sign, not a word": 1, "word whose ratings disagree": 1}


def test_a_line_of_another_form_is_named(tmp_path):
    (tmp_path / "vader_lexicon.txt").write_text(f"{LINES[2]}\nlost\tvery\n")
    with pytest.raises(BadInput, match="line 2 of "):
        list(vader.read(tmp_path, Skipped()))
