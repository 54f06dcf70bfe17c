"""python -m benchmarks.kills: trainings killed at random moments, and resumed.

Each training of a tiny harbour is run once without a stop, and once more killed by
SIGKILL at random moments, each time resumed by the same command with ``--resume``.
Both must leave the same weights, bit for bit.
"""

import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.arguments import parser_of
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.console import say
from data_prep.errors import BadInput, exit_on_bad_input

SCENES = 200  # an epoch takes a second or two
EPOCHS = 3


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "kills",
        "Kill trainings at random moments, resume them, and compare their weights with "
        "those of trainings that were not stopped.",
        "--kills 10",
    )
    parser.add_argument(
        "--kills", type=int, default=10, metavar="N", help="in all (default: 10)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the moments (default: 0)"
    )
    flags = parser.parse_args(argv)
    import_tensorflow()
    generator = random.Random(flags.seed)
    with tempfile.TemporaryDirectory() as folder:
        data = _data(Path(folder))
        commands = {
            "captions": [
                *("--data", str(data["harbour"]), "--image-size", "64"),
                *("--units", "32", "--embedding-dim", "32", "--attention-dim", "32"),
            ],
            "sentiment": ["--task", "sentiment", "--data", str(data["moods"])],
        }
        equal = True
        for number, (name, options) in enumerate(commands.items()):
            kills = (flags.kills + number) // len(commands)
            command = [*options, "--epochs", str(EPOCHS)]
            equal &= _compare(name, command, Path(folder), kills, generator)
    return 0 if equal else 1


def _data(folder: Path) -> dict[str, Path]:
    data = {}
    for name in ("harbour", "moods"):
        data[name] = folder / name
        arguments = [name, "--count", str(SCENES), "--out", str(data[name])]
        _run(["data_prep.prepare", *arguments])
    return data


def _compare(
    name: str, options: list[str], folder: Path, kills: int, generator: random.Random
) -> bool:
    """Run a training with and without kills; print and return whether they agree."""
    from captioning.training.run_files import WEIGHTS
    from data_prep.prepared.checksums import file_sha256

    whole, killed = folder / f"{name}-whole", folder / f"{name}-killed"
    command = ["captioning.train", *options, "--run"]
    _run([*command, str(whole)])
    expected = file_sha256(whole / WEIGHTS)
    began = time.monotonic()
    _run(
        [*command, str(folder / f"{name}-again")]
    )  # without the features, which the first run made
    seconds = time.monotonic() - began
    say(f"{name}: {seconds:.0f} s without a stop")
    done, equal = 0, True
    while done < kills:
        # The first kill is early, often before the first checkpoint.
        moment = generator.uniform(1, seconds * (0.9 if done else 0.5))
        process = _start([*command, str(killed), "--resume"])
        try:
            if process.wait(moment):
                raise BadInput(
                    f"the training of {name} failed; expected it to run until it is "
                    f"killed: run captioning.train {' '.join(options)} to see why."
                )
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            done += 1
            has_any = any((killed / "checkpoint").glob("*.index"))
            state = "with a" if has_any else "before the first"
            say(f"{name}: killed after {moment:.1f} s, {state} checkpoint")
            continue
        # It finished between kills: compare the weights, and start another one.
        equal &= file_sha256(killed / WEIGHTS) == expected
        shutil.rmtree(killed)
    _run([*command, str(killed), "--resume"])
    equal &= file_sha256(killed / WEIGHTS) == expected
    verdict = "equal to" if equal else "DIFFERENT from"
    print(f"{name}: {done} kills, weights {verdict} those without: {expected[:16]}")
    return equal


def _start(command: list[str]) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _run(command: list[str]) -> None:
    found = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True
    )
    if found.returncode:
        raise BadInput(f"{' '.join(command)} failed: {found.stderr.strip()[-300:]}")


if __name__ == "__main__":
    exit_on_bad_input(main)
