"""What the confidence is measured by, and on."""

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks import not_photos
from benchmarks.confidence import calibration_error


def test_the_calibration_error_is_the_mean_distance_over_intervals():
    confidences = np.array([0.05, 0.05, 0.55, 0.55, 0.55, 0.95])
    right = np.array([False, False, True, False, False, True])
    # 2 of 6 are 0.05 off, 3 of 6 are 0.55 - 1/3 off, 1 of 6 is 0.05 off.
    expected = (2 * 0.05 + 3 * (0.55 - 1 / 3) + 1 * 0.05) / 6
    assert calibration_error(confidences, right) == pytest.approx(expected)
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0.0


def test_pictures_that_are_no_photos_are_pictures_and_differ():
    learned = list(not_photos.learned(6))
    drawings, others = not_photos.measured(6)
    assert (len(learned), len(drawings), len(others)) == (18, 6, 6)
    pictures = [*learned, *drawings, *others]
    assert len(set(pictures)) == len(pictures)
    for picture in pictures:
        with Image.open(io.BytesIO(picture)) as image:
            image.load()
            assert min(image.size) >= 100
