"""Figures of attention: a panel for the photo and for each word."""

import numpy as np
import pytest

from captioning.plots.attention import draw_attention


def test_a_panel_for_the_photo_and_for_each_word(tmp_path):
    words = "a dog runs over the green grass".split()
    picture = np.zeros((20, 20, 3), np.uint8)
    figure = draw_attention(
        picture, words, np.full((7, 49), 1 / 49), tmp_path / "attention.png"
    )
    titles = [axes.get_title() for axes in figure.axes if axes.images]
    assert titles == ["the photo", *words]
    assert (tmp_path / "attention.png").stat().st_size > 0


@pytest.mark.parametrize("shape", [(2, 48), (3, 49)])
def test_weights_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(words, regions\)"):
        draw_attention(np.zeros((20, 20, 3), np.uint8), ["a", "dog"], np.ones(shape))
