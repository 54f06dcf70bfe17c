"""How commands end: status and what is on stderr, seen from outside."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data_prep.errors import printable, printable_json

ROOT = Path(__file__).resolve().parents[2]


def run(body, pipe=subprocess.PIPE):
    program = f"""
from data_prep.errors import BadInput, exit_on_bad_input
def main():
    {body}
exit_on_bad_input(main)
"""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdout=pipe,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    "body, status, stderr",
    [
        ("return 0", 0, ""),
        ("return 1", 1, ""),
        (
            "raise BadInput('the cat is a dog; expected a cat.')",
            2,
            "error: the cat is a",
        ),
        (r"raise BadInput('\x1b[31m\udcff.jpg')", 2, r"error: \x1b[31m\udcff.jpg"),
        ("raise KeyboardInterrupt", 130, ""),
    ],
)
def test_exit_status(body, status, stderr):
    ended = run(body)
    assert ended.returncode == status
    assert ended.stderr.startswith(stderr) and bool(ended.stderr) == bool(stderr)
    assert "Traceback" not in ended.stderr


def test_a_fault_of_ours_keeps_its_trace():
    ended = run("raise ValueError('ours')")
    assert ended.returncode == 1
    assert "Traceback" in ended.stderr


def test_a_closed_pipe_ends_quietly():
    head = subprocess.Popen(["true"], stdin=subprocess.PIPE)
    head.wait()
    for body in ("print('x' * 100_000); return 0", "print('x'); raise SystemExit(0)"):
        ended = run(body, pipe=head.stdin)
        assert (ended.returncode, ended.stderr) == (141, "")
    head.stdin.close()


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stdout_is_refused_and_a_closed_stderr_costs_nothing(closed, tmp_path):
    """And no file is printed into, that would else be opened by its number."""
    program = f"""
import sys
from data_prep.errors import BadInput, exit_on_bad_input
def main():
    with open({str(tmp_path / "file")!r}, "w") as file:
        file.write(str(file.fileno()))
        print("to stdout")
        print("to stderr", file=sys.stderr, flush=True)
    raise BadInput("the cat is a dog; expected a cat.")
exit_on_bad_input(main)
"""
    ended = subprocess.run(
        f'exec "{sys.executable}" -c "$PROGRAM" {closed}',
        shell=True,
        cwd=ROOT,
        env={**os.environ, "PROGRAM": program},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr and "stderr" not in ended.stdout
    can_print = ">&-" not in closed.split()
    assert ("to stdout" in ended.stdout) == (tmp_path / "file").exists() == can_print
    if can_print:
        assert int((tmp_path / "file").read_text()) > 2
    elif "2>&-" not in closed:
        assert ended.stderr.startswith("error: Standard output is closed; expected")


@pytest.mark.parametrize(
    "text, shown",
    [
        ("a dog's Hündchen 개.jpg", "a dog's Hündchen 개.jpg"),
        ("a\x1b[31m\r\n\u202e\u2028", r"a\x1b[31m\r\n\u202e\u2028"),
        (os.fsdecode(b"\xff.jpg"), r"\udcff.jpg"),
        (Path("a\nb"), r"a\nb"),
        ("می\u200cخواهم 👩\u200d🚀", "می\u200cخواهم 👩\u200d🚀"),
    ],
)
def test_printable_is_one_harmless_line(text, shown):
    assert printable(text) == shown
    assert printable(shown) == shown  # twice does no harm
    shown.encode("utf-8")


def test_printable_json_is_one_harmless_line_that_says_the_same():
    value = {"a\x1b": ["\x9b31m\u202e", "\U000e0001 é개🚀", "\ud800", "\u200d", 1.5]}
    line = printable_json(value)
    assert line.isprintable() and json.loads(line) == value
    assert "é개🚀" in line  # what is printable stays as it is


def test_printable_of_a_long_text():
    assert printable("x" * 9, longest=9) == "x" * 9
    assert printable("x" * 10, longest=9) == "x" * 9 + "..."
    assert printable("\n" * 10, longest=2) == r"\n\n..."


@pytest.mark.parametrize(
    ("stop", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_signal_ends_a_command_with_its_status(stop, status):
    """A scheduler's SIGTERM as well as Ctrl-C; what is cleaned up then, is."""
    program = (
        "import signal, time\n"
        # A shell starts what runs in the background with SIGINT ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from data_prep.errors import exit_on_bad_input\n"
        "def main():\n"
        "    try:\n"
        "        print('begun', flush=True)\n"
        "        time.sleep(60)\n"
        "    except KeyboardInterrupt:\n"
        "        print('cleaned up', flush=True)\n"
        "        raise\n"
        "exit_on_bad_input(main)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout.readline() == "begun\n"
        command.send_signal(stop)
        assert command.stdout.read() == "cleaned up\n"
        assert command.wait() == status


@pytest.mark.parametrize(("stop", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_during_an_import_ends_it_too(stop, status):
    """Packages make an ImportError of what is raised while they are imported."""
    body = f"""
    import signal
    try:
        signal.raise_signal(signal.{stop})
    except BaseException:
        raise ImportError("initialization failed")
"""
    found = run(body)
    assert (found.returncode, found.stderr) == (status, "")


def test_commands_in_messages_are_as_the_user_typed_them():
    body = 'raise BadInput("no run: make one by `python -m captioning.train`.")'
    assert run(body).stderr.endswith("by `python -m captioning.train`.\n")
    script = "import sys; sys.argv[0] = '/bin/captioning'"
    assert run(f"{script}; {body}").stderr.endswith("by `captioning train`.\n")
