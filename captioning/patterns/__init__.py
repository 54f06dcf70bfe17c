"""Patterns: the shapes of sequence that one cell serves, one file each."""

from captioning.patterns.associations import Associations
from captioning.patterns.captions import Captions
from captioning.patterns.pattern import Pattern
from captioning.patterns.sentiment import Sentiment
from captioning.patterns.tags import Tags
from captioning.patterns.translation import Translation

# In the order of the lesson, and of a joint run.
PATTERNS: dict[str, type[Pattern]] = {
    "captions": Captions,
    "sentiment": Sentiment,
    "translation": Translation,
    "associations": Associations,
    "tags": Tags,
}
