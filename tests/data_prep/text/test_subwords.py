"""Subwords: special tokens, tags, round trips and sampled segmentations."""

import io

import keras
import numpy as np
import pytest
import tensorflow as tf

from data_prep.errors import BadInput
from data_prep.text.special_tokens import END, PAD, START, UNK
from data_prep.text.subwords import PiecesOfWords, Subwords

TEXTS = [
    "Der Hund läuft über die Wiese.",
    "Ein Hund läuft zum Strand.",
    "A dog runs across the meadow.",
    "Two dogs ran to the beach",
    "나는 오늘 지갑을 잃어버렸다",
    "나는 오늘 정말 기분이 좋다",
] * 4


@pytest.fixture(scope="module")
def subwords():
    return Subwords.build(TEXTS, 120, languages=("en", "de", "ko"))


def model(subwords, tmp_path):
    subwords.save(tmp_path / "model")
    return (tmp_path / "model").read_bytes()


def test_special_tokens_then_tags_then_pieces(subwords):
    pieces = subwords._exact.id_to_string(tf.range(8)).numpy().tolist()
    assert pieces[PAD] == b"<pad>" and pieces[UNK] == b"<unk>"
    assert (START, END) == (2, 3) and pieces[2:4] == [b"<s>", b"</s>"]
    assert subwords.language_ids == {"en": 4, "de": 5, "ko": 6}
    assert 7 < len(subwords) <= 120
    assert Subwords.build(TEXTS, 120).language_ids == {}


def test_no_text_is_encoded_as_a_special_token(subwords):
    texts = tf.constant(["<2de> </s> <s> <pad> <unk>", "<2de>A dog", "▁ ⁇ "])
    found = set(subwords.ids(texts).flat_values.numpy())
    assert not found & {PAD, START, END, *subwords.language_ids.values()}


def test_encode_is_start_ids_end(subwords):
    texts = tf.constant([*TEXTS[:6], "", "  "])
    ids, encoded = subwords.ids(texts), subwords.encode(texts)
    assert ids.dtype == encoded.dtype == tf.int32
    for inner, whole in zip(ids.to_list(), encoded.to_list(), strict=True):
        assert whole == [START, *inner, END]
    assert encoded.to_list()[-2:] == [[START, END]] * 2


def test_texts_come_back_with_their_case(subwords):
    texts = tf.constant(TEXTS[:6])
    for alpha in (0.0, 0.3):
        ids = subwords.encode(texts, alpha).to_tensor()
        assert subwords.decode(ids).numpy().tolist() == texts.numpy().tolist()


def test_decode_stops_at_the_first_end_and_ignores_tags(subwords):
    dog = subwords.ids(["A dog"]).to_list()[0]
    tag = subwords.language_ids["de"]
    row = [START, tag, *dog, END, *dog, PAD, END]
    ids = tf.constant([[row, [PAD] * len(row)], [[END, *row[1:]], row]], tf.int64)
    assert subwords.decode(ids).numpy().tolist() == [[b"A dog", b""], [b"", b"A dog"]]
    assert subwords.decode(tf.constant([*dog, UNK])).numpy() == b"A dog <unk>"
    assert subwords.decode(tf.zeros([2, 0], tf.int32)).numpy().tolist() == [b"", b""]


@pytest.mark.parametrize(
    "texts", [["A dog", "한국"], ["Ein  Hund läuft 漢字 zum Hund"]]
)
def test_the_words_of_a_sentence_have_its_ids(subwords, texts):
    for text in texts:
        words = subwords.ids(tf.constant(text.split()))
        assert words.flat_values.numpy().tolist() == subwords.ids([text]).to_list()[0]


def test_the_same_texts_give_the_same_bytes(subwords, tmp_path):
    again = Subwords.build(iter(TEXTS), 120, languages=("en", "de", "ko"))
    assert model(again, tmp_path) == model(subwords, tmp_path)


def test_sampled_segmentations_differ_and_alpha_0_is_the_best(subwords):
    texts = tf.constant(["나는 오늘 정말 기분이 좋다"] * 200)
    best = subwords.ids(texts).to_list()
    assert all(row == best[0] for row in best)
    bold = {tuple(row) for row in subwords.ids(texts, alpha=0.1).to_list()}
    timid = [tuple(row) for row in subwords.ids(texts, alpha=5.0).to_list()]
    assert len(bold) > len(set(timid))
    assert max(set(timid), key=timid.count) == tuple(best[0])


def test_learning_prints_nothing(capfd):
    """SentencePiece is C++ and would write to the file descriptor."""
    tf.constant(0).numpy()  # TensorFlow greets its devices on first use
    capfd.readouterr()
    Subwords.build(TEXTS, 120)
    output = capfd.readouterr()
    assert (output.out, output.err) == ("", "")


def test_in_a_graph_and_exported(subwords, tmp_path):
    class Exported(tf.Module):
        def __init__(self):
            super().__init__()
            self.subwords = subwords

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def there_and_back(self, texts):
            ids = self.subwords.encode(texts).to_tensor()
            return ids, self.subwords.decode(ids)

    tf.saved_model.save(Exported(), str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    texts = tf.constant(["Ein Hund", "오늘 기분이 좋다"])
    ids, back = loaded.there_and_back(texts)
    np.testing.assert_array_equal(ids, subwords.encode(texts).to_tensor())
    assert back.numpy().tolist() == texts.numpy().tolist()


def test_save_and_load(subwords, tmp_path):
    subwords.save(tmp_path / Subwords.FILE)
    loaded = Subwords.load(tmp_path / Subwords.FILE)
    assert len(loaded) == len(subwords)
    assert loaded.language_ids == subwords.language_ids
    assert loaded.ids(TEXTS[:2]).to_list() == subwords.ids(TEXTS[:2]).to_list()


@pytest.mark.parametrize("damage", ["none", "empty", "half", "cut", "text", "foreign"])
def test_load_refuses_damaged_files(subwords, tmp_path, damage):
    import sentencepiece

    whole = model(subwords, tmp_path)
    path = tmp_path / Subwords.FILE
    foreign = io.BytesIO()  # its <unk> is 0
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS),
        model_writer=foreign,
        vocab_size=60,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    contents = {
        "empty": b"",
        "half": whole[: len(whole) // 2],
        "cut": whole[:-1],
        "text": b"<pad>\n<unk>\n<start>\n<end>\na\n",
        "foreign": foreign.getvalue(),
    }
    if damage in contents:
        path.write_bytes(contents[damage])
    with pytest.raises(BadInput, match=f"{Subwords.FILE} (cannot be read|is damaged)"):
        Subwords.load(path)


@pytest.mark.parametrize("texts, size", [([], 100), ([" "], 100), (TEXTS, 20)])
def test_too_few_texts_are_refused(texts, size):
    with pytest.raises(BadInput, match="expected some text, and more subwords than"):
        Subwords.build(texts, size)


def test_characters_are_pieces_of_length_one():
    characters = Subwords.build(["ab ba abba", "bab a"], 60, characters=True)
    (ids,) = characters.ids(["ab"]).to_list()
    assert len(ids) == 3  # the space before, a, b


def test_case_is_kept_unless_it_is_folded():
    texts = ["A boat and a Boat", "the BOAT"] * 4
    folded = Subwords.build(texts, 40, fold_case=True)
    kept = Subwords.build(texts, 40)
    assert folded.ids(["BOAT"]).to_list() == folded.ids(["boat"]).to_list()
    assert kept.ids(["Boat"]).to_list() != kept.ids(["boat"]).to_list()


def test_pieces_of_words_ignore_punctuation():
    pieces = PiecesOfWords.build(["It isn't bad.", "it is good"] * 3, 30)
    assert (
        pieces.ids(["It ISN'T bad!"]).to_list()
        == pieces.ids(["it isn't bad"]).to_list()
    )


def test_pieces_outlive_a_new_seed(tmp_path):
    """A training sets one, which makes TensorFlow forget its kernels."""
    subwords = Subwords.build(["a dog runs", "ein Hund rennt"] * 20, 40)
    texts = tf.constant(["a dog", "ein Hund"])
    encode = tf.function(subwords.encode)
    before = encode(texts).to_list()
    keras.utils.set_random_seed(1)
    assert encode(texts).to_list() == subwords.encode(texts).to_list() == before
    assert subwords.decode(subwords.encode(texts).to_tensor()).numpy().tolist() == [
        b"a dog",
        b"ein Hund",
    ]
