"""Sums of terms, against scikit-learn, scipy, plain loops and searches."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from scipy import stats
from sklearn.linear_model import BayesianRidge, LinearRegression, Ridge

from layerlab.core.errors import LabError
from layerlab.experiments.basis import claim_rows, fits, model, terms
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.problem import load_data, problem_of
from tests.experiments.conftest import drag_handle, handles, settle
from tests.helpers.programs import printed_by

NOISE = 0.06


@pytest.fixture(scope="module")
def points():
    """Terms of tanh and targets: 60 points, 7 terms."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, 60)
    basis = terms.bent("tanh", rng.normal(0, 4, 7), rng.normal(0, 2, 7), x)
    return basis, np.sin(5 * x) + 0.3 + NOISE * rng.standard_normal(60)


# ---- the three fits


def test_least_squares_is_scikit_learn_s(points):
    basis, y = points
    a, d = fits.Ridge.of(basis, y).fit(0.0)
    known = LinearRegression().fit(basis, y)
    assert a[0] == pytest.approx(known.coef_, rel=1e-8)
    assert d[0] == pytest.approx(known.intercept_, rel=1e-8)


@pytest.mark.parametrize("l2", [1e-6, 1e-2, 1.0])
def test_the_posterior_s_mean_is_ridge_regression(points, l2):
    basis, y = points
    a, d = fits.Ridge.of(basis, y).fit(l2)
    known = Ridge(alpha=len(y) * l2).fit(basis, y)
    assert a[0] == pytest.approx(known.coef_, rel=1e-8)
    assert d[0] == pytest.approx(known.intercept_, rel=1e-8)


def test_the_posterior_is_that_of_bayesian_ridge(points):
    basis, y = points
    known = BayesianRidge(compute_score=False, tol=1e-8).fit(basis, y)
    noise = known.alpha_**-0.5
    l2 = known.lambda_ / known.alpha_ / len(y)  # prior variance 1 / lambda
    ridge = fits.Ridge.of(basis, y)
    assert ridge.fit(l2)[0][0] == pytest.approx(known.coef_, rel=1e-5)
    assert ridge.deviations(l2, noise) ** 2 == pytest.approx(np.diag(known.sigma_), rel=1e-5)


def test_the_band_is_the_matrix_formula_s_with_a_free_constant(points):
    basis, y = points
    l2, at = 1e-3, basis[:9] + 0.1
    whole, new = (np.column_stack((t, np.ones(len(t)))) for t in (basis, at))
    precision = whole.T @ whole + np.diag([len(y) * l2] * basis.shape[1] + [0.0])
    var = NOISE**2 * np.einsum("ij,jk,ik->i", new, np.linalg.inv(precision), new)
    assert fits.Ridge.of(basis, y).std(l2, NOISE, at) == pytest.approx(var**0.5, rel=1e-8)


@pytest.mark.parametrize("repeated", [False, True])
def test_draws_have_the_posterior_s_mean_and_std(points, repeated):
    basis, y = points
    if repeated:  # a direction of which the data say nothing
        basis = np.column_stack((basis, basis[:, 0]))
    ridge, l2 = fits.Ridge.of(basis, y), 1e-3
    normals = np.random.default_rng(1).standard_normal((20_000, basis.shape[1] + 1))
    drawn = ridge.draws(l2, NOISE, basis[:5], normals)
    a, d = ridge.fit(l2)
    std = ridge.std(l2, NOISE, basis[:5])
    assert drawn.mean(0) == pytest.approx(basis[:5] @ a[0] + d[0], abs=0.05 * std.max())
    assert drawn.std(0) == pytest.approx(std, rel=0.03)


def test_the_evidence_is_the_density_of_the_data(points):
    basis, y = points
    l2s = np.array([1e-4, 1e-2, 1.0])
    # A free constant: what is left of the data are their contrasts.
    contrasts = np.linalg.qr(np.eye(len(y)) - 1 / len(y))[0][:, :-1].T
    logs = []
    for l2 in l2s:
        prior = NOISE**2 / (len(y) * l2)
        cov = contrasts @ (NOISE**2 * np.eye(len(y)) + prior * basis @ basis.T) @ contrasts.T
        logs.append(stats.multivariate_normal(np.zeros(len(y) - 1), cov).logpdf(contrasts @ y))
    found = fits.Ridge.of(basis, y).evidence(l2s, NOISE)
    assert found - found[0] == pytest.approx(np.array(logs) - logs[0], rel=1e-7)


@pytest.mark.parametrize("updates", [1, 7, 300])
def test_gradient_descent_is_a_loop_of_steps(points, updates):
    basis, y = points
    descent = fits.Descent.of(basis, y)
    a, d = np.zeros(basis.shape[1]), 0.0
    for _ in range(updates):
        off = basis @ a + d - y
        a, d = a - descent.rate * basis.T @ off / len(y), d - descent.rate * off.mean()
    found, constant = descent.fit(updates)
    assert found == pytest.approx(a, abs=1e-9)
    assert constant == pytest.approx(d, abs=1e-9)
    loss = 0.5 * ((basis @ a + d - y) ** 2).mean()
    assert descent.losses(np.array([updates]))[0] == pytest.approx(loss, rel=1e-9)


def test_gradient_descent_ends_at_least_squares(points):
    basis, y = points
    a, _ = fits.Descent.of(basis, y).fit(1e9)
    assert a == pytest.approx(LinearRegression().fit(basis, y).coef_, rel=1e-5)


def test_twice_the_rate_is_the_edge(points):
    basis, y = points
    whole = np.column_stack((basis, np.ones(len(y))))
    steepest = np.linalg.eigvalsh(whole.T @ whole / len(y))[-1]
    assert fits.Descent.of(basis, y).rate == pytest.approx(1 / steepest)


# ---- the terms


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_what_is_left_is_what_least_squares_leaves(activation):
    found, x = terms.chosen("wave", activation), terms.COARSE
    true = terms.truth("wave", x)
    for units in (1, 2, 5, 11):
        basis = terms.bent(activation, *found.terms(units), x)
        off = true - LinearRegression().fit(basis, true).predict(basis)
        assert found.left[units] == pytest.approx(off.var() / true.var(), rel=1e-5)


def test_the_pair_is_the_best_of_all_pairs():
    x, true = terms.COARSE, terms.truth("sine-mix", terms.COARSE)
    b, c = terms._candidates("relu")
    basis = terms.bent("relu", b, c, x)
    least = 1.0
    for i, j in itertools.combinations(range(len(b)), 2):
        whole = np.column_stack((basis[:, [i, j]], np.ones(len(x))))
        _, rest, rank, _ = np.linalg.lstsq(whole, true)
        if rank == 3:
            least = min(least, float(rest[0]) / len(x) / true.var())
    assert terms.chosen("sine-mix", "relu").left[2] == pytest.approx(least)


def test_no_exchange_of_one_term_would_help():
    x, true = terms.COARSE, terms.truth("wave", terms.COARSE)
    basis = terms.bent("relu", *terms._candidates("relu"), x)
    b, c = terms.chosen("wave", "relu").terms(6)
    now = [
        int(np.abs(basis - one[:, None]).sum(0).argmin())
        for one in terms.bent("relu", b, c, x).T
    ]
    for j, i in itertools.product(range(6), range(basis.shape[1])):
        if i in now:
            continue
        other = [*now[:j], *now[j + 1 :], i]
        _, rest, rank, _ = np.linalg.lstsq(
            np.column_stack((basis[:, other], np.ones(len(x)))), true
        )
        if rank == 7:
            left = float(rest[0]) / len(x) / true.var()
            assert left > terms.chosen("wave", "relu").left[6] * (1 - 1e-5)


def test_two_corners_make_an_absolute_value():
    assert terms.chosen("abs", "relu").needed(1e-12) == 2
    assert terms.chosen("step", "sigmoid").needed(0.02) == 1
    assert terms.chosen("wave", "identity").needed(0.5) is None


@pytest.mark.parametrize("activation", ACTIVATIONS.keys())
@pytest.mark.parametrize("curve", terms.CURVE_KEYS)
def test_more_terms_never_leave_more(curve, activation):
    left = terms.chosen(curve, activation).left
    assert np.isfinite(left).all()
    assert (np.diff(left) <= 1e-12).all()


# ---- the page


def test_adding_all_terms_is_the_sum():
    result = model.compute(units=9, shown=4)
    assert result.part != pytest.approx(result.sum)
    rest = result.pieces[:, 4:].sum(1)
    assert result.part + rest == pytest.approx(result.sum)


def test_heights_by_hand_stay_and_the_constant_follows():
    result = model.compute(units=3, heights=(1.0, -2.0))
    assert list(result.a) == [1.0, -2.0, 0.0]
    basis = terms.bent("relu", result.b, result.c, result.data_x)
    assert (result.data_y - basis @ result.a - result.d).mean() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"terms": (1.0, 2.0, 3.0)}, "pairs"),
        ({"terms": (0.0, 1.0)}, "factor b of term 1"),
        ({"updates": ()}, "Updates lists 0"),
        ({"l2": (1e-3, 1e-3)}, "L2 lists 2"),
    ],
)
def test_wrong_numbers_are_refused_in_one_sentence(knobs, words):
    with pytest.raises(LabError, match=words):
        model.compute(**knobs)


def found(**knobs):
    return {row.id: row.verdict for row in model.claims(model.compute(**knobs))}


def test_verdicts_are_those_of_the_figures():
    assert found() == {
        "C1": "holds only if c shifts and b stretches",
        "C2": "holds",
        "C4": "wrong as printed",
        "C5": "wrong as printed",
    }


def test_verdicts_move_with_the_level():
    assert found(level=(0.005,))["C5"] == "holds only if the function is like abs"


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", "sine"])
def test_only_c_shifts(activation):
    by_b, by_c = claim_rows.shifts(activation, 3.0, 0.4)
    assert by_c.apart < 1e-12
    assert by_c.moved == pytest.approx(claim_rows.MORE)
    assert by_b.apart > 0.01


def test_a_broken_bend_turns_the_verdicts(monkeypatch):
    right = terms.bent
    monkeypatch.setattr(claim_rows, "bent", lambda act, b, c, x: right(act, c, b, x))
    assert found()["C1"] == "wrong as printed"


def test_layers_that_forget_their_biases_are_no_composition(monkeypatch):
    claim_rows.composition_row.cache_clear()
    right = claim_rows._expansions
    monkeypatch.setattr(
        claim_rows, "_expansions", lambda *a: [unit + 0.01 for unit in right(*a)]
    )
    assert claim_rows.composition_row("relu").verdict == "wrong as printed"
    claim_rows.composition_row.cache_clear()


def test_a_constant_would_be_a_bias(monkeypatch):
    leaky, relu = ACTIVATIONS["leaky-relu"], ACTIVATIONS["relu"]
    moved = type(leaky)(
        "leaky-relu",
        "s",
        "h",
        value=lambda m, z, a: relu.value(m, z, a) + 1,
        derivative=leaky.derivative,
    )
    monkeypatch.setitem(ACTIVATIONS._entries, "leaky-relu", moved)
    assert (
        claim_rows.leak_row("wave", 0.01, dict.fromkeys(model.COMPARED, 3)).verdict == "holds"
    )


def test_fewer_terms_everywhere_would_hold():
    row = claim_rows.needed_row(0.01, {"wave": {"relu": 2, "sigmoid": None, "leaky-relu": 2}})
    assert row.verdict == "holds"


# ---- what is copied, and the lab


@pytest.mark.parametrize("curve", terms.CURVE_KEYS)
def test_the_copied_program_fits_the_same_points(curve):
    knobs = {"curve": curve, "activation": "tanh", "units": 5, "updates": (50.0,)}
    lines = printed_by(model.numpy_code(**knobs), held := {}).splitlines()
    result = model.compute(**knobs)
    likely = model.compute(**knobs, posterior=True)
    assert float(lines[0].split()[-1]) == pytest.approx(result.squares, abs=6e-7)
    assert float(lines[1].split()[2]) == pytest.approx(result.descent_loss, abs=6e-7)
    assert float(lines[2].split()[-1]) == pytest.approx(likely.loss, abs=6e-7)
    assert float(lines[3].split()[2]) == pytest.approx(likely.a[0], rel=1e-3, abs=6e-5)
    assert float(lines[3].split()[4]) == pytest.approx(likely.deviations[0], rel=1e-3, abs=6e-5)
    x = np.linspace(-1, 1, 41)
    assert held["CURVES"][curve](x) == pytest.approx(terms.truth(curve, x))


def test_the_lab_has_one_layer_of_as_many_units_on_the_same_points():
    spec = model.lab_spec(curve="step", activation="sigmoid", units=6, posterior=True)
    assert (spec.net.hidden, spec.net.activation) == ((6,), "sigmoid")
    assert spec.train.l2 == 1e-4
    assert np.array_equal(load_data(spec.task).x[:, 0], model.compute(curve="step").data_x)
    assert problem_of(spec).layout.sizes == (1, 6, 1)


# ---- by hand


def handle_named(page, start):
    return next((plot, h) for plot, h in handles(page) if h.name.startswith(start))


def test_the_bright_term_is_shifted_stretched_and_raised_by_the_mouse(open_page):
    page = open_page("basis")
    page.on_edited("shown", 5)
    settle(page)
    first = page.result
    drag_handle(*handle_named(page, "place 4"), QPoint(30, 0))
    settle(page)
    moved = page.result
    assert moved.b == pytest.approx(first.b)
    assert -moved.c[4] / moved.b[4] > -first.c[4] / first.b[4]
    assert np.delete(moved.c, 4) == pytest.approx(np.delete(first.c, 4))
    drag_handle(*handle_named(page, "stretch 4"), QPoint(25, 0))
    settle(page)
    wide = page.result
    assert abs(wide.b[4]) < abs(moved.b[4])
    assert wide.c[4] / wide.b[4] == pytest.approx(moved.c[4] / moved.b[4])
    assert wide.loss == pytest.approx(moved.loss)  # ReLU: a stretch is a height
    drag_handle(*handle_named(page, "height 4"), QPoint(0, -20))
    settle(page)
    raised = page.result
    assert raised.by_hand
    assert raised.pieces[-1, 4] > wide.pieces[-1, 4]
    assert np.delete(raised.a, 4) == pytest.approx(np.delete(wide.a, 4))
    QTest.mouseClick(page.frame.view.again, Qt.MouseButton.LeftButton)
    settle(page)
    assert page.result.a == pytest.approx(first.a)
    page.undo()
    settle(page)
    assert page.result.a == pytest.approx(raised.a)


def test_a_drag_past_the_steepest_slope_stays_in_range(open_page):
    page = open_page("basis")
    plot, handle = handle_named(page, "stretch")
    away = plot.place_of(handle_named(page, "place 7")[1]) - plot.place_of(handle)
    drag_handle(plot, handle, QPoint(round(away.x()), 0))
    settle(page)
    assert abs(page.result.b[7]) <= model.STEEPEST
