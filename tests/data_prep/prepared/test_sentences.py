"""Sentences on disk: the round trip, what kind they are, and no damage unnoticed."""

import json

import numpy as np
import pytest

from data_prep.errors import BadInput
from data_prep.examples import Labelled, Parallel
from data_prep.prepared.captions import load_captions
from data_prep.prepared.checksums import file_sha256
from data_prep.prepared.dataset_info import (
    DatasetInfo,
    SplitInfo,
    examples_digest,
)
from data_prep.prepared.sentences import (
    load_labelled,
    load_parallel,
    load_sentiment,
    write_sentences,
)
from data_prep.prepared.write_split import write_texts

REVIEWS = [("좋다\u2028 \u0085", 1), ('a "bad" \\ film', 0), ("🙂", 1)]
PAIRS = [{"en": "A dog.", "de": "Ein Hündchen.", "ko": "개"}, {"en": "B", "de": "C"}]


def write(directory, examples, kind):
    shards = {
        split: write_sentences(examples(split), directory, split)
        for split in ("train", "dev", "test")
    }
    (directory / "subwords.model").write_bytes(b"pieces")
    info = DatasetInfo(
        name="few",
        kind=kind,
        languages=("en", "de") if kind == "translation" else (),
        source="",
        splits={split: SplitInfo.of([shard]) for split, shard in shards.items()},
        standardisation="",
        vocabulary_file="subwords.model",
        vocabulary_size=9,
        vocabulary_sha256=file_sha256(directory / "subwords.model"),
        min_count=0,
        skipped={},
        notes={},
    )
    info.save(directory)
    return info


@pytest.fixture
def sentiment(tmp_path):
    write(tmp_path, lambda s: (Labelled(s, *row) for row in REVIEWS), "sentiment")
    return tmp_path


@pytest.fixture
def translation(tmp_path):
    write(tmp_path, lambda s: (Parallel(s, texts) for texts in PAIRS), "translation")
    return tmp_path


def test_what_a_model_translated_is_told(tmp_path):
    pair = Parallel("train", {"en": "A dog.", "de": "Ein Hund."}, original="de")
    info, texts = write_texts([pair, Parallel("train", PAIRS[1])], tmp_path, "train")
    line, *_ = (tmp_path / info.shards[0].file).read_text("utf-8").splitlines()
    assert json.loads(line) == {"en": "A dog.", "de": "Ein Hund.", "original": "de"}
    assert info.shards[0].texts == 4
    assert texts == ["B", "C"]  # subwords are learned from what people wrote


def test_what_a_model_judged_is_told(tmp_path):
    rows = [Labelled("train", "good", 1), Labelled("train", "so so", 1.0)]
    info, texts = write_texts(rows, tmp_path, "train")
    lines = (tmp_path / info.shards[0].file).read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"text": "good", "label": 1},
        {"text": "so so", "label": 1.0},
    ]
    assert lines[1].endswith("1.0}")
    assert texts == ["good"]  # words are learned from what people wrote


def test_probabilities_come_back_in_train_only(tmp_path):
    rows = [("good", 1), ("so so", 0.625)]
    write(tmp_path, lambda s: (Labelled(s, *row) for row in rows), "sentiment")
    _, labels = load_labelled(tmp_path, "train")
    np.testing.assert_array_equal(labels, [1, 0.625])
    examples = [Labelled("train", *row) for row in rows]
    assert list(load_sentiment(tmp_path, "train")) == examples
    assert type(examples[0].label) is int
    with pytest.raises(BadInput, match="dev.jsonl cannot be read in line 2"):
        load_labelled(tmp_path, "dev")


def test_reviews_come_back(sentiment):
    texts, labels = load_labelled(sentiment, "dev")
    assert texts == [text for text, _ in REVIEWS]
    np.testing.assert_array_equal(labels, [1, 0, 1])
    assert labels.dtype == np.int32


def test_translations_come_back(translation):
    assert load_parallel(translation, "train") == PAIRS
    info = DatasetInfo.load(translation)
    assert (info.kind, info.languages) == ("translation", ("en", "de"))
    assert (info.splits["train"].examples, info.splits["train"].texts) == (2, 5)
    assert DatasetInfo.load(translation) == info


def test_lines_people_can_read(sentiment):
    lines = (sentiment / "train.jsonl").read_text("utf-8").split("\n")
    assert lines[1] == '{"text": "a \\"bad\\" \\\\ film", "label": 0}'
    assert lines[2:] == ['{"text": "🙂", "label": 1}', ""]
    assert not list(sentiment.glob("*.partial"))


def test_a_data_set_of_another_kind_says_what_it_is_good_for(sentiment):
    expected = "few in .* is one of sentiment; expected one of translation: use it "
    with pytest.raises(BadInput, match=expected + "with --task sentiment, or give"):
        load_parallel(sentiment, "train")
    with pytest.raises(BadInput, match="one of sentiment; expected one of captions"):
        load_captions(sentiment, "train")
    with pytest.raises(BadInput, match="one of sentiment; expected one of gap"):
        load_labelled(sentiment, "train", kind="gap")


def test_captions_are_no_reviews(harbour_data):
    expected = "--task captions or --task associations or --task tags, or give"
    with pytest.raises(BadInput, match=expected):
        load_labelled(harbour_data, "train")


@pytest.mark.parametrize("file", ["dev.jsonl", "subwords.model"])
def test_damage_is_noticed(sentiment, file):
    data = bytearray((sentiment / file).read_bytes())
    data[2] ^= 1
    (sentiment / file).write_bytes(data)
    with pytest.raises(BadInput, match=f"{file} was altered"):
        load_labelled(sentiment, "dev")
    (sentiment / file).unlink()
    with pytest.raises(BadInput, match=f"{file} cannot be read"):
        load_labelled(sentiment, "dev")


def test_no_such_split(sentiment):
    with pytest.raises(BadInput, match="no split 'val'"):
        load_labelled(sentiment, "val")


def test_the_digest_changes_with_an_example(tmp_path):
    digests = []
    for number, label in enumerate((0, 1)):
        folder = tmp_path / str(number)
        folder.mkdir()
        row = ("a", label)
        info = write(folder, lambda s, row=row: iter([Labelled(s, *row)]), "sentiment")
        digests.append(examples_digest(info, "train"))
    assert digests[0] != digests[1]
