"""Captions of a split by any engine."""

import pytest

from captioning.inference.caption_split import caption_split
from data_prep.errors import BadInput
from data_prep.pictures.reader import BadPicture
from data_prep.prepared.captions import load_captions


class Refusing:
    """An engine that can decode no picture."""

    def caption(self, pictures, num_beams=None):
        raise BadPicture("cannot be decoded.")


def test_a_picture_that_is_none_is_named(harbour_data):
    """Of a data set that another program made, with checksums that are right."""
    first = load_captions(harbour_data, "dev").image_ids[0]
    with pytest.raises(BadInput, match=f"from {first} to .* cannot be decoded"):
        caption_split(Refusing(), harbour_data, "dev")
