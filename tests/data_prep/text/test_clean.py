"""One form of Unicode and no control characters, wherever text enters."""

import json
import unicodedata

import pytest

from captioning.inference.read.inputs import of_arguments
from captioning.tasks.caption_scores import read_candidates, tokenize
from data_prep.datasets import folder
from data_prep.examples import Skipped
from data_prep.readers.caption_files import usable_captions
from data_prep.readers.sentence_files import usable_text
from data_prep.text.clean import clean, forms

COMPOSED = "café 가"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
assert len(DECOMPOSED) > len(COMPOSED)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (DECOMPOSED, COMPOSED),
        ("a\x00dog\x07 runs\x9b", "adog runs"),
        (" a\tdog\r\n\x0bruns\u2028\u00a0", "a dog runs"),
        ("\x00\x01", ""),
        ("a \u202e dog", "a \u202e dog"),  # no control character: it is shown escaped
    ],
)
def test_clean(text, cleaned):
    assert clean(text) == cleaned


def test_forms_of_a_name():
    assert forms("dog") == ("dog",)
    assert forms(COMPOSED) == (COMPOSED, DECOMPOSED)
    assert forms(DECOMPOSED) == (DECOMPOSED, COMPOSED)


@pytest.mark.parametrize("usable", [usable_captions, usable_text])
def test_what_was_removed_is_counted_and_named(usable):
    skipped = Skipped()
    text = "a \x00dog"
    found = usable([text] if usable is usable_captions else text, "x.jpg", skipped)
    assert found in (("a dog",), "a dog")
    ((reason, entry),) = skipped.as_dict().items()
    assert "control character, removed" in reason and entry["examples"] == ["x.jpg"]


def test_questions_and_scores_take_both_forms():
    assert [one.text for one in of_arguments([DECOMPOSED, "a\x07b"])] == [
        COMPOSED,
        "ab",
    ]
    assert tokenize(DECOMPOSED) == tokenize(COMPOSED) == COMPOSED.split()


@pytest.mark.parametrize("on_disk", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("in_captions", [COMPOSED, DECOMPOSED])
def test_names_are_found_in_the_other_form(on_disk, in_captions, tmp_path):
    """As of a Mac, whose names are NFD, and a caption file typed elsewhere."""
    (tmp_path / f"{on_disk}.jpg").write_bytes(b"picture")
    captions = [
        {"image": f"{form}.jpg", "caption": f"A {form}."} for form in forms(COMPOSED)
    ]
    (tmp_path / "captions.json").write_text(json.dumps(captions))
    skipped = Skipped()
    (found,) = folder.read(tmp_path, skipped)
    assert found.image_id == f"{COMPOSED}.jpg"
    assert found.image.name == f"{on_disk}.jpg"
    assert found.captions == (f"A {COMPOSED}.",)  # said twice, so kept once

    said = tmp_path / "said.json"
    said.write_text(json.dumps([{"image": f"{in_captions}.jpg", "caption": "A dog."}]))
    assert list(read_candidates(said)) == [f"{COMPOSED}.jpg"]


def test_a_sidecar_of_the_other_form(tmp_path):
    (tmp_path / f"{DECOMPOSED}.jpg").write_bytes(b"picture")
    (tmp_path / f"{COMPOSED}.txt").write_text("A dog.")
    (found,) = folder.read(tmp_path, Skipped())
    assert found.image_id == f"{COMPOSED}.jpg" and found.captions == ("A dog.",)
