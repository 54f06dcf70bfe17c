"""METEOR with each word looked up once is NLTK's METEOR."""

import random

import pytest

from captioning.metrics import meteor


def test_scores_are_those_of_nltk_itself(shared_data, monkeypatch):
    import nltk
    from nltk.translate.meteor_score import meteor_score

    monkeypatch.setattr(nltk.data, "path", [str(shared_data("nltk_data"))])
    words = "a the dog dogs car auto automobile runs running boy child kids is was"
    generator = random.Random(3)

    def sentence() -> list[str]:
        return generator.choices(words.split(), k=generator.randrange(1, 12))

    candidates = {image: sentence() for image in range(100)}
    references = {image: [sentence() for _ in range(3)] for image in candidates}
    mean, found = meteor(candidates, references)
    for image, candidate in candidates.items():
        assert found[image] == meteor_score(references[image], candidate)
    assert len(set(found.values())) > 50
    assert mean == pytest.approx(sum(found.values()) / 100)
