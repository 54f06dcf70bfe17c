"""Tatoeba's pairs: a stable split, with each English sentence in one split."""

from collections import Counter

import pytest

from data_prep.datasets import kor_eng
from data_prep.errors import BadInput
from data_prep.examples import Parallel, Skipped


def test_one_sentence_is_in_one_split(tmp_path):
    lines = [
        f"{text}\t문장 {number} {mark}\tCC-BY"
        for number in range(200)
        for mark, text in enumerate((f"Go {number}.", f"go {number}!"))
    ]
    (tmp_path / "kor.txt").write_text("\n".join([*lines, lines[0], "", " \tx\tz"]))
    skipped = Skipped()
    examples = list(kor_eng.read(tmp_path, skipped))
    sides = {}
    for split, texts, _ in examples:
        sides.setdefault(texts["en"].lower().strip(".!"), set()).add(split)
    assert len(sides) == 200 and all(len(splits) == 1 for splits in sides.values())
    sizes = Counter(e.split for e in examples)
    assert sizes["train"] > 240 and min(sizes["dev"], sizes["test"]) >= 20
    assert Parallel(examples[0].split, {"en": "Go 0.", "ko": "문장 0 0"}) in examples
    assert skipped.as_dict()["empty text"]["count"] == 2
    assert "hash of the English words" in skipped.notes["split"]


def test_a_malformed_line_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"no kor\.txt"):
        list(kor_eng.read(tmp_path, Skipped()))
    (tmp_path / "kor.txt").write_text("Go.\t가.\tCC\nHi. 안녕.\n")
    with pytest.raises(BadInput, match=r"line 2 of .*expected 'ENGLISH<TAB>KOREAN"):
        list(kor_eng.read(tmp_path, Skipped()))


def test_the_real_files(shared_data):
    examples = list(kor_eng.read(shared_data("kor_eng"), Skipped()))
    assert len(examples) == 3833
    sizes = Counter(e.split for e in examples)
    assert abs(sizes["train"] / 3833 - 0.8) < 0.03
