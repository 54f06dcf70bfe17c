"""python -m benchmarks.recurrence: what does a training pass over a sequence cost?

Forward and backward, the inputs' gradient included, in three ways:

- ours: `captioning.backpropagation`, the way back through time written out.
- scan: the same cell in `tf.scan`, differentiated by TensorFlow.
- keras: `keras.layers.LSTM`, or `keras.layers.SimpleRNN`.

Batch and time are unknown to the graph, as in training. Prints the milliseconds of
processor time of ours, all threads together, and how many times that the others take:
medians over rounds of one pass each, in turn. Other jobs on the machine do not count in
processor time, and what they do to the caches they do to all three ways alike.
"""

import argparse
import statistics
import time

UNITS = 512  # and as many inputs: the size of the preset flickr8k
SHAPES = [(160, 16), (32, 200)]  # (batch, time): a batch of captions, one of long texts
ROUNDS = 9  # of each way, in turn: the median forgives a busy machine


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.recurrence",
        description="Compare three ways to train a recurrent cell.",
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="default: %(default)s"
    )
    rounds = parser.parse_args().rounds
    print("cell   batch  time   ours ms   scan/ours   keras/ours")
    for name in ("lstm", "elman"):
        for batch, length in SHAPES:
            times = measure(name, batch, length, rounds)
            ours = statistics.median(times["ours"])
            scan, keras_ = (_ratio(times[way], times["ours"]) for way in WAYS[1:])
            print(
                f"{name:<6} {batch:5} {length:5} {1000 * ours:9.1f}"
                f" {scan:11.2f} {keras_:12.2f}",
                flush=True,
            )


def measure(name: str, batch: int, length: int, rounds: int) -> dict[str, list[float]]:
    """Return the seconds a pass took in each round, by way."""
    import tensorflow as tf

    inputs = tf.random.stateless_normal((batch, length, UNITS), seed=(1, 2))
    passes = {way: _training_pass(layer) for way, layer in _layers(name).items()}
    for one_pass in passes.values():
        one_pass(inputs)  # traces the graph
    times: dict[str, list[float]] = {way: [] for way in passes}
    for _ in range(rounds):
        for way, one_pass in passes.items():
            began = time.process_time()
            one_pass(inputs).numpy()
            times[way].append(time.process_time() - began)
    return times


WAYS = ("ours", "scan", "keras")


def _layers(name: str) -> dict:
    import keras

    from captioning.cells import build_cell
    from captioning.recurrence import Recurrence

    class Scan(Recurrence):
        _through_time = Recurrence._scan

    theirs = {"lstm": keras.layers.LSTM, "elman": keras.layers.SimpleRNN}[name]
    layers = (
        Recurrence(build_cell(name, UNITS)),
        Scan(build_cell(name, UNITS)),
        theirs(UNITS, return_sequences=True),
    )
    return dict(zip(WAYS, layers, strict=True))


def _training_pass(layer):
    """Return a function: inputs -> a number that needs every gradient."""
    import tensorflow as tf

    layer.build((None, None, UNITS))

    @tf.function(input_signature=[tf.TensorSpec((None, None, UNITS))])
    def one_pass(inputs):
        variables = [weight.value for weight in layer.trainable_weights]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
            outputs = outputs[0] if isinstance(outputs, tuple) else outputs
            loss = tf.reduce_sum(outputs**2)
        gradients = tape.gradient(loss, [inputs, *variables])
        return tf.add_n([tf.reduce_sum(gradient) for gradient in gradients])

    return one_pass


def _ratio(times: list[float], others: list[float]) -> float:
    pairs = zip(times, others, strict=True)
    return statistics.median(one / other for one, other in pairs)


if __name__ == "__main__":
    main()
