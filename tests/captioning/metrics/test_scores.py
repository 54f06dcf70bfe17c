"""The scores: coco-caption's values, examples by hand, and what must always hold."""

import json
import math
from pathlib import Path

import pytest

from captioning.metrics import (
    CiderD,
    bleu,
    cider_d,
    meteor,
    rouge_l,
    score_corpus,
)
from captioning.metrics.ptb_tokenizer import tokenize

ORACLE = Path(__file__).parent / "oracle" / "harbour_scores.json"
NAMES = ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-L", "CIDEr-D"]


def words(text: str) -> list[str]:
    return text.split()


@pytest.fixture(scope="module")
def harbour():
    """(candidates, references, oracle): tokens of 50 captions and coco's scores."""
    oracle = json.loads(ORACLE.read_text("utf-8"))
    images = oracle["images"]
    candidates = {i: tokenize(image["candidate"]) for i, image in images.items()}
    references = {
        i: [tokenize(text) for text in image["references"]]
        for i, image in images.items()
    }
    return candidates, references, oracle


# === The same numbers as coco-caption ===


def test_harbour_scores_are_cocos(harbour):
    candidates, references, oracle = harbour
    scores = score_corpus(candidates, references)
    assert list(scores.overall) == NAMES
    for name in NAMES:
        assert scores.overall[name] == pytest.approx(oracle["overall"][name], abs=1e-6)
        for image, values in scores.per_image.items():
            expected = oracle["images"][image]["scores"][name]
            assert values[name] == pytest.approx(expected, abs=1e-6), (image, name)


def test_coco_scores_are_cocos(shared_data):
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


# === Examples by hand ===


def test_bleu_counts_no_word_more_often_than_people_do():
    """The example of Papineni et al. 2002, section 2.1: two of seven."""
    overall, _ = bleu(
        {1: words("the the the the the the the")},
        {1: [words("the cat is on the mat"), words("there is a cat on the mat")]},
    )
    assert overall["BLEU-1"] == pytest.approx(2 / 7)
    assert overall["BLEU-2"] == pytest.approx(0, abs=1e-3)


def test_bleu_punishes_brevity():
    overall, _ = bleu({1: words("a red")}, {1: [words("a red boat sails")]})
    assert overall["BLEU-1"] == pytest.approx(math.exp(1 - 4 / 2))


@pytest.mark.parametrize("lengths", [(3, 5), (5, 3)])
def test_bleu_takes_the_shorter_of_two_equally_close_references(lengths):
    overall, _ = bleu({1: ["a"] * 4}, {1: [["a"] * length for length in lengths]})
    assert overall["BLEU-1"] == pytest.approx(3 / 4 if max(lengths) == 3 else 1)
    shorter, _ = bleu({1: ["a"] * 4}, {1: [["a"] * 5]})
    assert shorter["BLEU-1"] == pytest.approx(math.exp(1 - 5 / 4))


def test_corpus_bleu_adds_counts_before_dividing():
    candidates = {1: words("a b"), 2: words("a b c d e f x x")}
    references = {1: [words("x x")], 2: [words("a b c d e f g h")]}
    overall, per_image = bleu(candidates, references)
    assert per_image[1]["BLEU-1"] == pytest.approx(0, abs=1e-9)
    assert per_image[2]["BLEU-1"] == pytest.approx(6 / 8)
    assert overall["BLEU-1"] == pytest.approx(6 / 10)


@pytest.mark.parametrize(
    ("candidate", "score"),
    [("police kill the gunman", 3 / 4), ("the gunman kill police", 2 / 4)],
)
def test_rouge_follows_the_order_of_words(candidate, score):
    """The example of Lin 2004, section 3.1; equal lengths make P = R = F."""
    overall, _ = rouge_l(
        {1: words(candidate)}, {1: [words("police killed the gunman")]}
    )
    assert overall == pytest.approx(score)


def test_rouge_takes_the_best_precision_and_the_best_recall():
    references = [words("a"), words("a b c x x x")]
    overall, _ = rouge_l({1: words("a b c y")}, {1: references})
    precision, recall, beta2 = 3 / 4, 1.0, 1.44
    assert overall == pytest.approx(
        (1 + beta2) * precision * recall / (recall + beta2 * precision)
    )


@pytest.mark.parametrize(
    ("candidate", "score"),
    [
        # "boat" is in both images, idf 0; "red" in one of two, idf log 2.
        ("red boat", 10 / 4 * (1 + 1)),  # cosines for n = 1, 2; no 3-, 4-grams
        ("red ship", 10 / 4 * (1 / math.sqrt(2) + 0)),
        # Bigrams (red boat), 2 x (boat boat); two words too many.
        ("red boat boat boat", 10 / 4 * (1 + 1 / math.sqrt(5)) * math.exp(-4 / 72)),
        ("two gulls", 0),
        ("", 0),
    ],
)
def test_cider_d_by_hand(candidate, score):
    scorer = CiderD({1: [words("red boat")], 2: [words("blue boat")]})
    assert scorer.score_one(1, words(candidate)) == pytest.approx(score)


def test_cider_d_of_one_image_is_zero():
    """All n-grams are in all (one) images, so that none tells anything."""
    assert cider_d({1: words("a red boat")}, {1: [words("a red boat")]})[0] == 0


# === What must always hold ===


def test_a_persons_own_caption_is_perfect(harbour):
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
    turned = score_corpus(
        dict(reversed(candidates.items())),
        {i: refs[::-1] for i, refs in reversed(references.items())},
    )
    assert turned.overall == pytest.approx(scores.overall)
    for image, values in scores.per_image.items():
        assert turned.per_image[image] == pytest.approx(values)


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


def test_cider_d_is_the_same_for_a_part_of_the_images(harbour):
    """A batch of samples is scored as within the whole: frequencies stay the same."""
    candidates, references, _ = harbour
    scorer = CiderD(references)
    whole = scorer.score(candidates)
    part = dict(list(candidates.items())[:7])
    assert scorer.score(part) == {image: whole[image] for image in part}
    mean, per_image = cider_d(candidates, references)
    assert per_image == whole
    assert mean == pytest.approx(sum(whole.values()) / len(whole))


def test_repeating_words_gains_nothing(harbour):
    _, references, _ = harbour
    scorer = CiderD(references)
    for image, (first, *_) in references.items():
        assert scorer.score_one(image, first * 2) < scorer.score_one(image, first)


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
def test_errors_tell_what_to_do(metric, candidates, references, message):
    with pytest.raises(ValueError, match=message):
        metric(candidates, references)


def test_cider_d_names_an_unknown_image():
    with pytest.raises(ValueError, match="found image 'b.jpg'.*1 images"):
        CiderD({"a.jpg": [["a"]]}).score({"b.jpg": ["a"]})
