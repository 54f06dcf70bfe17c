"""python -m benchmarks.loops: ways to run the loop over time.

A training pass of the LSTM over short and over long sequences, forward and backward
with the inputs' gradient, by the same cell with the same weights:

- while loop: `captioning.nn.bptt` as it is, a `tf.while_loop` in each direction. One
  graph serves batches of all sizes.
- unrolled: the same operations, with a part of the graph for every step. Each sequence
  length needs its own graph.
- XLA: the while loop, compiled; again for each length and each number of sequences.
- derived: the forward loop, and TensorFlow's own derivative of it.

Prints for each the milliseconds of a pass, and the seconds of the first pass, in which
the graph is built.
"""

import time
from collections.abc import Callable
from unittest import mock

from benchmarks.arguments import add_rounds_flag, parser_of
from benchmarks.performance.recurrence import LONG, SHORT, our_layer, training_pass
from benchmarks.performance.timing import in_turn, spread
from data_prep.cli.import_tensorflow import import_tensorflow
from data_prep.errors import exit_on_bad_input

WAYS = ("while loop", "unrolled", "XLA", "derived")


def main(argv: list[str] | None = None) -> int:
    parser = parser_of(
        "loops", "Compare ways to run an LSTM's loop over time.", "--rounds 7"
    )
    add_rounds_flag(parser, 7)
    flags = parser.parse_args(argv)
    import_tensorflow()
    way_of("while loop", (1, 1))()  # so that TensorFlow's start is not measured
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
    """Return a function without arguments that computes all gradients.

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
        return layer.run_layout(by_time, states, layout)[0]

    one_pass = training_pass(layer, shape, forward, known, jit_compile=way == "XLA")
    if way != "unrolled":
        return one_pass

    def unrolled():
        with mock.patch.object(tf, "while_loop", _unrolled):  # during tracing
            return one_pass()

    return unrolled


def _seconds(one_pass) -> float:
    began = time.perf_counter()
    one_pass()
    return time.perf_counter() - began


def _unrolled(cond, body, loop_vars, shape_invariants=None):
    """Run `tf.while_loop` in Python, for a number of steps that is known."""
    while cond(*loop_vars):
        loop_vars = body(*loop_vars)
    return loop_vars


if __name__ == "__main__":
    exit_on_bad_input(main)
