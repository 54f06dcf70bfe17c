"""Self-critical training is timed on the pictures of the run."""

from benchmarks.performance import self_critical


def test_the_step_and_its_reward_are_timed(tiny_run, monkeypatch):
    monkeypatch.setattr(self_critical, "STEPS", 1)
    monkeypatch.setattr("benchmarks.performance.timing._PAUSE", 0.0)
    speed, share = self_critical.rows(tiny_run, rounds=1)
    assert speed.value.median > 0 and speed.unit == " captions/s"
    assert 0 < share.value.median < 100 and share.at_most
