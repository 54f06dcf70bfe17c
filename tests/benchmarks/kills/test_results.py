"""Which files are compared, and by what."""

import shutil

from benchmarks.kills.results import digests


def a_run(folder, *, checkpoint=3, minutes="0.1", loss="2.5"):
    for name in ("run/checkpoint", "run/tensorboard"):
        (folder / name).mkdir(parents=True)
    (folder / "run/model.weights.h5").write_bytes(b"weights")
    (folder / f"run/checkpoint/ckpt-{checkpoint}.index").write_bytes(minutes.encode())
    (folder / f"run/tensorboard/events.{minutes}").touch()
    (folder / "run/config.json").write_text(f'{{"data": "{folder}/data"}}')
    (folder / "run/history.csv").write_text(
        f"epoch,examples_per_second,minutes,loss\n1,{minutes},{minutes},{loss}\n"
    )
    return folder


def test_times_and_numbers_of_checkpoints_do_not_count(tmp_path):
    first = digests(a_run(tmp_path / "a"))
    assert digests(a_run(tmp_path / "b", checkpoint=5, minutes="0.2")) == first
    assert digests(a_run(tmp_path / "c", loss="2.4")) != first
    assert len(first["run/model.weights.h5"]) == 64


def test_every_other_file_counts_hidden_ones_too(tmp_path):
    first = digests(a_run(tmp_path / "a"))
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    (tmp_path / "b/.data.partial").mkdir()
    (tmp_path / "b/run/checkpoint/ckpt-2.index").touch()  # beside ckpt-3
    (tmp_path / "b/run/model.weights.h5").write_bytes(b"other")
    found = digests(tmp_path / "b")
    assert found.keys() - first.keys() == {
        ".data.partial",
        "run/checkpoint/ckpt-3.index",
    }
    assert found["run/model.weights.h5"] != first["run/model.weights.h5"]
