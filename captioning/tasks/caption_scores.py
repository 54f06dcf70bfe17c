"""Scores of captions: what was said of each picture, against what people wrote."""

import functools
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from captioning.metrics import (
    METEOR_NAME,
    CiderD,
    meteor,
    meteor_available,
    ptb_tokenizer,
    score_corpus,
)
from captioning.metrics.diversity import diversity, mean_diversity
from captioning.metrics.unseen_things import unseen_things
from data_prep.console import say
from data_prep.errors import BadInput
from data_prep.examples import Skipped
from data_prep.harbour.captions import parse
from data_prep.harbour.scene import Scene, facts
from data_prep.prepared.captions import SplitCaptions, load_captions
from data_prep.readers.caption_files import read_captions
from data_prep.text.clean import nfc
from data_prep.text.unspaced import is_unspaced, spaced


class FactScores(NamedTuple):
    """F1 of the facts parsed from captions, by kind of fact, and of all kinds."""

    by_kind: dict[str, float]
    overall: float


def read_candidates(path: Path) -> dict[str, str]:
    """Return image id -> caption: from a JSON list of {"image", "caption"}, or from a
    .csv file, as `captioning.caption --out` writes it.

    Raises:
        BadInput: the file is missing, of another form, or names an image twice.
    """
    if path.suffix.lower() == ".csv":
        pairs = _read(path)
    else:
        pairs = _listed_candidates(path)
    captions = {}
    for image, caption in pairs:
        image = nfc(image)
        if image in captions:
            raise BadInput(
                f"{path} names {image} twice; expected one caption an image."
            )
        captions[image] = caption
    return captions


def _read(path: Path) -> list[tuple[str, str]]:
    """Return (image, caption) of a file; stderr says what was left out of it."""
    skipped = Skipped()
    pairs = list(read_captions(path, skipped))
    for line in skipped.lines():
        say(f"{path.name}: {line}")
    return pairs


def _listed_candidates(path: Path) -> list[tuple[str, str]]:
    expected = 'expected a JSON list of {"image": ..., "caption": ...}'
    try:
        listed = json.loads(path.read_text("utf-8"))
        pairs = [(entry["image"], entry["caption"]) for entry in listed]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path} cannot be read ({error!r}); {expected}.") from error
    for image, caption in pairs:
        if not isinstance(image, str) or not isinstance(caption, str):
            raise BadInput(
                f"{path} has an entry for {image!r} that is not text; {expected}."
            )
    return pairs


def references_of(captions: Mapping[str, str], data: Path, split: str) -> SplitCaptions:
    """Return the split that these are the captions of.

    Raises:
        BadInput: there is not one caption for each of its images.
    """
    references = load_captions(data, split)
    _check_same_images(
        captions, references.image_ids, f"the {split} split", "--data and --split"
    )
    return references


def with_references_of_file(
    captions: Mapping[str, str], path: Path
) -> tuple[dict[str, str], SplitCaptions]:
    """Return the captions, and the references of a file, which `data_prep.readers.
    caption_files` describes. Images have the names of their files, without folders.

    Raises:
        BadInput: the file cannot be read, or there is not one caption for each of its
            images.
    """
    references: dict[str, list[str]] = {}
    for image, caption in _read(path):
        references.setdefault(nfc(Path(image).name), []).append(caption)
    named = {Path(image).name: caption for image, caption in captions.items()}
    if len(named) < len(captions):
        raise BadInput(
            "The captions name two images that have the same file name in different "
            "folders; with --references expected names that differ: rename one."
        )
    _check_same_images(named, references, str(path), "--references")
    texts = [tuple(each) for each in references.values()]
    return named, SplitCaptions(list(references), texts, [""] * len(texts))


def _check_same_images(captions, images, of: str, flags: str) -> None:
    """Raise BadInput unless there is a caption for each of the images of something."""
    missing = [image for image in images if image not in captions]
    unknown = sorted(set(captions) - set(images))
    if missing or unknown:
        examples = ", ".join([*missing[:1], *unknown[:1]])
        raise BadInput(
            f"The captions miss {len(missing)} of the {len(images)} images of {of}, "
            f"and name {len(unknown)} others (such as {examples}); expected one "
            f"caption for each. Check {flags}."
        )


def tokenize(caption: str) -> list[str]:
    """Return coco-caption's tokens of a caption; of scripts that are written without
    spaces each character is a token."""
    return ptb_tokenizer.tokenize(spaced(nfc(caption)))


def scored_in(captions: Iterable[str]) -> str:
    """Return what to say of the tokens if characters are among them, else ""."""
    if any(map(is_unspaced, captions)):
        return "each character of a script without spaces is scored as a word"
    return ""


def reference_tokens(split: SplitCaptions) -> dict[str, list[list[str]]]:
    """Return each picture's references as coco-caption's tokens."""
    return {
        image_id: [tokenize(text) for text in captions]
        for image_id, captions in zip(split.image_ids, split.captions, strict=True)
    }


class SplitCiderD:
    """CIDEr-D against a split's references, which are tokenised only once."""

    def __init__(self, split: SplitCaptions):
        self._image_ids = split.image_ids
        self._cider = CiderD(reference_tokens(split))

    def __call__(self, captions: Sequence[str]) -> float:
        return float(np.mean(self.of_each(captions)))

    def of_each(self, captions: Sequence[str]) -> list[float]:
        """Return the score of each picture's caption, in the split's order."""
        tokens = {
            image_id: tokenize(caption)
            for image_id, caption in zip(self._image_ids, captions, strict=True)
        }
        found = self._cider.score(tokens)
        return [found[image_id] for image_id in self._image_ids]


def score_captions(
    captions: Mapping[str, str], split: SplitCaptions
) -> dict[str, float]:
    """Return every score of one caption a picture, by name, on coco-caption's tokens.

    Where NLTK finds no WordNet, METEOR is not among them, and stderr says why.
    """
    tokens = {image_id: tokenize(text) for image_id, text in captions.items()}
    references = reference_tokens(split)
    scores = dict(score_corpus(tokens, references).overall)
    if meteor_available():
        scores[METEOR_NAME], _ = meteor(tokens, references)
    else:
        _say_that_meteor_is_missing()
    return scores


@functools.cache  # once a process
def _say_that_meteor_is_missing() -> None:
    say(
        f"{METEOR_NAME} is left out: NLTK found no WordNet. Set NLTK_DATA to the "
        "folder that has corpora/wordnet.zip."
    )


def caption_diversity(
    captions: Mapping[str, str], split: SplitCaptions
) -> dict[str, float]:
    """Return how captions are written, by name, and how the references are: the mean
    over people, each with a caption a picture. The things that no reference names are
    looked for in the captions of all people but one, so that people can be compared;
    where NLTK finds no WordNet, or there is one person, they are left out."""
    found = [tokenize(captions[image_id]) for image_id in split.image_ids]
    references = list(reference_tokens(split).values())
    people = [[of[k] for of in references] for k in range(min(map(len, references)))]
    own, theirs = diversity(found), mean_diversity(people)
    names = ("words a caption", "different words", "break off", "repeat themselves")
    shown = {}
    for name, one, other in zip(names, own, theirs, strict=True):
        shown |= {name: one, f"{name}, people": other}
    if len(people) == 1 or not meteor_available():
        return shown
    others = [[of[:k] + of[k + 1 :] for of in references] for k in range(len(people))]
    for who, told in (("", [found] * len(people)), (", people", people)):
        shares = [
            unseen_things(one, rest) for one, rest in zip(told, others, strict=True)
        ]
        mean = np.mean(shares, axis=0)
        shown[f"name a thing that no reference names{who}"] = float(mean[0])
    return shown


def score_facts(captions: Mapping[str, str], split: SplitCaptions) -> FactScores | None:
    """Return the F1 of the facts that captions state, if the split has scenes.

    The facts parsed from a caption are held against all facts that the picture's
    references state; counts of right, false and missed ones are summed over pictures.
    """
    if not any(split.scenes):
        return None
    right, stated = Counter(), Counter()
    for image_id, scene in zip(split.image_ids, split.scenes, strict=True):
        said = parse(captions[image_id])
        true = facts(Scene.from_json(scene))
        right.update(fact.kind for fact in said & true)
        stated.update(fact.kind for fact in [*said, *true])
    by_kind = {kind: 2 * right[kind] / stated[kind] for kind in sorted(stated)}
    return FactScores(by_kind, 2 * right.total() / stated.total())


def scores_of(captions: Mapping[str, str], split: SplitCaptions) -> dict[str, float]:
    """Return all scores of one caption a picture of a split, by name."""
    scores = score_captions(captions, split)
    facts = score_facts(captions, split)
    if facts:
        scores |= {f"F1 of {kind}": f1 for kind, f1 in facts.by_kind.items()}
        scores["F1 of all facts"] = facts.overall
    return scores
