"""SST-2: any order of columns, and no sentence of dev or test in train."""

import json
from collections import Counter

import pytest
from nltk.tokenize.treebank import TreebankWordDetokenizer

from data_prep.datasets import sst2
from data_prep.errors import BadInput
from data_prep.examples import Labelled, Skipped


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "SST-2"
    folder.mkdir()
    train = "1\ta film\n0\tawful film\n1\ta film\n0\tSo , so .\n"
    (folder / "train.tsv").write_text("label\tsentence\n" + train)
    (folder / "dev.tsv").write_text("sentence\tlabel\nso so\t0\n")
    (folder / "test.tsv").write_text("label\tcontent\n1\tgood\n1\tgood\n")
    return tmp_path


def test_train_then_dev_then_test(source):
    skipped = Skipped()
    assert list(sst2.read(source, skipped)) == [
        Labelled("train", "a film", 1),
        Labelled("train", "awful film", 0),
        Labelled("dev", "so so", 0),
        Labelled("test", "good", 1),
        Labelled("test", "good", 1),
    ]
    reasons = {reason: e["count"] for reason, e in skipped.as_dict().items()}
    assert reasons == {
        "text repeated in train, with the same label": 1,
        "text of train that dev or test has too": 1,
    }
    assert skipped.notes["split"].startswith("official")


def test_judged_texts_come_behind_train_unless_they_are_known(source):
    judged = source / "judged.jsonl"
    texts = {"a movie": 0.875, "Good!": 0.5, "a film": 0.25, "fine": 1}
    lines = [json.dumps({"text": t, "positive": p}) for t, p in texts.items()]
    judged.write_text("\n".join(lines))
    skipped = Skipped()
    examples = list(sst2.read(source, skipped, judged=judged))
    assert examples[2:4] == [
        Labelled("train", "a movie", 0.875),
        Labelled("train", "fine", 1.0),
    ]
    assert type(examples[3].label) is float
    assert [one.split for one in examples] == ["train"] * 4 + ["dev"] + ["test"] * 2
    known = skipped.as_dict()["judged text that train, dev or test has too"]
    assert known == {"count": 2, "examples": ["Good!", "a film"]}


def test_glues_own_test_set_has_no_labels(source):
    (source / "SST-2/test.tsv").write_text("index\tsentence\n0\tgood\n")
    with pytest.raises(BadInput, match="test.tsv is .*get the file with labels"):
        list(sst2.read(source, Skipped()))


def test_a_missing_file_is_named(source):
    (source / "SST-2/dev.tsv").unlink()
    with pytest.raises(BadInput, match=r"no dev\.tsv; expected SST-2"):
        list(sst2.read(source, Skipped()))


TOKENIZED = (
    "it is n't bad -- really .",
    "-- and timely --",
    "--",
    "the `` true '' story -lrb- again -rrb- ...",
    "ca n't wait",
    "... gon na love it",
)


def test_many_sentences_are_detokenized_as_each_alone():
    detokenizer, expected = TreebankWordDetokenizer(), []
    for text in TOKENIZED:
        for token, sign in (("-lrb-", "("), ("-rrb-", ")"), ("...", "…")):
            text = text.replace(token, sign)
        expected.append(detokenizer.detokenize(text.split()))
    assert sst2.detokenized(TOKENIZED) == expected
    assert expected[:2] == ["it isn't bad--really.", "-- and timely --"]
    many = sst2.detokenized(TOKENIZED * 200)  # more than one batch
    assert many == expected * 200


def test_the_real_files(shared_data):
    examples = list(sst2.read(shared_data("sst2"), Skipped()))
    assert Counter(e.split for e in examples) == {
        "train": 66_972,
        "dev": 872,
        "test": 1821,
    }
    test = [e.label for e in examples if e.split == "test"]
    assert sum(test) == 909
