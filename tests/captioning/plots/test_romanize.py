from captioning.plots.romanize import romanized


def test_examples_of_the_notice():
    """Those without sound changes between syllables."""
    assert romanized("구미") == "gumi"
    assert romanized("옥천") == "okcheon"
    assert romanized("월곶") == "wolgot"
    assert romanized("나는") == "naneun"


def test_the_last_syllable_and_other_characters():
    assert romanized("힣") == "hit"
    assert romanized("가 boat 3!") == "ga boat 3!"
