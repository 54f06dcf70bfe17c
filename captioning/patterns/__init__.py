"""Patterns: the shapes of sequence that one cell serves, one file each."""

from captioning.patterns.captions import Captions
from captioning.patterns.pattern import Pattern

PATTERNS: dict[str, type[Pattern]] = {"captions": Captions}
