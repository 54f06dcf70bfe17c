"""The readers of texts that come with the project answer at once, each with a card."""

import json
from pathlib import Path

import pytest

import captioning
from captioning import pretrained, read

FOLDER = Path(pretrained.__file__).parent
SHIPPED = sorted(path.stem for path in FOLDER.glob("*.tflite"))
WHAT = {
    "sentiment": ["sentiment"],
    "translation": ["translate", "--to", "de"],
    "related": ["related"],
}


def test_they_are_small_and_known():
    assert SHIPPED == sorted(pretrained.READERS)
    assert sum((FOLDER / f"{name}.tflite").stat().st_size for name in SHIPPED) < 15e6
    for name in SHIPPED:
        assert (FOLDER / f"{name}.md").read_text("utf-8").startswith("# The reader of ")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_command_and_the_api_answer_alike(name, capsys):
    assert read.main([*WHAT[name], "a dog is running", "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == (
        f"using {name}.tflite, which comes with the project; --run takes one of yours\n"
    )
    said = json.loads(out)
    with captioning.load(name) as reader:
        found = reader("a dog is running", to="de" if name == "translation" else "")
    assert all(found.known)
    match name:
        case "sentiment":
            assert said["positive"] == found.verdict
        case "translation":
            assert said["translations"][0]["translation"] == found.translations[0]
        case "related":
            assert [word["word"] for word in said["related"]] == found.related[-1]
            assert {"brown", "ball", "grass"} & set(found.related[-1])
