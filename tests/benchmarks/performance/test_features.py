"""Features are timed on the pictures of the run."""

from benchmarks.performance import features


def test_features_are_timed_on_the_runs_own_pictures(tiny_run, monkeypatch):
    monkeypatch.setattr(features, "PHOTOS", 3)
    monkeypatch.setattr("benchmarks.performance.timing._PAUSE", 0.0)
    (row,) = features.rows(tiny_run, rounds=1)
    assert row.value.median > 0
    assert "photos/s" in row.absolute
