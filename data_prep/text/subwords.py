"""Subwords: frequent pieces of words <-> ids, for languages with too many words.

Pieces and their probabilities are those of a unigram language model (Kudo 2018,
arXiv:1804.10959) that the package SentencePiece learns, or they are single characters.
The operations of tensorflow_text read it in graphs; a SavedModel with subwords needs
tensorflow_text to be imported before it is loaded.

On disk `subwords.model`: the file of SentencePiece. Its first ids are the special
tokens of `text.vocabulary`; then comes one tag a language, spelled ``<2de>``, that
stands before a sentence and says into which language it is to be translated (Johnson et
al. 2017, arXiv:1611.04558). No text can contain them, whatever it spells.
"""

import functools
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import tensorflow as tf

from data_prep.errors import BadInput
from data_prep.text.special_tokens import END, PAD, START, UNK
from data_prep.text.standardize import standardize
from data_prep.text.vocabulary import with_edges

_SPECIAL = ("<pad>", "<unk>", "<s>", "</s>")  # SentencePiece's spelling
_TAG = re.compile(r"<2(.+)>")
# Korean writes in 11,172 syllables and its reviews in jamo besides: 0.9995 of all
# characters leaves out what is seen once or twice in a megabyte. Of fewer texts than
# this, all characters are needed.
_COVERAGE, _MANY_TEXTS = 0.9995, 10_000
_LONGEST_BYTES = 1 << 20  # a text; by default SentencePiece drops those over 4,192


class Subwords(tf.Module):
    """Pieces of words and their ids; the same interface as `Vocabulary`.

    A `tf.Module`: an exported module that holds it exports its pieces as well.

    Args:
        model: content of `subwords.model`; see `build` and `load`.

    Attributes:
        language_ids: language code -> id of its tag.
    """

    FILE = "subwords.model"

    def __init__(self, model: bytes):
        super().__init__(name="subwords")
        self._model = model
        # As a function, because tf.Module would have to export a dict.
        self._drawing = functools.cache(self._drawing_tokenizer)
        with tf.init_scope():  # also when made while a function is traced
            self._exact = self._tokenizer()
            self._size = int(self._exact.vocab_size())
            first = self._exact.id_to_string(tf.range(len(_SPECIAL))).numpy()
            if tuple(piece.decode("utf-8") for piece in first) != _SPECIAL:
                raise ValueError(
                    f"Subwords got {first.tolist()} as first pieces; expected "
                    f"{_SPECIAL}. Make them by Subwords.build."
                )
            self.language_ids = self._find_tags()

    def _tokenizer(self, nbest_size=0, alpha=1.0):
        import tensorflow_text  # only where subwords are used: it loads for a second

        return tensorflow_text.SentencepieceTokenizer(
            self._model, out_type=tf.int32, nbest_size=nbest_size, alpha=alpha
        )

    def _drawing_tokenizer(self, alpha: float):
        drawing = self._tokenizer(-1, alpha)
        try:
            drawing.tokenize(["a"])
        except tf.errors.InternalError:  # characters: there is but one way to cut
            return self._exact
        return drawing

    def _find_tags(self) -> dict[str, int]:
        tags = {}
        for index in range(len(_SPECIAL), self._size):
            piece = self._exact.id_to_string(index).numpy().decode("utf-8")
            tag = _TAG.fullmatch(piece)
            # A piece of text that is spelled so would be a text again.
            if not tag or self._exact.detokenize([index]).numpy():
                break
            tags[tag[1]] = index
        return tags

    def __len__(self) -> int:
        return self._size

    @property
    def words(self) -> tuple[str, ...]:
        """All pieces, in the order of their ids."""
        pieces = self._exact.id_to_string(tf.range(self._size)).numpy()
        return tuple(piece.decode("utf-8") for piece in pieces)

    @classmethod
    def build(
        cls,
        texts: Iterable[str],
        size: int,
        languages: Sequence[str] = (),
        *,
        characters: bool = False,
        fold_case: bool = False,
    ) -> "Subwords":
        """Learn pieces from texts; the same texts always give the same pieces.

        Args:
            texts: as people wrote them; those of the training split.
            size: number of ids, special tokens and tags included. Of texts that do not
                carry so many pieces there are fewer.
            languages: codes of the languages that get a tag.
            characters: let each piece be one character, the most frequent ones.
            fold_case: let "Boat" be read as "boat".

        Raises:
            BadInput: `size` does not even hold all characters, or there is no text.
        """
        import sentencepiece  # for learning only

        texts = [one for one in texts if one.strip()]
        model = io.BytesIO()
        try:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(texts),
                model_writer=model,
                model_type="char" if characters else "unigram",
                vocab_size=size,
                hard_vocab_limit=False,
                character_coverage=_COVERAGE if len(texts) > _MANY_TEXTS else 1.0,
                normalization_rule_name="nmt_nfkc_cf" if fold_case else "nmt_nfkc",
                max_sentence_length=_LONGEST_BYTES,
                pad_id=PAD,
                unk_id=UNK,
                bos_id=START,
                eos_id=END,
                unk_surface=" <unk> ",  # as Vocabulary spells it
                control_symbols=[f"<2{language}>" for language in languages],
                num_threads=1,  # sums of several depend on who is first
                minloglevel=2,  # errors only
            )
        except (RuntimeError, OSError) as error:
            characters = len(set("".join(texts)))
            raise BadInput(
                f"no {size} subwords can be learnt from {len(texts):,} texts with "
                f"{characters:,} different characters; expected some text, and more "
                "subwords than characters: give a larger --vocabulary-size or more "
                "texts."
            ) from error
        return cls(model.getvalue())

    def save(self, path: Path) -> None:
        """Write `subwords.model`."""
        Path(path).write_bytes(self._model)

    @classmethod
    def load(cls, path: Path) -> "Subwords":
        """Read what `save` wrote.

        Raises:
            BadInput: there is no such file, or it is something else.
        """
        path = Path(path)
        try:
            return cls(path.read_bytes())
        except OSError as error:
            raise BadInput(
                f"{path} cannot be read ({error.strerror}); expected subwords: make "
                "them by `python -m data_prep.prepare`."
            ) from error
        except (ValueError, RuntimeError, tf.errors.OpError) as error:
            raise BadInput(
                f"{path} is damaged, or no subwords of ours; expected what "
                "`python -m data_prep.prepare` wrote: make it anew by that command."
            ) from error

    def ids(self, texts: tf.Tensor, alpha: float = 0.0) -> tf.RaggedTensor:
        """Turn texts ``(N,)`` into int32 ids ``(N, (T))`` of their pieces.

        Args:
            texts: as people write them.
            alpha: 0 cuts each text in the most probable way. More draws one of all ways
                with a probability proportional to its own to the power of `alpha`, so
                less than 1 is bolder (subword regularisation, Kudo 2018, section 3).
                Drawn by the library's own generator, which no seed of ours reaches.
        """
        if not alpha:
            return self._exact.tokenize(texts)
        with tf.init_scope():
            drawing = self._drawing(alpha)
        return drawing.tokenize(texts)

    def encode(self, texts: tf.Tensor, alpha: float = 0.0) -> tf.RaggedTensor:
        """Turn texts ``(N,)`` into int32 ids ``(N, (T))``: START, pieces, END."""
        return with_edges(self.ids(texts, alpha))

    def decode(self, token_ids: tf.Tensor) -> tf.Tensor:
        """Turn ids into texts.

        Args:
            token_ids: int ``(..., T)``. What follows the first END does not count, nor
                do PAD, START and tags. UNK is spelled ``<unk>``.

        Returns:
            Strings ``(...)``.
        """
        token_ids = tf.cast(token_ids, tf.int32)
        shape = tf.shape(token_ids)
        rows = tf.reshape(token_ids, [tf.reduce_prod(shape[:-1]), shape[-1]])
        ends = tf.cast(tf.equal(rows, END), tf.int32)
        is_piece = tf.equal(tf.cumsum(ends, axis=-1), 0)
        is_piece &= tf.equal(rows, UNK) | (
            rows >= len(_SPECIAL) + len(self.language_ids)
        )
        texts = self._exact.detokenize(tf.ragged.boolean_mask(rows, is_piece))
        texts = tf.strings.strip(tf.strings.regex_replace(texts, " +", " "))
        texts = tf.reshape(texts, shape[:-1])
        return tf.ensure_shape(texts, token_ids.shape[:-1])


class PiecesOfWords(Subwords):
    """Subwords of the words of `data_prep.text.standardize`: lower case, no signs.

    What is read for what it means, and never written, is the same with or without a
    full stop; how "it's" was typed does not matter either.
    """

    FILE = "pieces.model"

    @classmethod
    def build(cls, texts: Iterable[str], size: int, **options) -> "PiecesOfWords":
        """Learn pieces from texts; arguments as `Subwords.build`."""
        standard = standardize(tf.constant(list(texts))).numpy()
        return super().build([t.decode("utf-8") for t in standard], size, **options)

    def ids(self, texts: tf.Tensor, alpha: float = 0.0) -> tf.RaggedTensor:
        """Turn texts ``(N,)`` into int32 ids ``(N, (T))``; see `Subwords.ids`."""
        return super().ids(standardize(texts), alpha)
