from captioning.plots.romanize import romanized


def test_words_of_the_notice():
    """Examples of the notice itself whose letters do not change one another."""
    assert romanized("구미") == "gumi"
    assert romanized("옥천") == "okcheon"
    assert romanized("월곶") == "wolgot"
    assert romanized("나는") == "naneun"


def test_the_last_syllable_and_what_is_no_hangul():
    assert romanized("힣") == "hit"
    assert romanized("가 boat 3!") == "ga boat 3!"
