"""The plan of kills, and one work that is really killed."""

import signal
from collections import Counter

import pytest

from benchmarks.kills import __main__ as kills
from benchmarks.kills.works import CHEAP, KINDS


def test_each_kind_and_each_signal_gets_its_share():
    plan = kills.plan(100, 0, list(KINDS))
    flat = {kind: sum(chains, []) for kind, chains in plan.items()}
    assert tuple(flat) == KINDS and len(KINDS) == 7
    assert sum(map(len, flat.values())) == 100
    assert min(map(len, flat.values())) == 8
    assert all(len(flat[kind]) == 30 for kind in CHEAP)
    signals = Counter(kill.signal for kills in flat.values() for kill in kills)
    assert set(signals) == {signal.SIGKILL, signal.SIGTERM, signal.SIGINT}
    assert min(signals.values()) == 33
    assert all(0 < kill.moment < 1 for kills in flat.values() for kill in kills)
    lengths = {len(chain) for chains in plan.values() for chain in chains}
    assert lengths == {1, 2, 3}  # often the second run is killed too
    assert plan == kills.plan(100, 0, list(KINDS)) != kills.plan(100, 1, list(KINDS))


def test_few_kills_of_some_kinds():
    plan = kills.plan(3, 0, ["export", "prepare"])
    assert {kind: len(sum(chains, [])) for kind, chains in plan.items()} == {
        "export": 1,
        "prepare": 2,
    }


def test_help(capsys):
    with pytest.raises(SystemExit) as ended:
        kills.main(["--help"])
    assert ended.value.code == 0
    assert "usage: python -m benchmarks.kills " in capsys.readouterr().out


def test_a_killed_folder_is_captioned_all_the_same(capsys, monkeypatch):
    monkeypatch.setattr("benchmarks.kills.works.PHOTOS", 4)
    assert kills.main(["--kills", "1", "--kinds", "folder captioning"]) == 0
    row = capsys.readouterr().out.splitlines()[-1]
    assert row.startswith("| folder captioning | ") and " | 1 | 1 | 0 | " in row


def test_what_is_lost_left_or_different_is_found(capsys, monkeypatch, tmp_path):
    """Of a command that does not go on as it should."""
    module = tmp_path / "unsound.py"
    module.write_text(
        "import pathlib, sys, time\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "(folder / f'.{time.time()}.partial').touch()\n"
        "time.sleep(0.5)\n"
        "(folder / 'result').write_text(str(time.time()))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    work = kills.Work("export", lambda inputs, folder: ["unsound", str(folder)])
    monkeypatch.setattr(kills, "WORKS", [work])
    monkeypatch.setattr(kills, "make_inputs", lambda folder, kinds: None)
    assert kills.main(["--kills", "1", "--kinds", "export"]) == 1
    shown = capsys.readouterr()
    assert "result is DIFFERENT" in shown.err and ".partial is LEFT" in shown.err
    row = shown.out.splitlines()[-1].split(" | ")
    assert row[4:6] == ["1", "0"] and int(row[6]) >= 1
