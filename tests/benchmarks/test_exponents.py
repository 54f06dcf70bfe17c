"""Costs are fitted by a power of the work."""

import json

import pytest

from benchmarks import exponents
from benchmarks.exponents import Growth
from data_prep.errors import BadInput

SIZES = [10, 100, 1000]


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.0])
def test_a_power_law_has_its_exponent(power):
    costs = [3 * size**power for size in SIZES]
    assert exponents.exponent(SIZES, costs) == pytest.approx(power)


def test_the_fit_is_of_least_squares():
    # The logarithms are 0, 0 and 3, at 1, 2 and 3.
    assert exponents.exponent(SIZES, [1, 1, 1000]) == pytest.approx(1.5)


def test_numbers_of_photos():
    assert exponents.photo_counts(10_000) == [1_000, 3_000, 10_000]
    assert exponents.photo_counts(20_000) == [1_000, 3_000, 10_000, 20_000]


def test_every_quantity_but_photos_has_sizes_and_work():
    measured = set(exponents.QUANTITIES) - {"photos"}
    assert measured == set(exponents.SIZES) == set(exponents.SMALL)
    assert measured == set(exponents._WORK)
    for name, sizes in exponents.SIZES.items():
        in_order = [exponents.SMALL[name], *sizes]
        assert in_order == sorted(set(in_order))


def test_the_table_and_the_file_have_the_exponents(tmp_path, monkeypatch, capsys):
    growth = Growth("beams", SIZES, [0.1, 1.0, 10.0], [2_000_000] * 3)
    asked = []

    def fake(name, rounds):
        asked.append((name, rounds))
        return growth

    monkeypatch.setattr(exponents, "_of", fake)
    file = tmp_path / "exponents.json"
    flags = ["--quantities", "beams", "--rounds", "2", "--json", str(file)]
    assert exponents.main(flags) == 0
    assert asked == [("beams", 2)]
    assert capsys.readouterr().out.splitlines()[2:] == [
        "| beams | 10 to 1,000 | 1.00 (0.1 to 10 s) | 0.00 (2 to 2 MB) |"
    ]
    (found,) = json.loads(file.read_text())
    assert found["sizes"] == SIZES and found["bytes"] == growth.bytes
    assert found["seconds_exponent"] == pytest.approx(1.0)
    assert found["memory_exponent"] == pytest.approx(0.0, abs=1e-9)


def test_what_cannot_be_measured_is_refused_before_measuring(tmp_path):
    for flags, words in (
        (["--json", str(tmp_path / "exponents.txt")], "--json is .*json"),
        (["--photos", "1000"], "--photos is 1,000; expected more than 1,000"),
        (["--quantities", "dogs"], "dogs"),
    ):
        with pytest.raises(BadInput, match=words):
            exponents.main(flags)
