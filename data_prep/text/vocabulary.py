"""The vocabulary: words <-> ids, in TensorFlow operations.

On disk `vocabulary.txt`: one word a line, UTF-8, the line number (from 0) is the id.
The first four lines are the special tokens. Their spelling is for human readers only:
no text can contain them, and all code uses their ids. How often a word must occur is
decided by `text.min_count`.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import tensorflow as tf

from data_prep.atomic import read_whole
from data_prep.errors import BadInput
from data_prep.text.special_tokens import END, PAD, START, UNK
from data_prep.text.standardize import join_words, split_words

_SPECIAL = ("<pad>", "<unk>", "<start>", "<end>")
_BATCH = 4096  # captions split in one call; the overhead of a call is then negligible


class Vocabulary(tf.Module):
    """Words, after the four special tokens, and their ids; see `build` and `load`.

    It is a `tf.Module`, so that its table is exported with the module that contains it.
    """

    FILE = "vocabulary.txt"

    def __init__(self, words: Iterable[str]):
        super().__init__(name="vocabulary")
        self.words = tuple(words)
        first = len(_SPECIAL)
        if self.words[:first] != _SPECIAL:
            raise ValueError(
                f"A vocabulary got {self.words[:first]} as its first words; "
                f"expected {_SPECIAL}: make one with Vocabulary.build."
            )
        with tf.init_scope():  # also when created while a function is traced
            self._words = tf.constant(self.words)
            self._table = tf.lookup.StaticHashTable(
                tf.lookup.KeyValueTensorInitializer(
                    # "", which no text contains, makes the keys strings even if there
                    # is no word.
                    keys=("", *self.words[first:]),
                    values=(UNK, *range(first, len(self.words))),
                    key_dtype=tf.string,
                    value_dtype=tf.int32,
                ),
                default_value=UNK,
            )

    def __len__(self) -> int:
        return len(self.words)

    @classmethod
    def build(cls, captions: Iterable[str], min_count: int) -> "Vocabulary":
        """Collect the words that training captions have `min_count` times or more: most
        frequent first, ties alphabetically. BadInput if there is none."""
        counts: Counter[str] = Counter()
        captions = iter(captions)
        while batch := list(islice(captions, _BATCH)):
            words = split_words(tf.constant(batch)).flat_values.numpy()
            counts.update(word.decode("utf-8") for word in words)
        frequent = [word for word, count in counts.items() if count >= min_count]
        if not frequent:
            most = max(counts.values(), default=0)
            raise BadInput(
                f"no word of the training captions occurs {min_count} times, the most "
                f"frequent one {most} times; expected at least one word: give more "
                "captions or a smaller --min-count."
            )
        frequent.sort(key=lambda word: (-counts[word], word))
        return cls((*_SPECIAL, *frequent))

    def save(self, path: Path) -> None:
        """Write `vocabulary.txt`."""
        lines = "".join(f"{word}\n" for word in self.words)
        Path(path).write_text(lines, encoding="utf-8", newline="\n")

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        """Read what `save` wrote; BadInput if there is no such file, or another."""
        path = Path(path)
        try:
            # Not splitlines(), which also splits at other line breaks than \n.
            words = read_whole(path).decode("utf-8").split("\n")
        except OSError as error:
            raise BadInput(
                f"{path} cannot be read ({error.strerror}); expected a vocabulary: "
                "make it with `python -m data_prep.prepare`."
            ) from error
        except UnicodeDecodeError as error:
            what = f"is not UTF-8 at byte {error.start}"
            raise _not_a_vocabulary(path, what) from error
        if words.pop() != "":
            raise _not_a_vocabulary(path, "ends in the middle of a line")
        if tuple(words[: len(_SPECIAL)]) != _SPECIAL:
            raise _not_a_vocabulary(path, f"does not begin with {' '.join(_SPECIAL)}")
        for line, word in enumerate(words, start=1):
            if word.split() != [word]:
                raise _not_a_vocabulary(path, f"has no single word in line {line}")
        if len(set(words)) < len(words):
            word, count = Counter(words).most_common(1)[0]
            raise _not_a_vocabulary(path, f"has the word {word!r} {count} times")
        return cls(words)

    def ids(self, texts: tf.Tensor, alpha: float = 0.0) -> tf.RaggedTensor:
        """Turn texts ``(N,)`` into int32 ids ``(N, (T))`` of their words; `alpha`, of
        `Subwords.ids`, is not used: a text has only one split into words."""
        return self._table.lookup(split_words(texts))

    def encode(self, texts: tf.Tensor, alpha: float = 0.0) -> tf.RaggedTensor:
        """Turn texts ``(N,)`` into int32 ids ``(N, (T))``: START, words, END."""
        return with_start_and_end(self.ids(texts, alpha))

    def decode(self, token_ids: tf.Tensor) -> tf.Tensor:
        """Turn int ids ``(..., T)`` into captions ``(...)``.

        Everything after the first END, PAD and START are ignored. UNK is ``<unk>``.
        """
        token_ids = tf.cast(token_ids, tf.int32)
        ends = tf.cast(tf.equal(token_ids, END), tf.int32)
        is_word = tf.equal(tf.cumsum(ends, axis=-1), 0)
        is_word &= tf.not_equal(token_ids, PAD) & tf.not_equal(token_ids, START)
        return join_words(tf.where(is_word, tf.gather(self._words, token_ids), ""))


def with_start_and_end(ids: tf.RaggedTensor) -> tf.RaggedTensor:
    """Put START before and END after each row of int32 ids ``(N, (T))``."""
    edge = tf.ones([ids.nrows(), 1], tf.int32)
    return tf.concat([START * edge, ids, END * edge], axis=1)


def _not_a_vocabulary(path, what):
    return BadInput(
        f"{path} {what}; expected a vocabulary, one word a line: make it again "
        "with `python -m data_prep.prepare`."
    )
