"""The photo where weights are high, overlaid elsewhere."""

import numpy as np
import pytest

from captioning.plots.attention_overlay import highlight


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
