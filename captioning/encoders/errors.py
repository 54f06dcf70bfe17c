"""The one error of the encoders: a name, size or weights file that cannot be used."""


class BadEncoder(ValueError):
    """What was found, what was expected and what to do, in one sentence."""
