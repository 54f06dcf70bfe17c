"""The FLOP of a pass are those of its products."""

from benchmarks.performance import recurrence


def test_a_pass_of_the_recurrence_is_counted_by_its_products():
    batch, steps, units = 3, 5, recurrence.UNITS
    # Input and state, each through four gates; a product of (m, k) and (k, n) is
    # 2 m k n; the way back has two of them for each.
    forward = batch * steps * 2 * (2 * units * 4 * units)
    assert recurrence.pass_flops(4, (batch, steps)) == 3 * forward
