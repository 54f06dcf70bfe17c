"""Scripts without spaces: what a character is, in TensorFlow and in Python."""

import re

import pytest
import tensorflow as tf

from captioning.tasks.caption_scores import tokenize
from data_prep.text.standardize import join_words, split_words
from data_prep.text.unspaced import CHARACTER, spaced

# A caption, its words, and the caption as it is shown.
EXAMPLES = {
    "两只狗在雪地上滑雪。": ("两 只 狗 在 雪 地 上 滑 雪", "两只狗在雪地上滑雪"),
    "穿T恤的2个人": ("穿 t 恤 的 2 个 人", "穿t恤的2个人"),
    "二匹の犬が、コーラを。": ("二 匹 の 犬 が コ ー ラ を", "二匹の犬がコーラを"),
    "คนกับหมาน้อย": ("ค น กั บ ห ม า น้ อ ย", "คนกับหมาน้อย"),
    "두 마리의 개": ("두 마리의 개", "두 마리의 개"),  # Korean has spaces
    "A dog's ball": ("a dog 's ball", "a dog's ball"),
}


@pytest.mark.parametrize(("caption", "expected"), EXAMPLES.items())
def test_words_are_characters_and_are_joined_again(caption, expected):
    words = split_words(tf.constant([caption]))
    assert b" ".join(words[0].numpy()).decode() == expected[0]
    assert join_words(words)[0].numpy().decode() == expected[1]


@pytest.mark.parametrize(("caption", "expected"), EXAMPLES.items())
def test_scores_see_the_words_that_are_learned(caption, expected):
    assert tokenize(caption) == expected[0].split()


def test_patterns_mean_the_same_to_tensorflow_and_to_python():
    # All characters of the Basic Multilingual Plane and one beyond, each twice.
    text = "".join(chr(c) * 2 for c in [*range(32, 0xD800), 0xF900, 0xFF66, 0x20001])
    graph = tf.strings.regex_replace([text], CHARACTER, r" \1 ")[0].numpy().decode()
    assert graph == re.sub(CHARACTER, r" \1 ", text)


def test_text_with_spaces_is_scored_as_it_is():
    assert spaced("A “dog” — runs…") == "A “dog” — runs…"
