"""python -m benchmarks.serving: `captioning serve` under load, and under attack.

Each part starts a service of its own on this machine, and says in the end whether all
was as it has to be. Linux only.
"""

import itertools
import os
import signal
import statistics
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import captioning
from benchmarks.arguments import add_count_flags, add_names_flag, parser_of
from benchmarks.serving import attacks
from benchmarks.serving.service import Asked, ask_all, caption_of, service
from captioning.cli.arguments import add_rerank_flag
from data_prep.console import say
from data_prep.errors import BadInput, exit_on_bad_input
from data_prep.pictures.folders import find_pictures

CLIENTS = 32
ROUND = 100  # requests of the part load between two measurements
WARM = 2_000  # requests after which memory has to be flat
TIMEOUT = 10  # seconds, of the services that are attacked
MIB = 2**20


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "serving",
        "Measure the service: speed beside the same engine without HTTP, answers under "
        "load, memory, overload, slow clients and large uploads.",
        "data/Flickr8k/Images",
        "data/small --parts memory --run tiny.tflite",
    )
    parser.add_argument("photos", type=Path, metavar="FOLDER", help="of photos")
    add_names_flag(parser, "--parts", PARTS, "PART")
    parser.add_argument(
        "--run", type=Path, metavar="RUN", help="as of captioning serve"
    )
    add_rerank_flag(parser)
    add_count_flags(
        parser,
        ("--requests", 1_000, "of the parts load and kills"),
        ("--small", 20_000, "of the part memory"),
    )
    flags = parser.parse_args(argv)
    files = list(find_pictures([flags.photos]))
    if not files:
        raise BadInput(f"{flags.photos} has no photos; expected some: name another.")
    flags.files = files
    flags.serve = ["--run", str(flags.run)] if flags.run else []
    flags.serve += [] if flags.rerank else ["--no-rerank"]
    good = True
    for name in flags.parts:
        print(f"== {name}", flush=True)
        good &= PARTS[name](flags)
    print("all as it has to be" if good else "NOT all as it has to be")
    return 0 if good else 1


def load(flags) -> bool:
    """Photos, and bad files among them, from many clients; in turn the same without
    HTTP."""
    photos = [path.read_bytes() for path in flags.files[: ROUND * 9 // 10]]
    bad = attacks.bad_files(photos[0])
    files = [*photos, *bad]
    order = list(range(len(photos)))
    for number in range(ROUND // 10):
        order.insert(10 * number, len(photos) + number % len(bad))
    asked, seconds, ratios = [], 0.0, []
    with (
        captioning.load(flags.run, rerank=flags.rerank) as predictor,
        service(*flags.serve) as served,
    ):
        expected = [*predictor.caption(photos), *[None] * len(bad)]  # warm, too
        for _ in range(flags.requests // ROUND):
            began = time.perf_counter()
            predictor.caption([files[number] for number in order], errors="return")
            without = time.perf_counter() - began
            began = time.perf_counter()
            asked += ask_all(served.address, files, order, CLIENTS)
            seconds += (took := time.perf_counter() - began)
            ratios.append(without / took)
            say(f"a round: {without:.1f} s without HTTP, {took:.1f} s with")
    times = statistics.quantiles([one.seconds for one in asked], n=100)
    refused = sum(one.status == 422 for one in asked)
    print(
        f"{len(asked):,} requests of {CLIENTS} clients in {seconds:.0f} s, "
        f"{len(asked) - refused:,} captioned as without HTTP, {refused} refused; "
        f"p50 {times[49]:.2f} s, p95 {times[94]:.2f} s, p99 {times[98]:.2f} s\n"
        f"speed beside the same engine without HTTP: {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f} to {max(ratios):.2f})"
    )
    return _check(asked, expected) and statistics.median(ratios) >= 0.9


def kills(flags) -> bool:
    """Photos, as the processes that decode are killed every three seconds."""
    photos = [path.read_bytes() for path in flags.files[:50]]
    with (
        captioning.load(flags.run, rerank=flags.rerank) as predictor,
        service(*flags.serve) as served,
    ):
        expected = predictor.caption(photos)
        stop, killed = threading.Event(), []

        def kill() -> None:
            while not stop.wait(3.0):
                for child in served.children():
                    os.kill(child, signal.SIGKILL)
                    killed.append(child)

        killer = threading.Thread(target=kill)
        killer.start()
        order = [number % len(photos) for number in range(flags.requests)]
        asked = ask_all(served.address, photos, order, CLIENTS)
        stop.set()
        killer.join()
    refused = [one for one in asked if one.status == 422]
    others = [one for one in asked if one.status != 422]
    print(
        f"killed {len(killed)} decoding processes during {len(asked):,} requests: "
        f"{len(others):,} captioned, {len(refused)} refused, as the next process was "
        "killed, too"
    )
    return _check(others, expected) and len(refused) <= len(killed) // 2


def overload(flags) -> bool:
    """More clients than there are places."""
    photos = [path.read_bytes() for path in flags.files[:20]]
    with service(*flags.serve, "--queue", "8", "--max-pictures", "8") as served:
        asked = ask_all(served.address, photos, [*range(20)] * 20, 64)
        refused = [one for one in asked if one.status == 429]
        captioned = [one for one in asked if one.status == 200]
        after = ask_all(served.address, photos, [0], 1)
    slowest = max(one.seconds for one in refused)
    print(
        f"64 clients for 8 places: {len(captioned)} captioned, {len(refused)} told to "
        f"come back (status 429), the slowest of these after {slowest:.2f} s"
    )
    return (
        len(refused) + len(captioned) == len(asked)
        and all(int(one.retry_after or 0) >= 1 for one in refused)
        and after[0].status == 200
    )


def slow(flags) -> bool:
    """Clients that send a head, or a body, a little a second."""
    photo = flags.files[0].read_bytes()
    good = True
    with service(*flags.serve, "--timeout", str(TIMEOUT)) as served:
        for name, kind in attacks.SLOW.items():
            lasted: list[float] = []
            attack = threading.Thread(
                target=lambda kind=kind, lasted=lasted: lasted.extend(
                    attacks.seconds_until_closed(served.address, kind, 100, 60)
                )
            )
            attack.start()
            asked = ask_all(served.address, [photo], [0] * 20, 2)
            attack.join()
            print(
                f"100 clients that send {name}: cut off after {min(lasted):.1f} to "
                f"{max(lasted):.1f} s (--timeout {TIMEOUT}); meanwhile "
                f"{sum(one.status == 200 for one in asked)} of {len(asked)} requests "
                "of others were answered"
            )
            good &= max(lasted) < TIMEOUT + 5 and all(a.status == 200 for a in asked)
    return good


def large(flags) -> bool:
    """Uploads of a gibibyte."""
    good = True
    with service(*flags.serve) as served:
        before = served.memory()
        for says_so in (True, False):
            sent = attacks.bytes_until_cut_off(served.address, 2**30, says_so=says_so)
            how = "with its length in the head" if says_so else "in chunks"
            print(f"1 GiB {how}: cut off after {sent / MIB:.0f} MiB were on the way")
            good &= sent < 64 * MIB
        grown = served.memory() - before
        print(f"memory: {grown / MIB:+.0f} MiB")
        photo = flags.files[0].read_bytes()
        asked = ask_all(served.address, [photo], [0], 1)
    return good and grown < 64 * MIB and asked[0].status == 200


def memory(flags) -> bool:
    """Many small requests."""
    photos = [path.read_bytes() for path in flags.files[:100]]
    with service(*flags.serve) as served:
        seen: list[int] = []

        def see(number: int) -> None:
            if number >= WARM and number % 200 == 0:
                seen.append(served.memory())

        order = list(itertools.islice(itertools.cycle(range(len(photos))), flags.small))
        began = time.perf_counter()
        asked = ask_all(served.address, photos, order, CLIENTS, "?beams=1", see)
        seconds = time.perf_counter() - began
    print(
        f"{len(asked):,} requests, {len(asked) / seconds:.0f} a second; memory: "
        f"{seen[0] / MIB:.0f} MiB after {WARM:,}, {seen[-1] / MIB:.0f} MiB in the end, "
        f"at most {max(seen) / MIB:.0f} MiB ({max(seen) / seen[0] - 1:+.1%})"
    )
    return all(one.status == 200 for one in asked) and max(seen) < 1.05 * seen[0]


def _check(asked: Sequence[Asked], expected: Sequence[str | None]) -> bool:
    """Say what was answered otherwise than expected, None being a refusal."""
    wrong = [
        one
        for one in asked
        if caption_of(one) != expected[one.file]
        or one.status != (422 if expected[one.file] is None else 200)
    ]
    for one in wrong[:3]:
        print(f"file {one.file}: {one.status} {one.answer}, not {expected[one.file]}")
    return not wrong


PARTS = {part.__name__: part for part in (load, kills, overload, slow, large, memory)}

if __name__ == "__main__":
    exit_on_bad_input(main)
