"""captioning.evaluate --ensemble: runs that caption as one."""

import json
import shutil

import pytest

from captioning import evaluate
from data_prep.errors import BadInput


def scores(capsys, *arguments):
    evaluate.main([*map(str, arguments), "--json"])
    return json.loads(capsys.readouterr().out)


def test_a_run_with_itself_scores_as_it_does_alone(frozen_run, capsys):
    alone = scores(capsys, "--run", frozen_run)
    together = scores(capsys, "--run", frozen_run, "--ensemble", frozen_run)
    assert together == pytest.approx(alone, nan_ok=True)


def test_members_may_see_pictures_each_in_its_way(frozen_run, tiny_run, capsys):
    """One reads cached regions, the other pixels."""
    together = scores(capsys, "--run", frozen_run, "--ensemble", tiny_run)
    assert together.keys() == scores(capsys, "--run", frozen_run).keys()


def test_runs_of_other_words_are_refused(frozen_run, tmp_path):
    other = shutil.copytree(frozen_run, tmp_path / "other")
    words = other / "captions" / "vocabulary.txt"
    words.write_text(words.read_text("utf-8").replace("boat", "ship"), "utf-8")
    (other / "manifest.json").unlink()
    with pytest.raises(BadInput, match="do not have the same words"):
        evaluate.main(["--run", str(frozen_run), "--ensemble", str(other)])
    with pytest.raises(BadInput, match="--grey is about one run"):
        evaluate.main(["--run", str(other), "--ensemble", str(other), "--grey"])
