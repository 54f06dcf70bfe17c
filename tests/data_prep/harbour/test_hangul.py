"""Korean particles follow the last consonant."""

import pytest

from data_prep.harbour.hangul import has_final, with_particle


@pytest.mark.parametrize(
    ("word", "subject", "topic", "object"),
    [
        ("등대", "등대가", "등대는", "등대를"),
        ("섬", "섬이", "섬은", "섬을"),
        ("증기선", "증기선이", "증기선은", "증기선을"),
        ("지갑", "지갑이", "지갑은", "지갑을"),
        ("노", "노가", "노는", "노를"),
        ("닻", "닻이", "닻은", "닻을"),
        ("가", "가가", "가는", "가를"),  # the first syllable of all
        ("힣", "힣이", "힣은", "힣을"),  # the last
    ],
)
def test_the_three_particles(word, subject, topic, object):
    assert with_particle(word, "이/가") == subject
    assert with_particle(word, "은/는") == topic
    assert with_particle(word, "을/를") == object


def test_the_arithmetic_agrees_with_unicode_decomposition():
    import unicodedata

    for code in range(ord("가"), ord("힣") + 1):
        jamo = unicodedata.normalize("NFD", chr(code))
        assert has_final(chr(code)) == (len(jamo) == 3)


@pytest.mark.parametrize("word", ["", "boat", "배.", "ㄱ"])
def test_other_letters_are_refused(word):
    with pytest.raises(ValueError, match="Hangul"):
        with_particle(word, "이/가")
