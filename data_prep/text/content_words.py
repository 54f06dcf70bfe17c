"""Content words of English captions: all words but the stop words.

They are the tags of pictures and the words of associations. Words are those of
`data_prep.text.standardize`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow as tf

from data_prep.text.standardize import split_words

_GROUPS = 2000  # pictures whose captions are split in one call

# Do not change: trained taggers depend on this list. It has the closed word classes of
# English as far as captions use them, with the forms that the tokenizer makes ("'s").
# "two" and "three" are content words: a picture shows how many there are.
STOP_WORDS = frozenset(
    """
    a an the this that these those each every some any no all both either neither
    another other others such same several many much more most few less least lot lots
    enough else only own
    i me my mine myself you your yours yourself he him his himself she her hers herself
    it its itself we us our ours they them their theirs themselves one ones who whom
    whose which what someone something somebody anyone anything everyone everything
    nobody nothing
    of in on at by for with without from to into onto off out over under up down above
    below across through throughout along around about against among amongst amid
    between behind beside besides beneath before after during within inside outside
    near nearby next toward towards upon past beyond via until till since as like than
    per amidst atop underneath alongside away back forward
    and or but nor so yet if while because although though whereas whilst whether when
    where how why then
    be am is are was were been being do does did doing done have has had having can
    could will would shall should may might must ca wo get gets getting got
    's 'm 'd 're 've 'll n't not s t
    there here very too also just still even again almost already ever never now
    together apart apparently seems appears
    """.split()
)


def most_frequent(captions: Sequence[Sequence[str]], count: int) -> tuple[str, ...]:
    """Return at most `count` content words, those of the most pictures first, ties in
    alphabetical order; a word in several captions of a picture counts once."""
    pictures: Counter[str] = Counter()
    for words in _word_sets(captions):
        pictures.update(words - STOP_WORDS)
    ranked = sorted(pictures, key=lambda word: (-pictures[word], word))
    return tuple(ranked[:count])


def sets_of(captions: Sequence[Sequence[str]], words: Sequence[str]) -> np.ndarray:
    """Return which of the words occur in the captions of each picture, bool
    ``(pictures, words)``; for single captions, give groups of one."""
    index = {word: number for number, word in enumerate(words)}
    sets = np.zeros((len(captions), len(words)), bool)
    for row, found in zip(sets, _word_sets(captions), strict=True):
        row[[index[word] for word in found if word in index]] = True
    return sets


def _word_sets(captions: Sequence[Sequence[str]]) -> Iterator[set[str]]:
    """Yield the set of all words of each group of captions."""
    for first in range(0, len(captions), _GROUPS):
        groups = captions[first : first + _GROUPS]
        joined = tf.constant([" ".join(group) for group in groups])
        for words in split_words(joined).to_list():
            yield {word.decode("utf-8") for word in words}
