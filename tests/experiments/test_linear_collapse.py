"""Linear layers and factored matrices, against searches, scipy, and Saxe's closed form."""

import math

import numpy as np
import pytest
from scipy import linalg, optimize

from layerlab.core.experiment import NOT_HERE
from layerlab.experiments.linear_collapse import factored, model, plane
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.problem import problem_of
from tests.experiments.conftest import drag_handle, handles, settle
from tests.helpers.programs import printed_by

# ---- layers and their product


@pytest.mark.parametrize("depth", [1, 2, 7, 12])
def test_linear_layers_are_one_matrix(depth):
    result = plane.pushed("identity", depth)
    assert result.apart < 1e-12
    assert result.bent < 1e-20
    lines = result.net
    assert np.abs(np.diff(lines, 2, axis=2)).max() < 1e-12  # straight and evenly spaced
    assert result.matrix == pytest.approx(plane.turned(depth))  # as the last layer means it


def test_the_matrix_is_the_slope_of_the_layers():
    """Against differences: what one more of each input does to the outputs."""
    net = plane.pushed("identity", 5).net
    right = net[0, 0, -1] - net[0, 0, 0]  # x from -1 to 1
    up = net[0, -1, 0] - net[0, 0, 0]
    assert np.stack((right, up)) / 2 == pytest.approx(plane.pushed("identity", 5).matrix)


@pytest.mark.parametrize("key", [k for k in ACTIVATIONS.keys() if k != "identity"])  # noqa: SIM118
def test_a_bend_between_two_layers_ends_it(key):
    result = plane.pushed(key, 4)
    assert result.apart > 1e-3
    assert result.bent > 1e-6
    assert plane.pushed(key, 1).apart < 1e-12  # one layer has nothing between


def test_the_nearest_matrix_is_scipy_s():
    result, lines = plane.pushed("tanh", 6), plane.lattice().reshape(-1, 2)
    out = result.net.reshape(-1, 2)
    for column in (0, 1):
        found = optimize.least_squares(
            lambda p, column=column: lines @ p[:2] + p[2] - out[:, column], np.zeros(3)
        )
        nearest = lines @ found.x[:2] + found.x[2]
        assert result.affine.reshape(-1, 2)[:, column] == pytest.approx(nearest, abs=1e-6)


# ---- W = A B


@pytest.mark.parametrize("rank", [1, 4, 11])
def test_the_best_of_a_rank_is_not_beaten_by_a_search(rank):
    goal, errors = factored.target(), model.compute(rank=rank).errors
    assert factored.off(factored.best(rank)) == pytest.approx(errors[rank])
    rng = np.random.default_rng(0)
    b = rng.standard_normal((rank, goal.shape[1]))
    for _ in range(3000):  # alternating least squares, which knows no singular values
        a = np.linalg.lstsq(b.T, goal.T)[0].T
        b = np.linalg.lstsq(a, goal)[0]
    found = factored.off(a @ b)
    assert found >= errors[rank] - 1e-9
    assert found == pytest.approx(errors[rank], rel=2e-2)


def test_errors_are_scipy_s_singular_values():
    sizes = linalg.svdvals(factored.target())
    assert factored.singular_values() == pytest.approx(sizes)
    assert sizes[0] == pytest.approx(1)
    errors = model.compute().errors
    assert errors[0] == 1
    assert errors[-1] == 0
    assert errors[3] == pytest.approx(math.sqrt((sizes[3:] ** 2).sum() / (sizes**2).sum()))


def test_a_singular_value_is_learned_as_saxe_says():
    """One direction, balanced: s(t) = s e / (e - 1 + s / s0), e = exp(2 s t)."""
    s, start, rate = 0.7, 0.01, 0.001
    a, b = np.array([[math.sqrt(start)]]), np.array([[math.sqrt(start)]])
    for t in (2.0, 4.0, 8.0):
        now = factored.steps(a, b, np.array([[s]]), rate, round(t / rate))
        grown = math.exp(2 * s * t)
        assert (now[0] @ now[1]).item() == pytest.approx(
            s * grown / (grown - 1 + s / start), rel=5e-3
        )


def test_a_step_goes_down_the_gradient():
    rng = np.random.default_rng(1)
    a, b, goal = (rng.standard_normal(shape) for shape in ((4, 2), (2, 3), (4, 3)))

    def loss(flat):
        return 0.5 * ((flat[:8].reshape(4, 2) @ flat[8:].reshape(2, 3) - goal) ** 2).sum()

    flat = np.concatenate((a.ravel(), b.ravel()))
    slope = optimize.approx_fprime(flat, loss, 1e-7)
    after = factored.steps(a, b, goal, 0.1, 1)
    moved = np.concatenate((after[0].ravel(), after[1].ravel())) - flat
    assert moved == pytest.approx(-0.1 * slope, abs=1e-5)


def test_the_largest_are_learned_first():
    training = factored.trained(5)
    halves = [
        int((training.sizes[:, k] < factored.singular_values()[k] / 2).sum()) for k in range(5)
    ]
    assert halves == sorted(halves)
    assert halves[0] < halves[3]


@pytest.mark.parametrize("rank", [1, 5, 18])
@pytest.mark.parametrize("updates", [0, 1, 100, 240])
def test_what_is_trained_is_never_better_than_the_best(rank, updates):
    result = model.compute(rank=rank, updates=updates)
    assert result.error >= result.errors[rank] - 1e-12
    k = updates // factored.EVERY
    if updates % factored.EVERY == 0:
        assert result.product == pytest.approx(result.training.products[k])
    assert np.linalg.matrix_rank(result.product) == rank


# ---- verdicts


def found(**knobs):
    return {row.id: row.verdict for row in model.claims(model.compute(**knobs))}


def test_verdicts_are_those_of_the_figures():
    assert found() == {
        "A1": "holds only if the map has rank r at most",
        "A2": "holds",
        "B1": "holds",
    }


def test_verdicts_move_with_the_knobs():
    assert found(rank=18)["A1"] == "holds"
    assert found(activation="relu")["B1"] == NOT_HERE
    assert found(activation="relu", depth=1)["B1"] == "holds"


def test_a_product_in_the_wrong_order_is_no_collapse(monkeypatch):
    right = plane.product
    monkeypatch.setattr(plane, "product", lambda *a: (right(*a)[0].T, right(*a)[1]))
    plane.pushed.cache_clear()
    assert found()["B1"] == "wrong as printed"
    plane.pushed.cache_clear()


def test_a_way_around_the_bottleneck_turns_the_verdict(monkeypatch):
    right = factored.at
    monkeypatch.setattr(factored, "at", lambda *a: right(*a) + 1e-3 * np.eye(20, 18))
    assert found()["A2"] == "wrong as printed"


def test_factors_with_biases_have_other_counts(monkeypatch):
    monkeypatch.setattr(factored, "parameters", lambda rank: rank * 38 + rank + 18)
    assert found()["A1"] == "wrong as printed"


# ---- what is copied, the lab, the mouse


@pytest.mark.parametrize("activation", ["identity", "gelu"])
def test_the_copied_program_prints_the_page_s_figures(activation):
    knobs = {"activation": activation, "depth": 5, "rank": 3, "updates": 70}
    lines = printed_by(model.numpy_code(**knobs)).splitlines()
    result = model.compute(**knobs)
    assert (float(lines[0].split()[-1]) < 1e-12) == (activation == "identity")
    assert lines[1] == f"parameters {result.parameters} instead of {result.all}"
    assert float(lines[2].split()[-1]) == pytest.approx(result.errors[3], abs=6e-7)
    assert float(lines[3].split()[-1]) == pytest.approx(result.error, abs=6e-7)


def test_the_lab_has_the_same_layers():
    problem = problem_of(model.lab_spec(depth=3, activation="tanh"))
    assert problem.layout.sizes == (2, 8, 8, 2)
    assert problem.spec.net.activation == "tanh"


def test_updates_are_dragged_along_the_learning(open_page):
    page = open_page("linear-collapse")
    plot, handle = next(handles(page))
    page.on_edited("updates", 100)
    settle(page)
    drag_handle(plot, next(handles(page))[1])
    settle(page)
    assert page.values["updates"] > 100
    page.undo()
    assert page.values["updates"] == 100
    assert handle.name == "updates"
