"""Formulas as expressions: what is traced is what the formula computes."""

import pytest

from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.expressions import REDUCTIONS, TRACE, expression, helper, symbol
from layerlab.nets.maths import NUMPY, SCALAR

Z = symbol("z")


def test_lines_of_zeros_and_ones_are_numbers() -> None:
    for formula, is_said in (
        (0 * Z + 1, 1),
        (0 * Z - 1, -1),
        (Z - 0, Z),
        (1 * Z, Z),
        (Z**1, Z),
        (2 * expression(3), 6),
    ):
        assert formula == expression(is_said)


def test_what_is_computed_twice_is_equal() -> None:
    a, b = (1 - TRACE.tanh(Z) ** 2 for _ in range(2))
    assert a == b
    assert hash(a) == hash(b)
    assert a != 1 - TRACE.tanh(Z) ** 3
    assert a.symbols() == {"z"}
    assert a.ops() == {"subtract", "constant", "power", "tanh", "symbol"}


def test_a_formula_that_branches_is_refused() -> None:
    with pytest.raises(TypeError, match=r"m\.where"):
        max(Z, 0.0)
    with pytest.raises(TypeError, match="meets str"):
        Z + "1"


def test_every_function_is_one_of_arrays_of_numbers_and_of_symbols() -> None:
    assert set(vars(NUMPY)) == {*vars(SCALAR), *REDUCTIONS} == set(vars(TRACE))


def test_a_helper_has_its_name_and_is_called_as_it_is_elsewhere() -> None:
    @helper
    def _twice(m, z):
        """Return 2 z."""
        return 2 * z

    traced = _twice(TRACE, Z + 1)
    assert (traced.op, traced.value, traced.doc) == ("helper", "twice", "Return 2 z.")
    assert traced.body == 2 * Z
    assert traced.args == (Z + 1,)
    assert _twice(SCALAR, 3.0) == 6.0


@pytest.mark.parametrize("entry", ACTIVATIONS, ids=lambda entry: entry.key)
def test_every_activation_is_traced(entry) -> None:
    assert entry.formula.symbols() <= {"z", "slope"}
    assert entry.derivative_formula.symbols() <= {"z", "slope"}
