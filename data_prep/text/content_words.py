"""Content words of captions in English or German: all words but the stop words.

They are the tags of pictures and the words of associations. Words are those of
`data_prep.text.standardize`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow as tf

from data_prep.text.standardize import split_words

_GROUPS = 2000  # pictures whose captions are split in one call

# A change asks for new trainings: of `related_de.tflite`, and of users' taggers. The
# lists have the closed classes of words as far as captions use them, with the forms
# that the tokenizer makes ("'s").
# "two" and "three" are content words: a picture shows how many there are.
_ENGLISH = """
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
"""
_GERMAN = """
der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner
dieser diese dieses diesen diesem jener jene jenes jenen jenem jeder jede jedes jeden
jedem mancher manche manches manchen welcher welche welches welchen beide beiden beider
andere anderen anderer anderes anderem einige einigen einiger etwas mehrere mehreren
mehrerer mehr viel viele vielen vieler wenig wenige wenigen alle allen aller alles nur
keines welchem solche solcher solchen manchem einiges weitere weiteren weiterer weiteres
ich mir mich mein meine meinen meinem meiner meines du dir dich dein deine deinen deinem
deiner deines er ihm ihn sie es ihnen ihr ihre ihren ihrem ihrer ihres sein seine seinen
seinem seiner seines wir uns unser unsere unseren unserem unserer unseres euch euer eure
sich man jemand jemanden jemandem niemand nichts wer wen wem was dessen deren denen
einander selbst selber
in im ins an am ans auf aufs aus bei beim bis durch durchs entlang für fürs gegen
gegenüber hinter hinterm hinters mit nach neben ohne seit über überm übers um ums unter
unterm unters von vom vor vorm vors zu zum zur zwischen während trotz außer außerhalb
innerhalb oberhalb unterhalb inmitten nahe
heran herab herum herunter heraus herein herauf herüber hervor hinab hinauf hinein
hinaus hindurch hinunter hinüber hinweg empor umher zurück rauf raus rein rum runter
rüber hin her ab vorbei daran darauf daraus dabei dadurch dafür dagegen dahinter damit
danach daneben darin darüber darum darunter davon davor dazu dazwischen woran worauf
womit wobei oben unten vorne hinten draußen drinnen vorn drauf hinterher nebenher irgend
und oder aber denn doch sondern weil wenn als ob dass daß obwohl wie wo indem sowie
sodass bevor nachdem je jeweils bzw
bin bist ist sind seid war waren gewesen sei wäre habe hast hat haben hatte hatten
gehabt hätte hätten werde wird werden wurde wurden worden würde würden kann können
könnte könnten konnte konnten muss müssen musste soll sollen sollte will wollen wollte
darf dürfen mag möchte möchten
nicht da dort hier so sehr auch noch schon nun jetzt gerade eben etwa fast immer wieder
nie dann zusammen gemeinsam anscheinend offenbar scheinbar wohl vielleicht aneinander
aufeinander beieinander hintereinander miteinander nebeneinander gegeneinander
übereinander voneinander zueinander
"""
# Words of both languages, and content words of English: they do not tell which it is.
_IN_BOTH = {"man", "hat", "die", "war", "rum", "rein", "bin"}
STOP_WORDS = {"en": frozenset(_ENGLISH.split()), "de": frozenset(_GERMAN.split())}


def most_frequent(captions: Sequence[Sequence[str]], count: int) -> tuple[str, ...]:
    """Return at most `count` content words, those of the most pictures first, ties in
    alphabetical order; a word in several captions of a picture counts once.

    The language is that whose stop words are met more often.
    """
    pictures: Counter[str] = Counter()
    for words in _word_sets(captions):
        pictures.update(words)
    met = {
        language: sum(pictures[word] for word in words - _IN_BOTH)
        for language, words in STOP_WORDS.items()
    }
    for word in STOP_WORDS[max(met, key=lambda language: met[language])]:
        pictures.pop(word, None)
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
