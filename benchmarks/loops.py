"""python -m benchmarks.loops: how should the loop over time be run?

A training pass of the LSTM over short and over long sequences, forward and backward
with the inputs' gradient, the same cell and the same weights:

- while loop: `captioning.nn.bptt` as it is, a `tf.while_loop` each way. One
  graph for batches of all sizes.
- unrolled: the same operations, every step its own part of the graph, which must be
  made anew for each length.
- XLA: the while loop, compiled; anew for each length and each number of sequences.
- derived: the loop forward, and TensorFlow's own derivative of it.

Prints, of each, the milliseconds of a pass, and the seconds of the first one, in which
the graph is made.
"""

import argparse
import time
from collections.abc import Callable
from unittest import mock

from benchmarks.rows.recurrence import LONG, SHORT, our_layer, training_pass
from benchmarks.rows.timing import in_turn, spread
from captioning.cli.commands import positive
from data_prep.console import import_tensorflow
from data_prep.errors import exit_on_bad_input

WAYS = ("while loop", "unrolled", "XLA", "derived")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.loops",
        description="Compare ways to run an LSTM's loop over time.",
        epilog="example:\n  python -m benchmarks.loops --rounds 7",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--rounds", type=positive, default=7, metavar="N", help="default: %(default)s"
    )
    flags = parser.parse_args(argv)
    import_tensorflow()
    way_of("while loop", (1, 1))()  # TensorFlow's own start, before any clock
    print("| batch x steps | way | ms a pass | s for the first |\n|---|---|---|---|")
    for shape in (SHORT, LONG):
        ways = {way: way_of(way, shape) for way in WAYS}
        firsts = {way: _seconds(one_pass) for way, one_pass in ways.items()}
        for way, each in in_turn(ways, flags.rounds).items():
            cost = spread([1000 * second for second in each])
            size = f"{shape[0]} x {shape[1]}"
            print(f"| {size} | {way} | {cost:.0f} | {firsts[way]:.1f} |", flush=True)
    return 0


def way_of(way: str, shape: tuple[int, int]) -> Callable[[], list]:
    """Return a function without arguments: forward, backward, every gradient.

    Args:
        way: one of `WAYS`.
        shape: (batch, time).
    """
    import tensorflow as tf

    from captioning.nn.packed_sequence import PaddedLayout

    layer = our_layer("lstm")
    known = way in ("unrolled", "XLA")

    def forward(inputs):
        states = layer.cell.get_initial_state(tf.shape(inputs)[0])
        if way == "derived":
            return layer.scan(inputs, states)[0]
        layout = PaddedLayout(shape[1] if known else tf.shape(inputs)[1])
        by_time = tf.transpose(inputs, [1, 0, 2])
        return layer.unroll(by_time, states, layout)[0]

    one_pass = training_pass(layer, shape, forward, known, jit_compile=way == "XLA")
    if way != "unrolled":
        return one_pass

    def unrolled():
        with mock.patch.object(tf, "while_loop", _unrolled):  # as it is traced
            return one_pass()

    return unrolled


def _seconds(one_pass) -> float:
    began = time.perf_counter()
    one_pass()
    return time.perf_counter() - began


def _unrolled(cond, body, loop_vars, shape_invariants=None):
    """`tf.while_loop` of a number of steps that Python knows."""
    while cond(*loop_vars):
        loop_vars = body(*loop_vars)
    return loop_vars


if __name__ == "__main__":
    exit_on_bad_input(main)
