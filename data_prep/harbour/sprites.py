"""The things of the harbour as flat shapes, each relative to its own foot.

A sprite is a list of shapes in units of 1/128 of the picture's side; x grows to the
right, y downwards, and (0, 0) is where the middle of the thing meets the water.
"""

import random

from data_prep.harbour import boats, landmarks
from data_prep.harbour.paints import OLIVE, PAINTS
from data_prep.harbour.scene import Thing
from data_prep.harbour.shapes import Shape, mirrored

# Each takes (rng, paint, whether a sailor is aboard) and returns shapes.
_SPRITES = {
    "sailing boat": boats.sailing_boat,
    "rowing boat": boats.rowing_boat,
    "steamer": boats.steamer,
    "buoy": boats.buoy,
    "lighthouse": landmarks.lighthouse,
    "island": landmarks.island,
    "pier": landmarks.pier,
}


def sprite(thing: Thing, sailor: bool, rng: random.Random) -> list[Shape]:
    """Return the shapes of a thing.

    Args:
        thing: its kind and colour.
        sailor: whether a sailor is aboard; for boats only.
        rng: varies the proportions and, slightly, the colour.
    """
    paint = PAINTS.get(thing.colour, OLIVE)
    # Small variation; each channel moves by itself, too little to change the colour.
    paint = tuple(min(255, max(0, c + rng.randint(-8, 8))) for c in paint)
    shapes = _SPRITES[thing.kind](rng, paint, sailor)
    # A pier is drawn with its outer end on the right; `layout` mirrors it if needed.
    if thing.kind != "pier" and rng.random() < 0.5:
        shapes = mirrored(shapes)
    return shapes
