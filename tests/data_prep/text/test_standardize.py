"""Standardization: what is a word, stability, and agreement with the metrics."""

import itertools
import random

import pytest
import tensorflow as tf

from captioning.metrics.ptb_tokenizer import tokenize
from data_prep.text.standardize import join_words, split_words, standardize

EXAMPLES = {
    "A man's T-shirt .": "a man 's t-shirt",
    "A man 's T-shirt": "a man 's t-shirt",  # as Flickr8k writes it
    "The dogs' bowl isn’t blue": "the dogs bowl is n't blue",
    "he'd've gone": "he 'd 've gone",
    "\"Stop\" -- it said, 'go' ...": "stop it said go",
    "a well- known o'clock -type": "a well known o'clock type",
    "5 men at 5:30, 3.5 of 1,000.": "5 men at 5:30 3.5 of 1,000",
    "...5 a.b 2.x 7,": "5 a b 2 x 7",
    "Élan à l’ÉTÉ": "élan à l'été",
    "e\u0301te\u0301": "e\u0301te\u0301",  # accents as marks of their own
    "고양이, हिन्दी!": "고양이 हिन्दी",
    "I ❤️ my 👩‍👧 dog\u00ad": "i my dog",
    "line\nbreak\tand\u00a0space": "line break and space",
    "<start> snake_case <end>": "start snake case end",
    "\ue000s": "s",  # the character that is used inside
    " ... ": "",
    "": "",
}


def test_standardize_examples():
    found = standardize(tf.constant(list(EXAMPLES))).numpy()
    assert [t.decode() for t in found] == list(EXAMPLES.values())


def test_any_shape_and_bytes_that_are_not_utf8():
    texts = tf.constant([[b"A dog\xff", b"\x80"], [b"Two", b"3"]])
    assert standardize(texts).numpy().tolist() == [
        [b"a dog", b""],
        [b"two", b"3"],
    ]
    assert standardize("A dog.").shape == ()


@pytest.fixture(scope="module")
def noise():
    """All short strings of difficult characters, and random longer ones."""
    alphabet = "a5'-. s"
    short = itertools.product(alphabet, repeat=4)
    generator = random.Random(7)
    pieces = [*alphabet, "'ve", "don't", "’", "é", "\u0301", ",", "S", "💥", "\n"]
    long = [generator.choices(pieces, k=12) for _ in range(3000)]
    return tf.constant(["".join(p) for p in [*short, *long]])


def test_standardizing_twice_changes_nothing(noise):
    once = standardize(noise)
    assert tf.reduce_all(standardize(once) == once)


def test_words_begin_and_end_with_letters_marks_or_digits(noise):
    words = {w.decode() for w in split_words(noise).flat_values.numpy()}
    words -= {"'s", "'m", "'d", "'re", "'ve", "'ll", "n't"}
    assert words
    for word in words:
        assert word[0].isalnum(), word
        assert word[-1].isalnum() or word[-1] == "\u0301", word


def test_split_undoes_join():
    """Standardizing a generated caption gives back its words."""
    generator = random.Random(7)
    words = ["dog", "5:30", "3.5", "t-shirt", "o'clock", "é", "ca", "a", "고양이"]
    tails = [[], [], ["'s"], ["n't"], ["n't", "'ve"], ["'d", "'ve"], ["'ll"], ["'re"]]
    captions = [
        [word for _ in range(n % 9) for word in [generator.choice(words), *tail]]
        for n in range(500)
        for tail in [generator.choice(tails)]
    ]
    joined = join_words(tf.ragged.constant(captions, dtype=tf.string))
    found = split_words(joined).to_list()
    assert [[word.decode() for word in caption] for caption in found] == captions


def test_join_reattaches_clitics_only():
    words = tf.ragged.constant(
        [["a", "man", "'s", "o'clock"], ["they", "do", "n't", "'ve"], [], ["n't"]]
    )
    joined = join_words(words).numpy().tolist()
    assert joined == [b"a man's o'clock", b"they don't've", b"", b"n't"]


def test_join_of_dense_words_skips_empty_ones():
    words = tf.constant([[["", "a", "dog"], ["", "", ""]]])
    assert join_words(words).numpy().tolist() == [[b"a dog", b""]]


def test_the_same_inside_tf_data(noise):
    def both(texts):
        return standardize(texts), join_words(split_words(texts))

    eager = both(noise)
    batches = tf.data.Dataset.from_tensor_slices(noise).batch(1000).map(both)
    for found, expected in zip(zip(*batches, strict=True), eager, strict=True):
        assert tf.reduce_all(tf.concat(found, 0) == expected)


def test_words_are_those_of_the_metrics():
    """The PTB tokenizer splits a generated caption into its words."""
    captions = [
        "A man's T-shirt is black-and-white.",
        "Three dogs' toys aren't in the 4x4, it's 5:30.",
        "The tri-colored dog can't jump 3.5 metres over 1,000 cones!",
        'Two kids on a "merry-go-round"; they\'re happy (and loud).',
    ]
    words = split_words(tf.constant(captions))
    for ours, caption in zip(words.to_list(), join_words(words).numpy(), strict=True):
        assert [word.decode() for word in ours] == tokenize(caption.decode())


def test_words_of_flickr8k_are_those_of_the_metrics(shared_data):
    path = shared_data("flickr8k") / "Flickr8k.token.txt"
    lines = path.read_text("utf-8").splitlines()[::20]
    captions = [line.split("\t")[1] for line in lines]
    joined = join_words(split_words(tf.constant(captions))).numpy()
    different = [
        caption
        for caption, ours in zip(captions, joined, strict=True)
        if tokenize(ours.decode()) != tokenize(caption)
    ]
    assert len(different) < 0.001 * len(captions), different  # "#", "&", "Mr."
