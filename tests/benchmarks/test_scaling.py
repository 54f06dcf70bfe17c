"""The figure of cost against work is drawn, or refused before anything is measured."""

import pytest
from PIL import Image

from benchmarks import scaling
from benchmarks.performance.timing import spread
from data_prep.errors import BadInput


def test_an_impossible_output_file_is_refused_before_measuring(tmp_path):
    for out in (tmp_path / "scaling.foo", tmp_path / "missing" / "scaling.png"):
        with pytest.raises(BadInput, match=f"--out is {out}"):
            scaling.main(["--run", "nowhere", "--out", str(out)])


def test_all_panels_are_drawn(tmp_path):
    costs = [spread([2.0, 1.0, 3.0]), spread([4.0, 3.0, 5.0])]
    lines = [scaling.Line(name, [8, 16], costs) for name in ("ours", "theirs")]
    panels = [
        scaling.Panel("a", "steps", "ms", lines),
        scaling.Panel("b", "photos", "seconds", lines[:1]),
        scaling.Panel("c", "photos", "MB", lines[:1]),
    ]
    scaling.draw(panels, tmp_path / "scaling.png")
    with Image.open(tmp_path / "scaling.png") as picture:
        assert picture.size == (864, 768)
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 10
