"""What the flags of captioning.caption refuse, before anything is loaded."""

import pytest

from captioning.caption import main
from data_prep.errors import BadInput


@pytest.mark.parametrize("flags", [[], ["--alt-text"], ["a.jpg", "--run"]])
def test_a_link_is_called_a_link(flags):
    with pytest.raises(BadInput, match="https://a.org/b.jpg is a link, and nothing is"):
        main([*flags, "https://a.org/b.jpg"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.jpg", "--alt-text", "p.html"], "--alt-text and PATH do not go together"),
        (["a.jpg", "--sidecars", "txt", "--out", "c.csv"], "--sidecars and --out do"),
        (["a.jpg", "--sidecars", "txt", "--tags"], "--sidecars and --tags do not"),
        (["--alt-text", "p.pdf"], r"whose name ends in \.html"),
        (["a.jpg", "--out", "c.xlsx"], r"ends in \.csv or \.jsonl or \.txt"),
        (["a.jpg", "--overwrite"], "--overwrite goes with --sidecars"),
        (["a.jpg", "--force"], "--force goes with --out"),
        (["a.jpg", "--prefix", "a\nb"], r"--prefix is 'a\\nb'; expected text on one"),
    ],
)
def test_flags_that_contradict_are_refused(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=message):
        main(arguments)


def test_without_any_path_it_is_said_which_is_missing():
    with pytest.raises(BadInput, match="arguments are required: PATH"):
        main(["--json"])
