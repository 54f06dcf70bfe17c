"""The vocabulary: its order, its file, and round trips."""

import pytest
import tensorflow as tf

from data_prep.errors import BadInput
from data_prep.text.special_tokens import END, PAD, START, UNK
from data_prep.text.vocabulary import Vocabulary

SPECIAL = ("<pad>", "<unk>", "<start>", "<end>")
CAPTIONS = ["A dog's ball.", "a dog", "A cat!", "The cat"]


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary.build(CAPTIONS, min_count=1)


def test_words_by_count_then_alphabetically(vocabulary):
    assert vocabulary.words == (*SPECIAL, "a", "cat", "dog", "'s", "ball", "the")
    assert len(vocabulary) == 10
    assert [vocabulary.words[i] for i in (PAD, UNK, START, END)] == list(SPECIAL)


def test_rare_words_are_left_out():
    assert Vocabulary.build(CAPTIONS, 2).words == (*SPECIAL, "a", "cat", "dog")
    with pytest.raises(BadInput, match="occurs 4 times, the most frequent one 3 times"):
        Vocabulary.build(CAPTIONS, 4)
    with pytest.raises(BadInput, match="most frequent one 0 times"):
        Vocabulary.build([], 1)


def test_counts_are_summed_over_batches():
    many = ("dog" for _ in range(10_000))
    assert Vocabulary.build(many, 10_000).words[4:] == ("dog",)


def test_encode(vocabulary):
    ids = vocabulary.encode(tf.constant(["The dog's zebra", "", "<end> a <pad>"]))
    assert ids.dtype == tf.int32
    assert ids.to_list() == [
        [START, 9, 6, 7, UNK, END],
        [START, END],
        [START, UNK, 4, UNK, END],  # no spelling is a special token
    ]


def test_decode_stops_at_the_first_end(vocabulary):
    ids = tf.constant(
        [
            [[START, 9, 6, 7, END, 4, END], [4, 6, END, PAD, PAD, PAD, PAD]],
            [[PAD, PAD, PAD, PAD, PAD, PAD, PAD], [END, 4, 4, 4, 4, 4, 4]],
        ]
    )
    assert vocabulary.decode(ids).numpy().tolist() == [
        [b"the dog's", b"a dog"],
        [b"", b""],
    ]
    assert vocabulary.decode(tf.constant([UNK, 6], tf.int64)).numpy() == b"<unk> dog"
    assert vocabulary.decode(tf.zeros([2, 0], tf.int32)).shape == (2,)


def test_round_trip_in_a_graph(vocabulary):
    def there_and_back(texts):
        return vocabulary.decode(vocabulary.encode(texts).to_tensor())

    texts = tf.data.Dataset.from_tensor_slices(["The cat's ball", "A dog"]).batch(2)
    (batch,) = texts.map(there_and_back)
    assert batch.numpy().tolist() == [b"the cat's ball", b"a dog"]


def test_created_while_tracing_it_works_outside_too(vocabulary):
    made = []

    @tf.function
    def encode(texts):
        made.append(Vocabulary(vocabulary.words))
        return made[0].encode(texts).to_tensor()

    assert encode(tf.constant(["a cat"])).numpy().tolist() == [[START, 4, 5, END]]
    assert made[0].decode(tf.constant([4, 5])).numpy() == b"a cat"


def test_decode_survives_export(vocabulary, tmp_path):
    class Exported(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)])
        def decode(self, token_ids):
            return vocabulary.decode(token_ids)

    tf.saved_model.save(Exported(), str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    assert loaded.decode(tf.constant([[4, 6, 7, END]])).numpy() == [b"a dog's"]


def test_save_and_load(vocabulary, tmp_path):
    path = tmp_path / "vocabulary.txt"
    words = (*vocabulary.words, "고양이", "x\u0085y")  # U+0085 breaks no line of ours
    Vocabulary(words[:-1]).save(path)
    assert path.read_bytes().startswith(b"<pad>\n<unk>\n<start>\n<end>\na\ncat\n")
    assert Vocabulary.load(path).words == words[:-1]


@pytest.mark.parametrize(
    "content, message",
    [
        (None, "cannot be read"),
        (b"a\ndog\n", "does not begin with <pad> <unk>"),
        (b"", "does not begin with"),
        (b"<pad>\n<unk>\n<start>\n<end>\na\ndo", "ends in the middle of a line"),
        (b"<pad>\n<unk>\n<start>\n<end>\na\ndog\na\n", "has the word 'a' 2 times"),
        (b"<pad>\n<unk>\n<start>\n<end>\n\xff\n", "not UTF-8 at byte 26"),
        (b"<pad>\n<unk>\n<start>\n<end>\na\n\ndog\n", "no single word in line 6"),
        (b"<pad>\n<unk>\n<start>\n<end>\na dog\n", "no single word in line 5"),
    ],
)
def test_load_refuses_other_files(content, message, tmp_path):
    path = tmp_path / "vocabulary.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=message):
        Vocabulary.load(path)


def test_words_without_the_special_tokens_are_refused():
    with pytest.raises(ValueError, match="as its first words"):
        Vocabulary(["a", "dog"])
