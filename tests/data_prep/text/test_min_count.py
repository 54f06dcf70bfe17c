"""The default minimum count depends on the number of training texts."""

from data_prep.text.min_count import MANY_TEXTS, MIN_COUNT, default_min_count


def test_rare_words_are_kept_only_where_texts_are_few():
    assert default_min_count(MANY_TEXTS) == (
        1,
        "5,000 texts or fewer; all words are needed",
    )
    assert default_min_count(MANY_TEXTS + 1)[0] == MIN_COUNT == 5
