"""All scores of a corpus: coco-caption's values, and what holds for any captions."""

import json

import pytest

from captioning.metrics import (
    bleu,
    cider_d,
    meteor,
    rouge_l,
    score_corpus,
)

NAMES = ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-L", "CIDEr-D"]


def words(text: str) -> list[str]:
    return text.split()


def test_harbour_scores_equal_those_of_coco_caption(harbour):
    candidates, references, oracle = harbour
    scores = score_corpus(candidates, references)
    assert list(scores.overall) == NAMES
    for name in NAMES:
        assert scores.overall[name] == pytest.approx(oracle["overall"][name], abs=1e-6)
        for image, values in scores.per_image.items():
            expected = oracle["images"][image]["scores"][name]
            assert values[name] == pytest.approx(expected, abs=1e-6), (image, name)


def test_coco_scores_equal_those_of_coco_caption(shared_data):
    """coco-caption's own demo: .579 .404 .279 .191 .396 .600; and each image."""
    folder = shared_data("coco_caption")
    tokens = json.loads((folder / "fakecap_ptb_tokenized.json").read_text("utf-8"))
    expected = json.loads((folder / "expected_scores.json").read_text("utf-8"))
    scores = score_corpus(
        {image: words(caption) for image, (caption,) in tokens["res"].items()},
        {
            image: [words(c) for c in captions]
            for image, captions in tokens["gts"].items()
        },
    )
    coco_names = ["Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr"]
    for name, coco_name in zip(NAMES, coco_names, strict=True):
        overall = expected["overall"][coco_name]
        assert scores.overall[name] == pytest.approx(overall, abs=1e-6)
        for image, values in scores.per_image.items():
            value = expected["per_image"][image][coco_name]
            assert values[name] == pytest.approx(value, abs=1e-6), (image, name)


def test_a_reference_as_candidate_has_the_highest_score(harbour):
    _, references, _ = harbour
    scores = score_corpus({i: refs[2] for i, refs in references.items()}, references)
    for name in NAMES[:5]:
        assert scores.overall[name] == pytest.approx(1)
    single = {image: refs[:1] for image, refs in references.items()}
    per_image = cider_d({i: refs[0] for i, refs in single.items()}, single)[1]
    assert all(value == pytest.approx(10) for value in per_image.values())


def test_the_order_of_images_and_references_does_not_matter(harbour):
    candidates, references, _ = harbour
    scores = score_corpus(candidates, references)
    reordered = score_corpus(
        dict(reversed(candidates.items())),
        {i: refs[::-1] for i, refs in reversed(references.items())},
    )
    assert reordered.overall == pytest.approx(scores.overall)
    for image, values in scores.per_image.items():
        assert reordered.per_image[image] == pytest.approx(values)


def test_token_ids_score_like_words(harbour):
    candidates, references, _ = harbour
    ids: dict[str, int] = {}

    def to_ids(tokens):
        return [ids.setdefault(token, len(ids)) for token in tokens]

    scores = score_corpus(
        {i: to_ids(tokens) for i, tokens in candidates.items()},
        {i: [to_ids(tokens) for tokens in refs] for i, refs in references.items()},
    )
    assert scores == score_corpus(candidates, references)


@pytest.mark.parametrize(
    ("candidates", "references", "message"),
    [
        ({}, {}, "found no images"),
        (
            {1: ["a"]},
            {1: [["a"]], 2: [["b"]]},
            "found 1 images without a candidate .*2",
        ),
        ({1: ["a"], 2: ["b"]}, {1: [["a"]]}, "found 1 images without a reference .*2"),
        ({1: ["a"]}, {1: []}, "found no references for image 1"),
        ({1: "a dog"}, {1: [["a"]]}, "found the string 'a dog'.*tokenize"),
        ({1: ["a"]}, {1: ["a dog"]}, "found the string 'a dog'.*tokenize"),
        ({1: ["a"]}, {1: "a dog"}, "found the string 'a dog'.*tokenize"),
    ],
)
@pytest.mark.parametrize("metric", [score_corpus, bleu, rouge_l, cider_d, meteor])
def test_errors_say_what_to_do(metric, candidates, references, message):
    with pytest.raises(ValueError, match=message):
        metric(candidates, references)
