"""The colours of the harbour's pictures."""

from data_prep.harbour.shapes import Colour

# The colours that captions name. They are far apart from each other, from the sea and
# from the sky, so that they are unmistakable at 128 pixels. Land, people and fittings
# have the other colours below: wood, stone, cream and olive.
PAINTS: dict[str, Colour] = {
    "red": (208, 34, 36),
    "yellow": (250, 208, 30),
    "green": (24, 158, 62),
    "blue": (30, 62, 214),
    "white": (248, 248, 246),
    "black": (24, 24, 28),
}
WOOD, DARK_WOOD, PLANK = (150, 104, 62), (92, 62, 40), (186, 142, 94)
STONE, DARK_STONE = (132, 126, 122), (98, 94, 94)
CREAM, GLASS, IRON = (226, 212, 182), (255, 236, 160), (58, 58, 66)
SAND, OLIVE, DARK_OLIVE = (228, 204, 146), (106, 128, 58), (74, 98, 46)
SKIN, SHIRT, NAVY = (226, 170, 130), (240, 238, 232), (38, 46, 92)
FOAM = (226, 236, 240)
