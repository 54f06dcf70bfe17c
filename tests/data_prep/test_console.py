"""Progress: a bar for a terminal, lines for a log."""

import io
import sys

import pytest

from data_prep.console import bars, progress, say


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_short_work_leaves_no_line_in_a_log(capsys):
    for _ in progress(range(5), label="dev captions", unit="images"):
        pass
    assert capsys.readouterr().err == ""


def test_long_work_leaves_lines_with_rate_and_time_left(capsys, monkeypatch):
    monkeypatch.setattr(bars, "SECONDS_A_LINE", 1e-9)
    with progress(total=3, label="dev captions", unit="images") as shown:
        shown.update(1)
        shown.update(1)
        shown.update(1)
    log = capsys.readouterr().err
    lines = log.splitlines()
    assert lines[0].startswith("dev captions: 1/3 images, ")
    assert lines[0].endswith(" images/s")  # the first tells nothing of the next
    assert lines[1].endswith(" left") and " images/s, " in lines[1]
    assert [line.split()[2] for line in lines] == ["1/3", "2/3", "3/3"]
    assert "\r" not in log and "" not in lines


@pytest.mark.parametrize(
    "seconds, rate",
    [
        (30.2, "0.033 steps/s"),  # tqdm's own would be "30.20s/ steps"
        (0.08, "12 steps/s"),
        (0.0005, "2,000 steps/s"),
    ],
)
def test_the_rate_is_of_steps_a_second_however_slow(seconds, rate, monkeypatch):
    shown = progress(total=9, unit="steps", done=1)
    shown.n = 3
    facts = {**shown.format_dict, "elapsed": 2 * seconds}
    monkeypatch.setattr(bars.tqdm, "format_dict", facts)
    line = shown.format_meter(**shown.format_dict)
    shown.close()
    assert line.startswith(f"3/9 steps, {rate}, ") and line.endswith(" left")


def test_what_has_no_known_end_has_no_time_left(capsys, monkeypatch):
    monkeypatch.setattr(bars, "SECONDS_A_LINE", 1e-9)
    for _ in progress(iter(range(3)), label="train", unit="pictures"):
        pass
    assert "left" not in capsys.readouterr().err


def test_a_line_in_between_is_the_only_one(capsys):
    with progress(total=2) as shown:
        say("a.jpg -> a dog")
        shown.update(1)
        say("b.jpg -> a cat")
    assert capsys.readouterr().err == "a.jpg -> a dog\nb.jpg -> a cat\n"


def test_a_terminal_gets_a_bar(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    for _ in progress(range(2), label="dev captions"):
        pass
    assert "\r" in terminal.getvalue() and "dev captions: 100%" in terminal.getvalue()
    assert "| 2/2 [" in terminal.getvalue()


def test_nothing_is_shown_where_nothing_is_asked_for(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    for _ in progress(range(2), shown=False):
        pass
    assert terminal.getvalue() == ""


def test_nothing_is_shown_in_a_log_either(capsys):
    with progress(total=2, shown=False) as shown:
        shown.set_postfix_str("loss 1.0")
        shown.update(2)
    assert capsys.readouterr().err == ""
