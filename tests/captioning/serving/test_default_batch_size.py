"""The size of a batch, if `captioning serve` is not told one: by what captions."""

import pytest

from captioning.commands.serve import _parser, _settings


@pytest.mark.parametrize(
    ("flags", "size"),
    [
        ([], 8),  # the pretrained captioner, which has two threads or more here
        (["--threads", "1"], 1),  # it captions one by one
        (["--threads", "2"], 8),
        (["--threads", "1", "--batch-size", "3"], 3),
        (["--threads", "1", "--run", "runs/mine"], 8),  # TensorFlow, all at once
    ],
)
def test_a_batch_is_as_large_as_helps(flags, size, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.delenv("CAPTIONING_API_KEY", raising=False)
    assert _settings(_parser().parse_args(flags)).batch_size == size
