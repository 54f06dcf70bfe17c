"""The input of the metrics: a candidate and its references for each image."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

Tokens = Sequence[Hashable]  # words, or token ids
Candidates = Mapping[Hashable, Tokens]
References = Mapping[Hashable, Sequence[Tokens]]


def check_pairs(candidates: Candidates, references: References) -> None:
    """Raise ValueError unless both sides have the same images, tokenized."""
    check_references(references)
    check_tokens(candidates)
    for held, other, name, missing in (
        (references, candidates, "candidate", "score the images you captioned only"),
        (candidates, references, "reference", "leave these images out or add captions"),
    ):
        lacking = [image for image in held if image not in other]
        if lacking:
            raise ValueError(
                f"found {len(lacking)} images without a {name} (one is "
                f"{lacking[0]!r}), expected the same images on both sides: {missing}"
            )


def check_references(references: References) -> None:
    """Raise ValueError unless there are images and each has a tokenized reference."""
    if not references:
        raise ValueError("found no images, expected at least one: give some references")
    for image, sentences in references.items():
        if isinstance(sentences, str):
            raise ValueError(_untokenized(image, sentences))
        if not sentences:
            raise ValueError(
                f"found no references for image {image!r}, expected at least one: "
                "leave the image out or add a caption"
            )
        for sentence in sentences:
            check_tokens({image: sentence})


def check_tokens(candidates: Candidates) -> None:
    """Raise ValueError if a caption is a string: its characters are not words."""
    for image, tokens in candidates.items():
        if isinstance(tokens, str):
            raise ValueError(_untokenized(image, tokens))


def _untokenized(image: Hashable, text: str) -> str:
    return (
        f"found the string {text[:40]!r} for image {image!r}, expected a list of "
        "tokens: call captioning.metrics.ptb_tokenizer.tokenize first"
    )


def count_ngrams(tokens: Tokens, longest: int) -> list[Counter]:
    """Return the counts of n-grams: one Counter for n = 1, 2, ... `longest`.

    >>> count_ngrams("a dog a dog".split(), 2)[1][("a", "dog")]
    2
    """
    return [
        Counter(zip(*(tokens[start:] for start in range(n)), strict=False))
        for n in range(1, longest + 1)
    ]
