"""All tokenizers have the same interface and one file each."""

import pytest
import tensorflow as tf

from data_prep.errors import BadInput
from data_prep.text.choose_tokenizer import FILES, load_tokenizer
from data_prep.text.special_tokens import END, START
from data_prep.text.subwords import PiecesOfWords, Subwords
from data_prep.text.vocabulary import Vocabulary

TEXTS = ["A dog's ball, red.", "2,500 dogs run -- fast", "the man 's T-shirt don't"] * 3


@pytest.fixture(
    scope="module",
    params=[
        lambda: Vocabulary.build(TEXTS, 1),
        lambda: Subwords.build(TEXTS, 60),
        lambda: Subwords.build(TEXTS, 60, characters=True, fold_case=True),
        lambda: PiecesOfWords.build(TEXTS, 40),
    ],
    ids=["words", "subwords", "characters", "pieces"],
)
def tokenizer(request):
    return request.param()


def test_the_file_decides_which_is_loaded(tokenizer, tmp_path):
    tokenizer.save(tmp_path / tokenizer.FILE)
    loaded = load_tokenizer(tmp_path)
    assert type(loaded) is type(tokenizer) and len(loaded) == len(tokenizer)
    other = next(file for file in FILES if file != tokenizer.FILE)
    (tmp_path / other).write_text("")
    with pytest.raises(BadInput, match="has 2 of vocabulary.txt"):
        load_tokenizer(tmp_path)


def test_the_files_of_all_tokenizers_are_known():
    assert FILES == tuple(kind.FILE for kind in (Vocabulary, Subwords, PiecesOfWords))


def test_a_folder_without_a_tokenizer(tmp_path):
    with pytest.raises(BadInput, match="has none of vocabulary.txt"):
        load_tokenizer(tmp_path)


def test_encode_is_start_ids_end(tokenizer):
    texts = tf.constant([*TEXTS[:3], ""])
    for inner, whole in zip(
        tokenizer.ids(texts).to_list(), tokenizer.encode(texts).to_list(), strict=True
    ):
        assert whole == [START, *inner, END]


def test_the_words_of_a_sentence_have_its_ids(tokenizer):
    for text in TEXTS[:3]:
        words = tokenizer.ids(tf.constant(text.split())).flat_values
        assert words.numpy().tolist() == tokenizer.ids([text]).to_list()[0]


def test_one_interface(tokenizer):
    ids = tokenizer.encode(TEXTS[:2], alpha=0.5)
    assert ids.dtype == tf.int32
    assert tokenizer.decode(ids.to_tensor()).shape == (2,)


def test_exported_with_the_module_that_contains_it(tokenizer, tmp_path):
    class Exported(tf.Module):
        def __init__(self):
            super().__init__()
            self.tokenizer = tokenizer

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def encode(self, texts):
            return self.tokenizer.encode(texts).to_tensor()

    tf.saved_model.save(Exported(), str(tmp_path))
    found = tf.saved_model.load(str(tmp_path)).encode(tf.constant(TEXTS[:2]))
    expected = tokenizer.encode(TEXTS[:2]).to_tensor()
    assert found.numpy().tolist() == expected.numpy().tolist()


def test_the_words_of_real_sentences_have_their_ids(shared_data):
    """So a prefix of a text can be cut after any word."""
    path = shared_data("sst2") / "test.tsv"
    lines = path.read_text("utf-8").splitlines()[1:400]
    texts = [line.split("\t")[1] for line in lines]
    for tokenizer in (Vocabulary.build(texts, 1), Subwords.build(texts, 1000)):
        words = tf.ragged.constant([text.split() for text in texts])
        by_word = tokenizer.ids(words.flat_values)
        whole = tokenizer.ids(tf.constant(texts))
        by_text = by_word.with_row_splits_dtype(tf.int64).flat_values.numpy().tolist()
        assert by_text == whole.flat_values.numpy().tolist()
