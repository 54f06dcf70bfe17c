"""NSMC: the split by film, and the official files."""

from collections import Counter

import pytest

from data_prep.datasets import nsmc
from data_prep.errors import BadInput
from data_prep.examples import Labelled, Skipped

HEADER = "id\tdocument\tlabel\n"


def test_three_files_are_a_split_by_film(tmp_path):
    for number, split in enumerate(("train", "dev", "test")):
        (tmp_path / f"{split}.tsv").write_text(f"{HEADER}7\t좋다 {number}\t1\n8\t\t0\n")
    skipped = Skipped()
    assert list(nsmc.read(tmp_path, skipped)) == [
        Labelled("train", "좋다 0", 1),
        Labelled("dev", "좋다 1", 1),
        Labelled("test", "좋다 2", 1),
    ]
    assert skipped.as_dict()["empty text"]["count"] == 3
    assert "by film, " in skipped.notes["split"]
    assert "not the official" in skipped.notes["split"]


def test_another_file_to_learn_from(tmp_path):
    for name in ("train", "more", "dev", "test"):
        (tmp_path / f"{name}.tsv").write_text(f"{HEADER}7\t좋다 {name}\t1\n")
    (tmp_path / "ratings_train.txt").write_text(HEADER)
    (tmp_path / "ratings_test.txt").write_text(HEADER)
    first = next(nsmc.read(tmp_path, Skipped(), train="more.tsv"))
    assert first == Labelled("train", "좋다 more", 1)
    with pytest.raises(BadInput, match=r"no none\.tsv"):  # not the official ones
        list(nsmc.read(tmp_path, Skipped(), train="none.tsv"))


def test_dev_is_taken_from_the_official_train_by_hash(tmp_path):
    rows = "".join(f"{n}\t리뷰 {n // 2}\t{n % 2}\n" for n in range(2000))
    (tmp_path / "ratings_train.txt").write_text(HEADER + rows)
    (tmp_path / "ratings_test.txt").write_text(f"{HEADER}1\t좋다\t1\n")
    skipped = Skipped()
    examples = list(nsmc.read(tmp_path, skipped))
    sizes = Counter(e.split for e in examples)
    assert sizes["test"] == 1 and sizes["train"] + sizes["dev"] == 2000
    assert 50 < sizes["dev"] < 150  # 5%, of a thousand texts
    texts = {s: {e.text for e in examples if e.split == s} for s in sizes}
    assert not texts["train"] & texts["dev"]  # the same review is on one side
    assert [e.split for e in examples] == sorted(
        (e.split for e in examples), key=["train", "dev", "test"].index
    )
    assert skipped.notes["split"].startswith("official test; dev is 5% of")


def test_without_either_set_of_files(tmp_path):
    (tmp_path / "ratings_train.txt").write_text(HEADER)
    with pytest.raises(BadInput, match=r"no train\.tsv .*ratings_test\.txt; expected"):
        list(nsmc.read(tmp_path, Skipped()))


def test_the_real_files(shared_data):
    examples = list(nsmc.read(shared_data("nsmc"), Skipped()))
    sizes = {"train": 40_000, "dev": 2_000, "test": 5_000}
    assert Counter(e.split for e in examples) == sizes
    assert 0.49 < sum(e.label for e in examples) / 47_000 < 0.51
