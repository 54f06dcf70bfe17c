"""Captions of the harbour with the scores that coco-caption gives them."""

import json
from pathlib import Path

import pytest

from captioning.metrics.ptb_tokenizer import tokenize

ORACLE = Path(__file__).parent / "oracle" / "harbour_scores.json"


@pytest.fixture(scope="session")
def harbour():
    """(candidates, references, oracle): tokens and coco-caption's scores."""
    oracle = json.loads(ORACLE.read_text("utf-8"))
    images = oracle["images"]
    candidates = {i: tokenize(image["candidate"]) for i, image in images.items()}
    references = {
        i: [tokenize(text) for text in image["references"]]
        for i, image in images.items()
    }
    return candidates, references, oracle
