"""The command on data sets of sentences: files, tokenizers, and what it says."""

import pytest

from data_prep.errors import BadInput
from data_prep.prepare import main, prepare
from data_prep.prepared.captions import load_captions
from data_prep.prepared.checksums import verify
from data_prep.prepared.dataset_info import DatasetInfo
from data_prep.prepared.sentences import load_labelled, load_parallel
from data_prep.text.choose_tokenizer import load_tokenizer
from data_prep.text.subwords import Subwords
from data_prep.text.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    source = tmp_path_factory.mktemp("reviews")
    rows = [f"{n % 2}\t{('awful', 'good')[n % 2]} film {n}" for n in range(60)]
    for split, few in (("train", rows), ("dev", rows[:5]), ("test", rows[5:9])):
        lines = ["label\tsentence", *(row + f" {split}" for row in few)]
        (source / f"{split}.tsv").write_text("\n".join(lines))
    return source


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    source = tmp_path_factory.mktemp("pairs")
    for stem in ("train", "val", "test_2016_flickr"):
        for code, words in (("en", "a dog runs"), ("de", "ein Hund läuft über")):
            lines = "".join(f"{words} {stem} {n}\n" for n in range(40))
            (source / f"{stem}.{code}").write_text(lines)
    return source


def names(out):
    return sorted(path.name for path in out.iterdir())


def test_other_sentences_are_added_to_each_split(reviews, tmp_path):
    diary = tmp_path / "diary"
    prepare("diary", None, diary, count=20)
    out = tmp_path / "out"
    info = prepare("sst2", reviews, out, tokenizer="words", add=[diary])
    for split, number in (("train", 60), ("dev", 5), ("test", 4)):
        whole, added = load_labelled(out, split), load_labelled(diary, split)
        assert whole.texts[number:] == added.texts
        assert whole.labels[number:].tolist() == added.labels.tolist()
    assert info.notes["added"] == "to each split; to train: 20 of diary"
    with pytest.raises(BadInput, match="holds no readable dataset.json"):
        prepare("sst2", reviews, out, add=[reviews])
    assert DatasetInfo.load(out) == info


def test_reviews_in_words(reviews, tmp_path):
    info = prepare("sst2", reviews, tmp_path / "out", tokenizer="words")
    assert names(tmp_path / "out") == [
        "dataset.json",
        "dev.jsonl",
        "test.jsonl",
        "train.jsonl",
        "vocabulary.txt",
    ]
    assert DatasetInfo.load(tmp_path / "out") == info
    for split, number in (("train", 60), ("dev", 5), ("test", 4)):
        verify(tmp_path / "out", info, split)
        texts, labels = load_labelled(tmp_path / "out", split)
        assert len(texts) == len(labels) == number == info.splits[split].examples
        assert all(("good" in t) == y for t, y in zip(texts, labels, strict=True))
    tokenizer = load_tokenizer(tmp_path / "out")
    assert isinstance(tokenizer, Vocabulary)
    assert tokenizer.words[4:6] == ("film", "train")  # of the training texts alone
    assert (info.kind, info.min_count) == ("sentiment", 1)
    assert info.vocabulary_size == len(tokenizer) and info.standardisation


def test_reviews_in_subwords_instead_and_back(reviews, tmp_path):
    out = tmp_path / "out"
    words = prepare("sst2", reviews, out, tokenizer="words")
    info = prepare("sst2", reviews, out, tokenizer="subwords", vocabulary_size=60)
    assert isinstance(load_tokenizer(out), Subwords)  # no vocabulary.txt is left
    assert info.vocabulary_file == "subwords.model" and info.min_count == 0
    assert info.vocabulary_size <= 60 and not info.standardisation
    assert info.splits == words.splits
    assert prepare("sst2", reviews, out, tokenizer="words") == words


def test_reviews_in_other_pieces_and_in_words(reviews, tmp_path):
    out = tmp_path / "out"
    words = prepare("sst2", reviews, out, tokenizer="words")
    for size in (60, 50):
        info = prepare("sst2", reviews, out, tokenizer="pieces", vocabulary_size=size)
        assert info.vocabulary_file == "pieces.model" and info.min_count == 0
        assert info.standardisation == words.standardisation  # pieces of those words
        assert len(load_tokenizer(out)) == info.vocabulary_size <= size
        verify(out, info, "train")
    assert prepare("sst2", reviews, out, tokenizer="words") == words
    assert isinstance(load_tokenizer(out), Vocabulary)  # no pieces.model is left


def test_pairs_in_subwords_with_tags(pairs, tmp_path):
    info = prepare("multi30k", pairs, tmp_path / "out", vocabulary_size=100)
    tokenizer = load_tokenizer(tmp_path / "out")
    assert tokenizer.language_ids == {"en": 4, "de": 5}
    assert len(tokenizer) == info.vocabulary_size <= 100
    assert info.languages == ("en", "de")
    rows = load_parallel(tmp_path / "out", "dev")
    assert rows[3] == {"en": "a dog runs val 3", "de": "ein Hund läuft über val 3"}
    texts = [row["de"] for row in load_parallel(tmp_path / "out", "train")]
    found = tokenizer.decode(tokenizer.encode(texts).to_tensor()).numpy()
    assert [text.decode("utf-8") for text in found] == texts


def test_pictures_take_the_place_of_reviews(reviews, tmp_path):
    out = tmp_path / "out"
    prepare("sst2", reviews, out, tokenizer="subwords", vocabulary_size=60)
    info = prepare("harbour", None, out, count=3)
    files = {shard.file for facts in info.splits.values() for shard in facts.shards}
    files |= {facts.captions.file for facts in info.splits.values()}
    assert set(names(out)) == {"dataset.json", "vocabulary.txt"} | files
    assert info.splits["dev"].texts == len(
        [text for texts in load_captions(out, "dev").captions for text in texts]
    )


def test_twice_is_the_same(pairs, tmp_path):
    infos = [
        prepare("multi30k", pairs, tmp_path / out, vocabulary_size=90)
        for out in ("a", "b")
    ]
    assert infos[0] == infos[1]


def test_main_says_what_it_made(reviews, pairs, tmp_path, capsys):
    out = tmp_path / "sst2"
    arguments = ["sst2", "--source", str(reviews), "--out", str(out)]
    main([*arguments, "--tokenizer", "words", "--min-count", "2"])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[:4] == [
        ["split", "texts", "files"],
        ["train", "60", "1"],
        ["dev", "5", "1"],
        ["test", "4", "1"],
    ]
    assert "have at least 2 times" in " ".join(rows[4])
    next_command = f"next: python -m captioning.train --task sentiment --data {out}"
    assert rows[-1] == next_command.split()
    options = ["--out", str(tmp_path / "m"), "--vocabulary-size", "99"]
    main(["multi30k", "--source", str(pairs), *options])
    said = capsys.readouterr().out
    assert said.splitlines()[1].split() == ["train", "40", "80", "1"]
    assert "tags for en, de\n" in said
    assert f"--task translation --data {tmp_path / 'm'}" in said


@pytest.mark.parametrize("name", ["moods", "diary", "phrasebook", "gap"])
def test_the_built_in_ones(name, tmp_path, capsys):
    main([name, "--out", str(tmp_path / "out"), "--count", "40", "--seed", "3"])
    info = DatasetInfo.load(tmp_path / "out")
    assert info.splits["train"].examples == 40
    load_tokenizer(tmp_path / "out")
    if name == "gap":
        texts, labels = load_labelled(tmp_path / "out", "train", kind="gap")
        assert len(texts) == 40 and "next:" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["sst2", "--tokenizer", "words", "--vocabulary-size", "9"],
            "words got a vocabulary_size",
        ),
        (["nsmc", "--min-count", "2"], "characters got a min_count"),
        (["sst2", "--tokenizer", "words", "--vocabulary-size", "0"], "at least 1"),
        (["multi30k", "--tokenizer", "words"], "a translation got the tokenizer words"),
        (["harbour", "--tokenizer", "subwords"], "captions got the tokenizer subwords"),
        (["sst2", "--leave-out", "x"], "sst2 knows no option 'leave_out'"),
        (["sst2", "--source", "."], r"no train\.tsv"),
    ],
)
def test_faults_name_what_to_do(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if "--source" not in arguments and arguments[0] != "harbour":
        arguments = [*arguments, "--source", "."]
    with pytest.raises(BadInput, match=message):
        main([*arguments, "--out", "out"])
    assert not list(tmp_path.iterdir())


def test_no_such_tokenizer(reviews, tmp_path):
    with pytest.raises(
        BadInput, match="no tokenizer 'bytes'; expected words or pieces or sub"
    ):
        prepare("sst2", reviews, tmp_path / "out", tokenizer="bytes")
