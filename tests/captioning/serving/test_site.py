"""The folder of the page: what lies in it, and what it replaces."""

import json
import re

import numpy as np
import pytest

from captioning import pretrained
from captioning.commands import page
from captioning.inference.confidence import Confidence
from captioning.inference.litert.metadata import CONFIDENCE, metadata_of
from captioning.serving.site import PAGE
from data_prep.errors import BadInput


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("page") / "site"
    assert page.main(["--out", str(out)]) == 0
    return out


def test_the_model_and_its_confidence_lie_beside_the_page(site):
    app = site / "app"
    model = pretrained.file().read_bytes()
    assert (app / "model.tflite").read_bytes() == model
    facts = json.loads((app / "model.json").read_text("utf-8"))
    assert facts["bytes"] == len(model) and facts["words"][facts["end"]]
    confidence = Confidence.from_bytes(metadata_of(model)[CONFIDENCE])
    probes = np.fromfile(app / "probes.bin", "<f2").reshape(confidence.weights.shape)
    np.testing.assert_array_equal(probes, confidence.weights)
    assert facts["confidence"]["probed"] == list(confidence.probed)


def test_every_file_that_the_page_names_is_there(site):
    """Imports of modules, links of the document, and what is kept for offline use."""
    listing = (site / "app" / "files.js").read_text("utf-8")
    named = json.loads(listing.removeprefix("self.SITE = ").removesuffix(";\n"))
    files = set(named["files"])
    for html in re.findall(
        r'(?:href|src)="([^"]+)"', (site / "index.html").read_text()
    ):
        files.add(html)
    for module in PAGE.glob("app/*.js"):
        for name in re.findall(r'from "\./([^"]+)"', module.read_text("utf-8")):
            files.add(f"app/{name}")
    assert len(files) > 15
    assert [name for name in files if not (site / name).is_file()] == []


def test_nothing_is_fetched_from_elsewhere(site):
    for file in (site / "index.html", *site.glob("app/*.css"), *site.glob("app/*.js")):
        assert "//" not in re.sub(r"//.*|/\*.*?\*/", "", file.read_text("utf-8")), file


def test_an_existing_page_is_replaced_only_when_asked_for(site, capsys):
    (site / "CNAME").write_text("captions.example")
    with pytest.raises(BadInput, match="exists; expected a new folder.*--force"):
        page.main(["--out", str(site)])
    assert page.main(["--out", str(site), "--force"]) == 0
    assert (site / "CNAME").read_text() == "captions.example"


def test_another_folder_is_never_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("all of it")
    with pytest.raises(BadInput, match="is not a page made by"):
        page.main(["--out", str(tmp_path), "--force"])
    assert (tmp_path / "thesis.txt").exists()


def test_a_model_that_is_none_is_told(tmp_path):
    for content in (None, b"no model"):
        model = tmp_path / "model.tflite"
        if content:
            model.write_bytes(content)
        with pytest.raises(BadInput, match="expected a"):
            page.main(["--out", str(tmp_path / "site"), "--model", str(model)])
    assert not (tmp_path / "site").exists()
