"""python -m benchmarks.kills: commands stopped at random moments, and gone on with.

Seven kinds of work, each a small command of this project (`works.py`), run once without
a stop. Then they get SIGKILL, SIGTERM or SIGINT at random moments of that time, once or
several times, and the same command is run again until it ends. Its files must be those
of the command that was not stopped, by their sha256, and no other file, temporary file
or process may be left. Prints a row a kind, and ends with status 1 if anything differs.
"""

import itertools
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmarks.arguments import add_names_flag, parser_of
from benchmarks.kills.commands import processes_left, run, stop
from benchmarks.kills.results import digests
from benchmarks.kills.works import CHEAP, KINDS, WORKS, Work, make_inputs
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.console import say
from data_prep.errors import BadInput, exit_on_bad_input

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
LEAST = 8  # kills of each kind, if there are so many
IN_A_ROW = 3  # kills at most before a command may run to its end


class Kill(NamedTuple):
    """A signal, and when: a share of the time that the command takes."""

    signal: signal.Signals
    moment: float


@dataclass
class Tally:
    """What was found of one kind of work."""

    kills: Counter = field(default_factory=Counter)  # by signal
    compared: int = 0
    equal: int = 0
    left: int = 0
    seconds: float = 0.0
    longest: float = 0.0  # seconds from SIGTERM or SIGINT to the end

    @property
    def is_sound(self) -> bool:
        return self.equal == self.compared and not self.left


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "kills",
        "Stop commands by signals at random moments, run them again, and compare what "
        "they write with what they write without a stop.",
        "--kills 100",
        "--kills 4 --kinds prepare export",
    )
    parser.add_argument(
        "--kills", type=int, default=10, metavar="N", help="in all (default: 10)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the moments (default: 0)"
    )
    add_names_flag(parser, "--kinds", KINDS, "KIND")
    flags = parser.parse_args(argv)
    import_tensorflow()
    tallies = {}
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "inputs"
        inputs.mkdir()
        make_inputs(inputs, set(flags.kinds))
        for kind, chains in plan(flags.kills, flags.seed, flags.kinds).items():
            place = Path(folder) / "works"
            tallies[kind] = _killed(kind, chains, inputs, place)
            shutil.rmtree(place)
    _print(tallies)
    return 0 if all(tally.is_sound for tally in tallies.values()) else 1


def plan(kills: int, seed: int, kinds: list[str]) -> dict[str, list[list[Kill]]]:
    """Return of each kind its chains of kills, one after the other in one folder.

    Each kind gets `LEAST` kills, or an equal share; what is left goes to the cheap
    ones. Signals are dealt evenly.
    """
    generator = random.Random(seed)
    signals = list(itertools.islice(itertools.cycle(SIGNALS), kills))
    generator.shuffle(signals)
    shares = dict.fromkeys(kinds, min(LEAST, kills // len(kinds)))
    more = itertools.cycle([kind for kind in kinds if kind in CHEAP] or kinds)
    for kind in itertools.islice(more, kills - sum(shares.values())):
        shares[kind] += 1
    dealt = iter(signals)
    chains = {kind: [] for kind in kinds}
    for kind, left in shares.items():
        while left:
            length = min(left, generator.randint(1, IN_A_ROW))
            chains[kind].append(
                [Kill(next(dealt), generator.uniform(0.02, 1)) for _ in range(length)]
            )
            left -= length
    return chains


class Whole(NamedTuple):
    """A work that was not stopped."""

    work: Work
    found: dict[str, str]  # `digests` of its folder
    seconds: float  # that it may be stopped in


def _killed(kind: str, chains: list[list[Kill]], inputs: Path, place: Path) -> Tally:
    """Run the works of a kind without a stop, then each chain of kills."""
    began, tally = time.monotonic(), Tally()
    works = [work for work in WORKS if work.kind == kind][: len(chains)]
    wholes = [_whole(work, inputs, place / f"whole{n}") for n, work in enumerate(works)]
    before = digests(inputs)
    for number, chain in enumerate(chains):
        whole = wholes[number % len(wholes)]
        _run_chain(whole, chain, inputs, place / f"killed{number}", tally)
    if digests(inputs) != before:
        tally.left += 1
        say(f"{kind}: CHANGED its inputs")
    tally.seconds = time.monotonic() - began
    return tally


def _whole(work: Work, inputs: Path, folder: Path) -> Whole:
    out, temporary = folder / "out", folder / "tmp"
    out.mkdir(parents=True)
    work.before(inputs, out)
    began = time.monotonic()
    run(work.command(inputs, out), temporary)
    seconds = time.monotonic() - began
    if work.until:  # a file: when it was written
        seconds -= time.time() - (out / work.until).stat().st_mtime
    say(f"{work.kind}: {seconds:.1f} s without a stop")
    return Whole(work, digests(out), seconds)


def _is_done(work: Work, out: Path) -> bool:
    return bool(work.done) and (out / work.done).exists()


def _begin_anew(work: Work, inputs: Path, out: Path) -> None:
    shutil.rmtree(out)
    out.mkdir()
    work.before(inputs, out)


def _run_chain(
    whole: Whole, chain: list[Kill], inputs: Path, folder: Path, tally: Tally
) -> None:
    """Kill a work several times, run it to its end, and compare what it wrote."""
    out, temporary = folder / "out", folder / "tmp"
    out.mkdir(parents=True)
    whole.work.before(inputs, out)
    command = whole.work.command(inputs, out)
    faults = []
    for kill in chain:
        if _is_done(whole.work, out):
            _begin_anew(whole.work, inputs, out)
        after = kill.moment * whole.seconds
        ended = stop(command, temporary, kill.signal, after)
        while ended.too_soon:  # it went on from where it was stopped
            _begin_anew(whole.work, inputs, out)
            after *= 0.8
            ended = stop(command, temporary, kill.signal, after)
        tally.kills[kill.signal] += 1
        if kill.signal != signal.SIGKILL:
            tally.longest = max(tally.longest, ended.seconds)
        faults += filter(None, [ended.fault])
        say(f"{whole.work.kind}: {kill.signal.name} after {after:.1f} s")
        for process in processes_left(temporary):
            faults.append(f"process {process} is LEFT")
            os.kill(process, signal.SIGKILL)
    tally.left += len(faults)
    try:
        if not _is_done(whole.work, out):
            run(command, temporary)
        found = digests(out)
    except BadInput as error:
        faults.append(str(error))
        found = {}
    extra = [*(found.keys() - whole.found), *digests(temporary)]
    differ = [name for name, value in whole.found.items() if found.get(name) != value]
    tally.left += len(extra)
    tally.compared += 1
    tally.equal += not differ
    faults += [f"{name} is LEFT" for name in extra]
    faults += [f"{name} is DIFFERENT" for name in differ]
    for fault in faults:
        say(f"{whole.work.kind}: {fault}")
    shutil.rmtree(folder)


def _print(tallies: dict[str, Tally]) -> None:
    print(
        "| work | SIGKILL | SIGTERM | SIGINT | runs compared | equal | left behind "
        "| s | longest from signal to end, s |\n|---|---|---|---|---|---|---|---|---|"
    )
    for kind, tally in tallies.items():
        kills = " | ".join(str(tally.kills[number]) for number in SIGNALS)
        print(
            f"| {kind} | {kills} | {tally.compared} | {tally.equal} | {tally.left} "
            f"| {tally.seconds:.0f} | {tally.longest:.1f} |"
        )


if __name__ == "__main__":
    exit_on_bad_input(main)
