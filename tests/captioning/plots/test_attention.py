"""Figures of attention: the photo where weights are high, overlaid elsewhere."""

import numpy as np
import pytest

from captioning.plots.attention import draw_attention, highlight


@pytest.mark.parametrize("brightness", [0, 60, 109, 111, 190, 255])
def test_a_photo_is_unchanged_where_weights_are_high_and_overlaid_elsewhere(brightness):
    """For dark photos, bright ones and those in between."""
    picture = np.full((80, 120, 3), brightness, np.uint8)
    weight = np.zeros((4, 4))
    weight[0, 3] = 0.5  # the upper right corner
    shown = highlight(picture, weight).astype(int)
    assert shown.shape == picture.shape
    assert np.abs(shown[2, 117] - brightness).max() <= 12
    assert np.abs(shown[70, 10] - brightness).min() > 60


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
