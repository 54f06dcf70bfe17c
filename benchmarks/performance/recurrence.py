"""Rows about the recurrence: a training pass over sequences.

Forward and backward with the inputs' gradient, 512 units and 512 inputs, beside the
stock layers of Keras and PyTorch and beside one large matrix product, the machine's
peak. The graph does not know batch and time, as in training.
"""

from benchmarks.performance import peak
from benchmarks.performance.row import Row
from benchmarks.performance.timing import in_turn, spread, times_as_long

UNITS = 512  # and as many inputs: the size of the preset flickr8k
SHORT = (160, 16)  # (batch, time): a batch of captions
LONG = (32, 200)  # a batch of long texts
CELLS = {"lstm": ("LSTM", "LSTM", 4), "elman": ("Elman cell", "SimpleRNN", 1)}


def rows(rounds: int):
    """Yield the rows, each as soon as it is measured."""
    for cell, shape, against_keras in (
        ("lstm", SHORT, 1.18),
        ("lstm", LONG, 1.0),
        ("elman", SHORT, 1.0),
        ("elman", LONG, 1.0),
    ):
        yield from _float32(cell, shape, against_keras, rounds)
    yield _bfloat16(rounds)


def _float32(cell, shape, against_keras, rounds):
    name, stock, num_gates = CELLS[cell]
    ways = {
        "ours": training_pass(our_layer(cell), shape),
        "keras": training_pass(keras_layer(cell), shape),
        "peak": peak.product("float32"),
    }
    torch_pass = _torch_pass(cell, shape)
    if torch_pass:
        ways["torch"] = torch_pass
    seconds = in_turn(ways, rounds)
    flops = pass_flops(num_gates, shape)
    rates, peaks = (
        [count / each / 1e9 for each in seconds[way]]
        for way, count in (("ours", flops), ("peak", peak.FLOPS))
    )
    measured = f"{name}, forward + backward with dx, B {shape[0]} T {shape[1]}, float32"
    yield Row(
        measured,
        f"keras.layers.{stock}",
        times_as_long(seconds["keras"], seconds["ours"]),
        against_keras,
        absolute=f"{1000 * spread(seconds['ours']).median:.0f} ms against "
        f"{1000 * spread(seconds['keras']).median:.0f}",
    )
    first = (cell, shape) == ("lstm", SHORT)
    if torch_pass:
        yield Row(
            measured,
            f"torch.nn.{'LSTM' if cell == 'lstm' else 'RNN'}",
            times_as_long(seconds["torch"], seconds["ours"]),
            0.95 if first else None,
            absolute=f"{1000 * spread(seconds['torch']).median:.0f} ms",
        )
    yield Row(
        f"{measured}, FLOP/s",
        "the float32 peak",
        spread([100 * r / p for r, p in zip(rates, peaks, strict=True)]),
        72 if first else None,
        unit="%",
        absolute=f"{spread(rates).median:.0f} of {spread(peaks).median:.0f} GFLOP/s",
    )


def _bfloat16(rounds):
    seconds = in_turn(
        {
            "ours": training_pass(our_layer("lstm", "mixed_bfloat16"), SHORT),
            "keras": training_pass(keras_layer("lstm", "mixed_bfloat16"), SHORT),
        },
        rounds,
    )
    return Row(
        f"LSTM, forward + backward with dx, B {SHORT[0]} T {SHORT[1]}, mixed_bfloat16",
        "keras.layers.LSTM, mixed_bfloat16",
        times_as_long(seconds["keras"], seconds["ours"]),
        None,
        absolute=f"{1000 * spread(seconds['ours']).median:.0f} ms",
    )


def pass_flops(num_gates: int, shape: tuple[int, int]) -> int:
    """Return the FLOP of a pass: each product once forward and twice backward.

    Args:
        num_gates: of the cell.
        shape: (batch, time).
    """
    batch, time = shape
    forward = 2 * batch * time * (UNITS + UNITS) * num_gates * UNITS
    return 3 * forward


def our_layer(cell: str, dtype: str = "float32"):
    """Return our recurrent layer for a cell, a key of `CELLS`."""
    from captioning.nn.cells import build_cell
    from captioning.nn.rnn import Recurrence

    return Recurrence(build_cell(cell, UNITS, dtype=dtype), dtype=dtype)


def keras_layer(cell: str, dtype: str = "float32"):
    """Return the stock Keras layer for a cell, a key of `CELLS`."""
    import keras

    layer = getattr(keras.layers, CELLS[cell][1])
    return layer(UNITS, return_sequences=True, dtype=dtype)


def training_pass(
    layer, shape: tuple[int, int], forward=None, known=False, jit_compile=False
):
    """Return a function without arguments that computes all gradients of a layer.

    Args:
        layer: recurrent.
        shape: (batch, time).
        forward: inputs ``(batch, time, UNITS)`` -> outputs; None calls the layer.
        known: whether the graph knows the shape.
        jit_compile: whether XLA compiles it.
    """
    import tensorflow as tf

    layer.build((None, None, UNITS))
    inputs = tf.random.stateless_normal((*shape, UNITS), seed=(1, 2))
    inputs = tf.cast(inputs, layer.compute_dtype)

    size = shape if known else (None, None)

    @tf.function(
        input_signature=[tf.TensorSpec((*size, UNITS), inputs.dtype)],
        jit_compile=jit_compile,
    )
    def one_pass(inputs):
        variables = [weight.value for weight in layer.trainable_weights]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = (forward or layer)(inputs)
            outputs = outputs[0] if isinstance(outputs, tuple) else outputs
            loss = tf.reduce_sum(outputs)
        return tape.gradient(loss, [inputs, *variables])

    return lambda: [gradient.numpy() for gradient in one_pass(inputs)]


def _torch_pass(cell: str, shape: tuple[int, int]):
    """Return the same pass in PyTorch, or None if that is not installed."""
    try:
        import torch
    except ImportError:
        return None
    layer = {"lstm": torch.nn.LSTM, "elman": torch.nn.RNN}[cell](UNITS, UNITS)
    batch, time = shape
    inputs = torch.randn(time, batch, UNITS, requires_grad=True)  # its faster layout

    def one_pass():
        inputs.grad = None
        layer.zero_grad(set_to_none=True)
        outputs, _ = layer(inputs)
        outputs.sum().backward()

    return one_pass
