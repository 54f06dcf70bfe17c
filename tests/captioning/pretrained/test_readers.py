"""The readers of texts that come with the project answer at once, each with a card."""

import json
from pathlib import Path

import pytest

import captioning
from captioning import pretrained, read
from data_prep.errors import BadInput

FOLDER = Path(pretrained.__file__).parent
SHIPPED = sorted(path.stem for path in FOLDER.glob("*.tflite"))
WHAT = {
    "sentiment": ["sentiment"],
    "translation": ["translate", "--to", "de"],
    "related": ["related"],
    "related_de": ["related", "--language", "de"],
}


def test_they_are_small_and_known():
    assert SHIPPED == sorted(pretrained.READERS)
    assert sum((FOLDER / f"{name}.tflite").stat().st_size for name in SHIPPED) < 15e6
    for name in SHIPPED:
        assert (FOLDER / f"{name}.md").read_text("utf-8").startswith("# The reader of ")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_command_and_the_api_answer_alike(name, capsys):
    text = "ein Hund rennt" if name == "related_de" else "a dog is running"
    assert read.main([*WHAT[name], text, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == (
        f"using {name}.tflite, which comes with the project; --run takes one of yours\n"
    )
    said = json.loads(out)
    with captioning.load(name) as reader:
        found = reader(text, to="de" if name == "translation" else "")
    assert all(found.known)
    match name:
        case "sentiment":
            assert said["positive"] == found.verdict
        case "translation":
            assert said["translations"][0]["translation"] == found.translations[0]
        case "related" | "related_de":
            assert [word["word"] for word in said["related"]] == found.related[-1]
            english, german = {"brown", "ball", "grass"}, {"braun", "wiese", "gras"}
            expected = german if name == "related_de" else english
            assert expected & set(found.related[-1])


def test_a_language_is_of_those_that_come_with_the_project():
    flags = ["--language", "de", "--run", str(pretrained.reader("related"))]
    with pytest.raises(
        BadInput, match="--language is de, .* and --run names one of yours"
    ):
        read.main(["related", *flags, "Boot"])
