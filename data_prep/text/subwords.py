"""Subwords: frequent pieces of words <-> ids, for languages with very many words.

The pieces and their probabilities are a unigram language model (Kudo 2018,
arXiv:1804.10959), learnt by the package SentencePiece; or the pieces are single
characters. Graphs use the operations of tensorflow_text; a SavedModel with subwords can
be loaded only after tensorflow_text is imported.

On disk `subwords.model`: the file of SentencePiece. Its first ids are the special
tokens of `text.special_tokens`; then comes one tag a language, spelled ``<2de>``. A tag
before a sentence gives the language to translate into (Johnson et al. 2017,
arXiv:1611.04558). Tags and special tokens have ids only: the same characters in a text
are encoded as text.
"""

import functools
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import tensorflow as tf

from data_prep.atomic import read_whole
from data_prep.errors import BadInput
from data_prep.text.special_tokens import END, PAD, START, UNK
from data_prep.text.standardize import standardize
from data_prep.text.vocabulary import with_start_and_end

_SPECIAL = ("<pad>", "<unk>", "<s>", "</s>")  # SentencePiece's spelling
_TAG = re.compile(r"<2(.+)>")
# Share of all characters that must be covered. Korean has 11,172 syllables, and reviews
# also use single jamo: 0.9995 leaves out what occurs once or twice in a megabyte. With
# at most _MANY_TEXTS texts, all characters are covered.
_COVERAGE, _MANY_TEXTS = 0.9995, 10_000
_LONGEST_BYTES = 1 << 20  # of a text; SentencePiece by default drops those over 4,192


class Subwords(tf.Module):
    """Pieces of words and their ids; the same interface as `Vocabulary`.

    It is a `tf.Module`, so that its pieces are exported with the module that contains
    it. `model` is the content of `subwords.model`; see `build` and `load`.

    Attributes:
        language_ids: language code -> id of its tag.
    """

    FILE = "subwords.model"

    def __init__(self, model: bytes):
        super().__init__(name="subwords")
        self._model = model
        # A cached function and not a dict, which tf.Module would try to export.
        self._sampling = functools.cache(self._sampling_tokenizer)
        with tf.init_scope():  # also when created while a function is traced
            self._exact = self._tokenizer()
            self._size = int(self._exact.vocab_size())
            first = self.words[: len(_SPECIAL)]
            if first != _SPECIAL:
                raise ValueError(
                    f"Subwords got {first} as first pieces; expected {_SPECIAL}: make "
                    "them with Subwords.build."
                )
            self.language_ids = self._find_tags()

    def _tokenizer(self, nbest_size=0, alpha=1.0):
        import tensorflow_text  # here, because it takes a second to load

        tokenizer = tensorflow_text.SentencepieceTokenizer(
            self._model, out_type=tf.int32, nbest_size=nbest_size, alpha=alpha
        )
        tokenizer._model_resource = _named_resource(self._model)
        return tokenizer

    def _sampling_tokenizer(self, alpha: float):
        sampling = self._tokenizer(-1, alpha)
        try:
            sampling.tokenize(["a"])
        except tf.errors.InternalError:  # characters: there is only one segmentation
            return self._exact
        return sampling

    def _find_tags(self) -> dict[str, int]:
        tags = {}
        for index, piece in enumerate(self.words[len(_SPECIAL) :], len(_SPECIAL)):
            tag = _TAG.fullmatch(piece)
            # A tag has no text; a piece of text with this spelling has.
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
        """Learn pieces from training texts; the same texts give the same pieces.

        Args:
            texts: as people wrote them.
            size: of ids, special tokens and tags included; few texts may give fewer.
            languages: codes of those that get a tag.
            characters: True makes each piece one character, the most frequent ones.
            fold_case: True reads "Boat" as "boat".

        Raises:
            BadInput: `size` is less than the number of characters, or there is no text.
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
                num_threads=1,  # with more, the result depends on their timing
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
        """Read what `save` wrote; BadInput if there is no such file, or another."""
        path = Path(path)
        try:
            return cls(read_whole(path))
        except OSError as error:
            raise BadInput(
                f"{path} cannot be read ({error.strerror}); expected subwords: make "
                "them with `python -m data_prep.prepare`."
            ) from error
        except (ValueError, RuntimeError, tf.errors.OpError) as error:
            raise BadInput(
                f"{path} is damaged or of another program; expected what "
                "`python -m data_prep.prepare` wrote: make it again with that command."
            ) from error

    def ids(self, texts: tf.Tensor, alpha: float = 0.0) -> tf.RaggedTensor:
        """Turn texts ``(N,)`` into int32 ids ``(N, (T))`` of their pieces.

        `alpha` 0 takes the most probable segmentation of each text. A positive value
        samples one of all segmentations, each with a probability proportional to
        P(segmentation) ** alpha; smaller values give more variety (subword
        regularisation, Kudo 2018, section 3). The library's generator cannot be seeded.
        """
        if not alpha:
            return self._exact.tokenize(texts)
        with tf.init_scope():
            sampling = self._sampling(alpha)
        return sampling.tokenize(texts)

    def encode(self, texts: tf.Tensor, alpha: float = 0.0) -> tf.RaggedTensor:
        """Turn texts ``(N,)`` into int32 ids ``(N, (T))``: START, pieces, END."""
        return with_start_and_end(self.ids(texts, alpha))

    def decode(self, token_ids: tf.Tensor) -> tf.Tensor:
        """Turn int ids ``(..., T)`` into texts ``(...)``.

        Everything after the first END, PAD, START and tags are ignored. UNK is
        ``<unk>``.
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


def _named_resource(model: bytes):
    """Return the model as a resource of TensorFlow that has a name.

    The library's own has none, and belongs to the kernel that made it. It is gone once
    TensorFlow clears its cache of kernels, as `keras.utils.set_random_seed` makes it do
    at the start of each training. With a name it stays; equal models share one.
    """
    from tensorflow_text.python.ops import sentencepiece_tokenizer as library

    class Named(library._SentencepieceModelResource):
        def _create_resource(self):
            return library.gen_sentencepiece_tokenizer.sentencepiece_op(
                model=model, shared_name=hashlib.sha256(model).hexdigest()
            )

    return Named(model, None)


class PiecesOfWords(Subwords):
    """Subwords of the words of `standardize`: lower case, without punctuation.

    For texts that are only read, never generated: a full stop or the spelling of "it's"
    does not change the meaning.
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
