"""Lists of pictures and how they are split."""

import io
import os
import sys
from pathlib import Path

import pytest

from captioning.inference.shards.plan import (
    MOST_SHARDS,
    Plan,
    digest,
    number_of_shards,
    part_of,
    read_list,
)
from data_prep.errors import BadInput

NAMES = [f"{number}.jpg" for number in range(7)]


@pytest.mark.parametrize("shards", [1, 2, 3, 7, 20])
def test_all_shards_one_behind_the_other_are_the_list(shards):
    parts = [part_of(NAMES, number + 1, shards) for number in range(shards)]
    assert [name for part in parts for name in part] == NAMES
    sizes = {len(part) for part in parts}
    assert max(sizes) - min(sizes) <= 1


def test_a_list_names_each_picture_once_and_no_file_is_looked_at(tmp_path, monkeypatch):
    content = b"./b.jpg\r\n\na//a.jpg\nb.jpg\ns3://bucket/c.jpg\n\xff.jpg"
    expected = ["b.jpg", "a/a.jpg", "s3://bucket/c.jpg", os.fsdecode(b"\xff.jpg")]
    file = tmp_path / "names.txt"
    file.write_bytes(content)
    assert read_list(file) == expected
    stdin = io.TextIOWrapper(io.BytesIO(content))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert read_list(Path("-")) == expected


def test_a_list_that_is_missing_or_empty(tmp_path):
    with pytest.raises(
        BadInput, match="cannot be read .*expected a file with the name"
    ):
        read_list(tmp_path / "none.txt")
    (tmp_path / "none.txt").write_text("\n\n")
    with pytest.raises(BadInput, match="names no picture"):
        read_list(tmp_path / "none.txt")


def test_the_digest_knows_names_order_and_where_a_name_ends():
    lists = [NAMES, NAMES[::-1], NAMES[1:], [*NAMES[:-1], "6.jp", "g"]]
    assert len({digest(names) for names in lists}) == len(lists)


def test_the_number_of_shards_depends_on_the_pictures_alone():
    assert [number_of_shards(n) for n in (1, 128, 129, 20_000)] == [1, 1, 2, 157]
    assert number_of_shards(10**8) == MOST_SHARDS


def test_plans_differ_in_what_the_captions_depend_on():
    plan = Plan(3, 7, digest(NAMES), {"beams": 3, "run": ""}, 1, "captioning caption a")
    assert not plan.differs(plan._replace(command="another way"))
    assert "4 shards" in plan.differs(plan._replace(shards=4))
    other = plan._replace(digest=digest(NAMES[1:]), pictures=6)
    assert plan.differs(other) == "another list of pictures, of 6, and these are 7"
    other = plan._replace(options={"beams": 5, "run": ""})
    assert plan.differs(other) == "the option beams 5, not 3"
