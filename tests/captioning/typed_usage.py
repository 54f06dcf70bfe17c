"""The first page of the documentation, for the type checker alone: it is never run."""

from pathlib import Path
from typing import assert_type

import numpy as np

import captioning


def first_page(photo: Path, array: np.ndarray) -> None:
    with captioning.load(num_beams=3, threads=1) as captioner:
        assert_type(captioner.caption(photo), str)
        assert_type(captioner.caption([photo, array, photo.read_bytes()]), list[str])
        description = captioner.describe("photo.jpg", num_beams=5)
        assert_type(description, captioning.Description)
        assert_type(description.caption, str)
        assert_type(description.confidence, float | None)
        for result in captioner.caption_folder("photos", output="captions.csv"):
            assert_type(result.path, Path | str)
    assert_type(captioning.caption("photo.jpg"), str)
    with captioning.load("sentiment", threads=1) as sentiment:
        assert_type(sentiment("not bad").positive, list[float])
        assert_type(sentiment(["not bad"])[0].verdict, float)
    for translate in (
        captioning.load("translation"),
        captioning.load("runs/mine", task="translation"),
    ):
        assert_type(translate("a boat", to="de").translations, list[str])
    assert_type(captioning.load("related")("a boat").related, list[list[str]])
    mine = captioning.load("runs/mine", task="associations")
    assert_type(mine(["boat", "sailor"])[1].scores, list[list[float]])
    assert_type(captioning.train("data/mine", epochs=10), Path)
    assert_type(captioning.evaluate(run="runs/mine"), dict[str, float])
