"""Jacobians of steps, against finite differences and closed forms."""

import numpy as np
import pytest

from captioning.experiments.long_term.state_jacobians import (
    composed,
    gradient_norms,
    scale_recurrence,
    step_jacobians,
)
from captioning.nn.cells import ElmanCell, LSTMCell

INPUT_DIM, UNITS, BATCH, TIME = 3, 4, 2, 6


@pytest.fixture
def random():
    return np.random.default_rng(4)


def built(cell, random):
    cell.build((None, INPUT_DIM))
    cell.set_weights([random.normal(size=w.shape) for w in cell.weights])
    return cell


def final_h(cell, projected, state):
    """Run the rest of a sequence from ``(1, size)``; return h_T."""
    states = np.split(state, cell.num_states, -1)
    for projected_t in projected:
        h, states = cell.step(projected_t[None], states)
    return np.asarray(h)[0]


@pytest.mark.parametrize("cell_class", [ElmanCell, LSTMCell])
def test_the_product_equals_finite_differences(cell_class, random):
    cell = built(cell_class(UNITS, dtype="float64"), random)
    inputs = random.normal(size=(1, TIME, INPUT_DIM))
    jacobians = step_jacobians(cell, inputs)[0]
    product = np.eye(UNITS, cell.num_states * UNITS)
    for jacobian in jacobians[::-1]:
        product = product @ jacobian
    projected = np.asarray(cell.project_inputs(inputs))[0]
    zeros = np.zeros((1, cell.num_states * UNITS))
    for unit in range(zeros.size):
        nudge = 1e-6 * (np.arange(zeros.size) == unit)
        change = final_h(cell, projected, zeros + nudge) - final_h(
            cell, projected, zeros - nudge
        )
        np.testing.assert_allclose(product[:, unit], change / 2e-6, atol=1e-8)
    norm = np.linalg.norm(product, ord=2)
    assert gradient_norms(cell, inputs)[-1] == pytest.approx(norm)


def test_norms_of_a_linear_cell_are_those_of_powers_of_its_kernel(random):
    cell = built(ElmanCell(UNITS, activation="linear", dtype="float64"), random)
    norms = gradient_norms(cell, random.normal(size=(BATCH, TIME, INPUT_DIM)))
    (_, W_hh, _) = cell.get_weights()
    expected = [
        np.linalg.norm(np.linalg.matrix_power(W_hh, k), ord=2) for k in range(TIME + 1)
    ]
    np.testing.assert_allclose(norms, expected, rtol=1e-12)


def test_norms_of_a_scaled_orthogonal_linear_cell_are_powers_of_the_radius(random):
    cell = built(ElmanCell(UNITS, activation="linear"), random)
    scale_recurrence(cell, 1.1)
    norms = gradient_norms(cell, random.normal(size=(BATCH, TIME, INPUT_DIM)))
    np.testing.assert_allclose(norms, 1.1 ** np.arange(TIME + 1), rtol=1e-5)


def test_with_tanh_norms_decrease(random):
    cell = built(ElmanCell(UNITS), random)
    scale_recurrence(cell, 1.0)
    norms = gradient_norms(cell, random.normal(size=(BATCH, TIME, INPUT_DIM)))
    assert norms[0] == 1
    assert np.all(np.diff(norms) < 0)


def test_an_open_forget_gate_preserves_the_gradient():
    """With no weights but b_f = 20, c is kept: h_T = sigmoid(0) tanh(c)."""
    cell = LSTMCell(UNITS, forget_bias=20.0)
    cell.build((None, INPUT_DIM))
    _, _, bias = cell.get_weights()
    cell.set_weights([np.zeros(w.shape) for w in cell.weights[:2]] + [bias])
    norms = gradient_norms(cell, np.zeros((BATCH, 50, INPUT_DIM), np.float32))
    np.testing.assert_allclose(norms, [1] + [0.5] * 50, rtol=1e-5)


def test_a_stack_of_linear_functions_is_linear():
    x = np.linspace(-2, 2, 9)
    np.testing.assert_allclose(composed(1.5, 3, x, squash=False), 1.5**3 * x)
    np.testing.assert_allclose(
        composed(1.5, 2, x, squash=True), np.tanh(1.5 * np.tanh(1.5 * x))
    )
