"""Files of sentences: unusable lines are left out, malformed tables are refused."""

import pytest

from data_prep.errors import BadInput
from data_prep.examples import Labelled, Parallel, Skipped
from data_prep.readers.sentence_files import (
    labelled,
    labelled_rows,
    parallel,
)


def counts(skipped):
    return {reason: entry["count"] for reason, entry in skipped.as_dict().items()}


@pytest.mark.parametrize(
    "table",
    [
        "label\tsentence\n1\ta  good\u00a0film\n0\tbad\n",
        "id\tSentence\tLabel\r\n7\ta good film\t1\r\n8\tbad\t0",
    ],
)
def test_the_first_line_names_the_columns(tmp_path, table):
    (tmp_path / "a.tsv").write_text(table, "utf-8", newline="")
    skipped = Skipped()
    rows = list(labelled_rows(tmp_path / "a.tsv", ("sentence",), skipped))
    assert rows == [("a good film", 1), ("bad", 0)]
    assert not skipped.as_dict()


def test_quotes_are_text(tmp_path):
    (tmp_path / "a.tsv").write_text('label\ttext\n1\t"one\n0\ttwo" "\n')
    rows = labelled_rows(tmp_path / "a.tsv", ("text",), Skipped())
    assert [text for text, _ in rows] == ['"one', 'two" "']


def test_lines_that_cannot_be_used_are_skipped(tmp_path):
    data = b"label\ttext\n1\tgood\n\n1\t \n0\t\xff\n0\tbad\n"
    (tmp_path / "a.tsv").write_bytes(data)
    skipped = Skipped()
    rows = labelled_rows(tmp_path / "a.tsv", ("text",), skipped)
    assert [text for text, _ in rows] == ["good", "bad"]
    assert counts(skipped) == {"empty text": 2, "line that is not UTF-8": 1}
    assert skipped.as_dict()["line that is not UTF-8"]["examples"] == ["a.tsv line 5"]


@pytest.mark.parametrize(
    "table, message",
    [
        ("", "line 1 of .* is ''; expected names of columns"),
        ("index\ttext\n0\tbad\n", "label and text among them: get the file with"),
        ("label\ttext\ttext\n", "expected names of columns"),
        ("label\ttext\n1\tgood\n2\tbad\n", r"line 3 of .* is '2\\tbad'; expected 2"),
        ("label\ttext\n1\tgood\tfilm\n", r"line 2 of .* expected 2 columns"),
        ("label\ttext\nbad\n", "line 2 of .*: correct it there"),
    ],
)
def test_malformed_tables_name_the_line(tmp_path, table, message):
    (tmp_path / "a.tsv").write_text(table)
    with pytest.raises(BadInput, match=message):
        list(labelled_rows(tmp_path / "a.tsv", ("text",), Skipped()))


def test_repeats_are_left_out_of_train_only():
    rows = [("good", 1), ("good", 0), ("good", 1), ("bad", 0)]
    skipped = Skipped()
    train = list(labelled("train", rows, skipped))
    assert train == [Labelled("train", *row) for row in (*rows[:2], rows[3])]
    assert counts(skipped) == {"text repeated in train, with the same label": 1}
    assert len(list(labelled("test", rows, skipped))) == 4
    pairs = [{"en": "a", "de": "b"}, {"en": "a", "de": "c"}, {"en": "a", "de": "b"}]
    found = list(parallel("train", pairs, skipped))
    assert found == [Parallel("train", pair) for pair in pairs[:2]]
    assert len(list(parallel("dev", pairs, skipped))) == 3
