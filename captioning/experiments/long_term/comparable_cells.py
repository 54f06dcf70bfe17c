"""The cells that are compared, with equal numbers of parameters."""

from captioning.nn.cells import ElmanCell, LSTMCell

CELLS = ("elman", "lstm", "lstm_chrono")


def comparable_cell(
    name: str, lstm_units: int, input_dim: int, output_dim: int, longest: int
) -> ElmanCell | LSTMCell:
    """Return a new cell; each of `CELLS` has about the same number of parameters.

    Args:
        name: one of `CELLS`.
        lstm_units: of the LSTM; the Elman cell has `equal_units`.
        input_dim: of the cell's input.
        output_dim: of the dense layer after the cell.
        longest: steps to remember, for the chrono initialization.
    """
    if name == "elman":
        return ElmanCell(equal_units(lstm_units, input_dim, output_dim))
    if name == "lstm":
        return LSTMCell(lstm_units, forget_bias=1.0)
    # longest=1 would switch the chrono initialization off.
    return LSTMCell(lstm_units, longest=max(longest, 2))


def equal_units(lstm_units: int, input_dim: int, output_dim: int) -> int:
    """Return the units of an Elman cell with about as many parameters as an LSTM.

    With D inputs and A outputs, a cell of n units and g gates has g n (D + n + 1)
    parameters, and the dense layer after it (n + 1) A. Their sum for g = 1 and the
    returned n is closest to that for g = 4 and the LSTM's units.
    """

    def parameters(units, gates):
        return gates * units * (input_dim + units + 1) + (units + 1) * output_dim

    wanted = parameters(lstm_units, 4)
    return min(
        range(1, 4 * lstm_units + 1),
        key=lambda units: abs(parameters(units, 1) - wanted),
    )
