"""Typed formulas: what they are worth, and what is said of those that are wrong.

Python's own arithmetic is the oracle: each formula is written a second time in its syntax.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlab.core.errors import LabError
from layerlab.core.resources import resource
from layerlab.nets.algebra.formula import MAX_LENGTH, formula_of, grid
from layerlab.nets.algebra.tree import CONSTANTS, FUNCTIONS

POINTS = (-0.83, -0.25, 0.0, 0.41, 0.77)

CURVES = [  # as typed, and the same in Python
    ("y = sin(3x) + 0.3 x^2", lambda x: math.sin(3 * x) + 0.3 * x**2),
    ("sin(3x)+0.3x²", lambda x: math.sin(3 * x) + 0.3 * x**2),
    ("f(x) = 2 sin(x)", lambda x: 2 * math.sin(x)),
    ("Y = SIN(2PI X)", lambda x: math.sin(2 * math.pi * x)),
    ("-x^2", lambda x: -(x**2)),
    ("(-x)^2", lambda x: x**2),
    ("2^-x", lambda x: 2**-x),
    ("2^3^2 x", lambda x: 2**9 * x),
    ("x**3 - -x", lambda x: x**3 + x),
    ("2*-x", lambda x: -2 * x),
    ("1 - x - x", lambda x: 1 - 2 * x),
    ("8/2/2 * x", lambda x: 2 * x),
    ("x(1-x)", lambda x: x * (1 - x)),
    ("(1+x)(1-x)", lambda x: (1 + x) * (1 - x)),
    ("2pi", lambda x: 2 * math.pi),
    ("e^x", lambda x: math.exp(x)),
    ("e^2 x", lambda x: math.exp(2) * x),
    ("xx", lambda x: x * x),
    ("xsin(x)", lambda x: x * math.sin(x)),
    ("3 x² − 4×x÷2 + π·x", lambda x: 3 * x**2 - 2 * x + math.pi * x),
    ("(x+2)⁻² (x + 2)^3", lambda x: x + 2),
    ("√(x+1) + √4", lambda x: math.sqrt(x + 1) + 2),
    ("√2 x", lambda x: math.sqrt(2) * x),
    ("|x|", abs),
    ("||x| - 0.5|", lambda x: abs(abs(x) - 0.5)),
    ("2|x||x| - |x(|x|)|", lambda x: x * x),
    ("max(x, 0, 0.2) - min(x, 0.1)", lambda x: max(x, 0, 0.2) - min(x, 0.1)),
    ("mod(5x, 1)", lambda x: 5 * x - math.floor(5 * x)),
    ("floor(3x) - ceil(3x)", lambda x: math.floor(3 * x) - math.ceil(3 * x)),
    ("round(3x)", lambda x: round(3 * x)),
    ("relu(x) + abs(x) + sign(x)", lambda x: max(x, 0) + abs(x) + (x > 0) - (x < 0)),
    ("step(x) + heaviside(x - 0.5)", lambda x: (x >= 0) + (x >= 0.5)),
    ("sigmoid(4x)", lambda x: 1 / (1 + math.exp(-4 * x))),
    ("tanh(x) + sinh(x) + cosh(x)", lambda x: math.tanh(x) + math.sinh(x) + math.cosh(x)),
    ("asin(x) + arccos(x) + arctan(x)", lambda x: math.asin(x) + math.acos(x) + math.atan(x)),
    ("log(x+2) + ln(x+2)", lambda x: 2 * math.log(x + 2)),
    ("log2(x+2) + log10(x+2)", lambda x: math.log2(x + 2) + math.log10(x + 2)),
    ("tan(x) cos(x)", lambda x: math.sin(x)),
    ("1.5e-1 x + .5 + 2.", lambda x: 0.15 * x + 2.5),
    ("1/(1 + exp(-1000x))", lambda x: 0.5 if x == 0 else float(x > 0)),
]
PLANES = [
    ("z = x y", lambda x, y: x * y),
    ("xy^2", lambda x, y: x * y**2),
    ("f(x, y) = x", lambda x, y: x),
    ("y = x1 - x2", lambda x, y: x - y),
    ("x₁·x₂", lambda x, y: x * y),
    ("x^2 + y^2 < 0.5", lambda x, y: x**2 + y**2 < 0.5),
    ("0.2 < x < 0.5", lambda x, y: 0.2 < x < 0.5),
    ("x ≤ y ≤ 0.5", lambda x, y: x <= y <= 0.5),
    ("x < 0 or y < 0 and x > 0.2", lambda x, y: x < 0 or (y < 0 and x > 0.2)),
    ("(x < 0 or y < 0) and y > x", lambda x, y: (x < 0 or y < 0) and y > x),
    ("not x < 0 and y ≥ 0", lambda x, y: (not x < 0) and y >= 0),
    ("¬(x<0 ∧ y<0)", lambda x, y: not (x < 0 and y < 0)),
    ("x<0 && y<0 ∨ x>0.5", lambda x, y: (x < 0 and y < 0) or x > 0.5),
    ("x2 > sin(3 x1)", lambda x, y: y > math.sin(3 * x)),
    ("y < 1/x", lambda x, y: y < (1 / x if x else math.inf)),
]


@pytest.mark.parametrize(("text", "expected"), CURVES)
def test_a_curve_is_what_is_typed(text, expected):
    formula = formula_of(text)
    assert formula.kind == "curve"
    assert formula.inputs == ("x",)
    values = formula(np.array(POINTS)[:, None])
    assert values.shape == (len(POINTS), 1)
    np.testing.assert_allclose(values[:, 0], [expected(x) for x in POINTS], atol=1e-12)


@pytest.mark.parametrize(("text", "expected"), PLANES)
def test_a_surface_or_region_is_what_is_typed(text, expected):
    formula = formula_of(text)
    points = np.array([(x, y) for x in POINTS for y in POINTS])
    truth = np.array([expected(x, y) for x, y in points.tolist()])
    assert formula.kind == ("region" if truth.dtype == bool else "surface")
    np.testing.assert_allclose(formula(points)[:, 0], truth, atol=1e-12)


def test_what_a_formula_is_called():
    def named(text):
        formula = formula_of(text)
        return formula.names, formula.output

    assert named("sin(x)") == (("x",), "y")
    assert named("f(x) = x") == (("x",), "f")
    assert named("x y") == (("x", "y"), "z")
    assert named("x1 x2") == (("x₁", "x₂"), "y")
    assert named("x < y") == (("x", "y"), "class")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_takes_arrays_and_keeps_nan(name):
    function = FUNCTIONS[name]
    z = np.array([0.2, np.nan, 0.9])
    value = function.value(*[z] * function.least)
    assert np.isnan(value).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("y = sine(x)", 5, "'sine' is not known; did you mean sin?"),
        ("y = sin x", 9, "write sin(x)"),
        ("sin^2(x)", 4, "write sin(x)^2"),
        ("sinx", 1, "write sin(x)"),
        ("qqq + x", 1, "there are x and y"),
        ("0,3 x", 2, "write 0.3"),
        ("sin(0,3)", 1, "as in 0.3"),
        ("(x, 1)", 3, "comma"),
        ("max(x)", 1, "2 to 20 arguments"),
        ("mod(x)", 1, "two arguments"),
        ("(x", 3, "the bracket of character 1 is not closed"),
        ("|x", 3, "the bar of character 1 is not closed"),
        ("x)", 2, "not opened"),
        ("x + * 2", 5, "is expected here, not '*'"),
        ("x +", 4, "the formula ends"),
        ("2 3", 3, "missing before 3"),
        ("1/2x", 4, "(1/2)*x or 1/(2x)"),
        ("e^2x", 4, "e^(2x) or e^2*x"),
        ("e^-2x", 5, "e^(2x) or e^2*x"),
        ("√2x", 3, "√(2x) or √2*x"),
        ("√x²", 3, "√(x^2)"),
        ("x @ 2", 3, "'@'"),
        ("x % 2", 3, "mod(a, b)"),
        ("3..5", 3, "one decimal point"),
        ("1e999", 1, "too large"),
        ("x^2 + y^2 = 0.5", 11, "a region has <"),
        ("x != 1", 3, "not !="),
        ("y = x < 0.5", 5, "without y ="),
        ("y = x + y", 9, "both sides"),
        ("x + x1", 5, "not both"),
        ("f(x) = x y", 10, "not among the inputs x"),
        ("x = 3", 1, "write y ="),
        ("f(a) = a", 3, "inputs are x"),
        ("x and y < 0", 1, "x is a number"),
        ("(x<1)+2", 1, "true or false"),
        ("sin(x<1)", 5, "true or false"),
        ("(" * 31 + "x" + ")" * 31, 31, "more than 30 levels"),
        ("-" * 40 + "x", 31, "more than 30 levels"),
        ("not " * 31 + "x < 0", 121, "more than 30 levels"),
        ("x" + "^2" * 40, 62, "more than 30 levels"),
        ("__import__('os')", 1, "'_'"),
        ("1/x", 1, "1/x has no value at x = 0"),
        ("y = 2 + log(x)", 9, "log(x) has no value at x = −1"),
        ("x^0.5 + 1", 1, "x^0.5 has no value at x = −1"),
        ("x < log(y)", 5, "log(y) has no value at x = −1 and y = −1"),
        ("x/x < y", 1, "x/x has no value at x = 0"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, place, message):
    with pytest.raises(LabError) as refused:
        formula_of(text)
    sentence = str(refused.value)
    assert sentence.startswith(f"the formula, character {place}: ")
    assert message in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("x + " * MAX_LENGTH + "x", "characters; at most 300"),
        ("1/(x - 0.1234567)", "near x = 0.123"),  # a pole between all points of a grid
        ("tan(3x)", "near x = "),
        ("1e10 x", "beyond"),
        ("x^2 + y^2 < -1", "nowhere"),
        ("x^2 + y^2 < 5", "everywhere"),
    ],
)
def test_what_cannot_be_learned_is_refused(text, message):
    with pytest.raises(LabError, match=message) as refused:
        formula_of(text)
    assert str(refused.value).startswith("the formula ")


def read(text):
    """Return the formula of a text and "", or None and what is wrong with it."""
    try:
        return formula_of(text), ""
    except LabError as error:
        return None, str(error)


@settings(deadline=None)
@given(st.text(alphabet="xy12.,^*/+-()|<>=√²πe sincopmaxlgdnr", max_size=40))
def test_any_text_gives_finite_values_or_one_sentence(text):
    formula, sentence = read(text)
    if formula is None:
        assert sentence.startswith("the formula")
        assert "\n" not in sentence
    else:
        assert np.isfinite(formula(grid(len(formula.inputs)))).all()


@settings(deadline=None)
@given(
    st.recursive(
        st.sampled_from(["x", "2", "0.5", "pi"]),
        lambda part: st.one_of(
            st.tuples(part, st.sampled_from("+-*"), part).map(
                lambda p: f"({p[0]} {p[1]} {p[2]})"
            ),
            part.map(lambda p: f"sin({p})"),
            part.map(lambda p: f"-{p}"),
            part.map(lambda p: f"cos({p})^2"),
        ),
        max_leaves=8,
    )
)
def test_arithmetic_agrees_with_pythons(text):
    names = {"sin": math.sin, "cos": math.cos, "pi": math.pi}
    expected = [eval(text.replace("^", "**"), {**names, "x": x}) for x in POINTS]
    formula, sentence = read(text)
    if formula is None:
        assert "levels" in sentence or "characters" in sentence
        return
    np.testing.assert_allclose(formula(np.array(POINTS)[:, None])[:, 0], expected, atol=1e-9)


def test_the_docs_list_every_function() -> None:
    text = resource("docs/formulas.md").read_text("utf-8")
    assert [name for name in (*FUNCTIONS, *CONSTANTS) if f"`{name}`" not in text] == []
