"""Everyday sentences: what the file holds, and how verdicts are counted."""

from collections import Counter

import pytest

from benchmarks.everyday_sentences import Sentence, load, measure
from data_prep.harbour import diary_english, diary_korean


@pytest.mark.parametrize("split, each", [("dev", 10), ("test", 30)])
def test_the_file_is_balanced_and_marks_a_word(split, each):
    sentences = load(split)
    counts = Counter((s.language, s.label) for s in sentences)
    assert counts == {(name, label): each for name in ("ko", "en") for label in (0, 1)}
    for sentence in sentences:
        assert 0 <= sentence.turn < len(sentence.text.split()) - 1
    assert len({sentence.text for sentence in sentences}) == 4 * each


@pytest.mark.parametrize(
    "language, lexicon",
    [("ko", diary_korean.LEXICON), ("en", diary_english.LEXICON)],
)
def test_no_test_sentence_has_a_phrase_of_the_diary(language, lexicon):
    """Single words recur, for both are of everyday life; phrases of them must not."""
    texts = [f" {s.text.lower()}" for s in load("test") if s.language == language]
    for phrase in (p for of_sign in lexicon.phrases.values() for p in of_sign):
        present, _, past = phrase.lower().partition("/")
        if language == "ko":
            *before, stem = present.split()
            forms = [" ".join([*before, form]) for form in (stem, past)]
        elif past:
            _, *after = past.split()
            forms = [past, " ".join([present, *after])]
        else:
            forms = [present]
        for form in (f for f in forms if " " in f):
            assert not [text for text in texts if f" {form}" in text], phrase


def test_a_turn_is_the_first_word_from_which_on_all_is_right():
    sad = Sentence("test", "en", 0, 2, "I was glad but")
    for verdicts, expected in [
        ([0.9, 0.8, 0.4, 0.1], (1, 1)),
        ([0.9, 0.4, 0.4, 0.1], (1, 1)),  # a word too early
        ([0.4, 0.4, 0.4, 0.1], (1, 0)),  # it never was positive
        ([0.4, 0.4, 0.6, 0.1], (1, 1)),  # a word too late
        ([0.4, 0.4, 0.4, 0.6], (0, 0)),
    ]:
        assert measure([sad], [verdicts]) == expected
        inverted = [1 - probability for probability in verdicts]
        assert measure([sad._replace(label=1)], [inverted]) == expected
