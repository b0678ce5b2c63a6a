"""Attention as a kernel and by d_k, against PyTorch, closed forms and integrals by scipy."""

import dataclasses
import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from layerlab.core.errors import LabError
from layerlab.core.experiment import HOLDS, NOT_HERE, NOT_REPRODUCED, PENDING, WRONG
from layerlab.core.jobs import Job, steps_of
from layerlab.experiments.attention import claim_rows, model, theory
from layerlab.nets.studies import attention as heads
from layerlab.nets.studies import attention_draws as draws
from layerlab.nets.studies.attention_draws import FREE, MAX_DRAWS, SCALED, SIZES, AttentionDraws
from tests.helpers.plots import drive_plots
from tests.helpers.programs import printed_by

torch = pytest.importorskip("torch")  # the oracle


@pytest.fixture(autouse=True)
def nothing_kept():
    """Forget what other tests drew."""
    draws.forget()
    yield
    draws.forget()


@pytest.fixture(scope="module")
def whole():
    """Return the page with its longer work done."""
    draws.forget()
    *_, last = steps_of(Job("attention", model.work))
    draws.forget()
    return last.result


# ---- a query among keys


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"norm": 256.0, "d_k": 4},
        {"norm": 1.0, "d_k": 1024, "keys": 2},
        {"unequal": 1.0, "d_k": 16},
        {"scaled": False, "norm": 3.0},
    ],
)
def test_outputs_are_those_of_pytorch(knobs):
    result = model.compute(**knobs)
    d_k, by = result.d_k, result.by
    pair = 0.5 * np.pi * np.append(result.x, result.query)
    q = result.norm * np.stack([np.cos(pair), np.sin(pair)] * (d_k // 2), axis=1)
    angles = 0.5 * np.pi * result.positions
    k = np.stack([np.cos(angles), np.sin(angles)] * (d_k // 2), axis=1)
    q, k = q / math.sqrt(d_k // 2), result.norms[:, None] * k / math.sqrt(d_k // 2)
    out = torch.nn.functional.scaled_dot_product_attention(
        torch.tensor(q)[None],
        torch.tensor(k)[None],
        torch.tensor(result.values)[None, :, None],
        scale=1 / by,
    )[0, :, 0].numpy()
    assert result.curve == pytest.approx(out[:-1], abs=1e-9)
    assert result.output == pytest.approx(out[-1], abs=1e-9)
    assert (by == pytest.approx(math.sqrt(d_k))) == result.scaled


@pytest.mark.parametrize("d_k", SIZES)
def test_positions_are_unit_vectors_with_the_cosine_of_their_distance(d_k):
    places = np.linspace(-1, 1, 9)
    vectors = heads.directions(places, d_k)
    assert vectors.shape == (9, d_k)
    wanted = np.cos(0.5 * np.pi * (places[:, None] - places))
    assert vectors @ vectors.T == pytest.approx(wanted, abs=1e-12)


def test_equal_norms_make_it_a_kernel_and_unequal_ones_do_not():
    assert model.compute(norm=1.0).difference < 1e-13
    assert model.compute(norm=256.0, d_k=4).difference < 1e-9  # whatever the query's norm
    free = model.compute(unequal=1.0, d_k=4, norm=4.0)
    # Attention is the kernel times exp(|k|^2 / 2 h^2), renormalized.
    tilt = np.exp(free.norms**2 / (2 * free.by))
    k = free.norms[:, None] * heads.directions(free.positions, 4)
    q = 4.0 * heads.directions(np.array([free.query]), 4)
    kernel = np.exp(-((q - k) ** 2).sum(1) / (2 * free.by))
    assert free.weights == pytest.approx(kernel * tilt / (kernel * tilt).sum(), abs=1e-12)
    assert free.difference > 0.05


def test_a_kernel_is_narrow_without_dividing_by_zero():
    q, k = np.array([[0.0, 0.0]]), np.array([[3.0, 0.0], [4.0, 0.0]])
    assert heads.kernel_weights(q, k, 1e-4) == pytest.approx(np.array([[1.0, 0.0]]))


def test_entropy_is_that_of_scipy():
    p = np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
    assert heads.entropy(p) == pytest.approx(stats.entropy(p, axis=1))


def test_entropy_falls_with_the_norm_as_the_variance_of_the_logits_predicts():
    result = model.compute(norm=16.0)
    step = 1e-4
    near = [model.compute(norm=16.0 * (1 + s)).entropy for s in (-step, step)]
    slope = (near[1] - near[0]) / (2 * step * 16.0)
    logits = (
        heads.directions(np.array([result.query]), 64)
        @ heads.directions(result.positions, 64).T
        / result.by
    )
    p = result.weights
    variance = p @ logits[0] ** 2 - (p @ logits[0]) ** 2
    assert slope == pytest.approx(-16.0 * variance, rel=1e-5)  # dH/dr = -r Var(logit / r)


def test_what_is_dragged_moves_that_key():
    points = model.compute(keys=4).points
    points[1] = 0.95, -1.0
    moved = model.compute(keys=4, points=tuple(points.ravel()))
    assert moved.points == pytest.approx(points)
    assert moved.positions == pytest.approx(np.sort(points[:, 0]))
    assert moved.values[-1] == -1.0
    assert moved.order[-1] == 1


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"d_k": 6}, "dₖ is 6"),
        ({"query": ()}, "Query lists 0 numbers"),
        ({"points": (0.1,)}, "they must be pairs"),
        ({"points": (0.1, 0.2, 1.4, 0.0)}, "position of key 2 is 1.4"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(knobs, words):
    with pytest.raises(LabError, match=words):
        model.compute(**knobs)


# ---- random draws


@pytest.mark.parametrize("d_k", [4, 64])
def test_gradients_are_autograd_s(d_k):
    one = AttentionDraws(d_k, 5)
    one.grow(7)
    some, which, each, goal = np.random.default_rng((d_k, 5)).spawn(4)
    vectors = torch.tensor(some.standard_normal((7, 6, d_k)))
    targets = torch.tensor(which.integers(5, size=7))
    values = torch.tensor(each.standard_normal((7, 5)))
    aims = torch.tensor(goal.standard_normal(7))
    for k, by in ((SCALED, math.sqrt(d_k)), (FREE, 1.0)):
        for through in ("weights", "values"):
            q = vectors[:, 0].clone().requires_grad_()
            logits = torch.einsum("bnd,bd->bn", vectors[:, 1:], q) / by
            if through == "weights":
                loss = torch.nn.functional.cross_entropy(logits, targets, reduction="sum")
            else:
                out = torch.nn.functional.scaled_dot_product_attention(
                    q[:, None], vectors[:, 1:], values[..., None], scale=1 / by
                )[:, 0, 0]
                loss = 0.5 * ((out - aims) ** 2).sum()
            loss.backward()
            wanted = (q.grad**2).sum(1).numpy()
            assert one.squares(through)[k] == pytest.approx(wanted, rel=1e-9, abs=1e-20)


def test_draws_are_the_same_in_whatever_steps_they_grow():
    at_once, bit_by_bit = AttentionDraws(512, 16), AttentionDraws(512, 16)
    while not at_once.grow(70):
        pass
    for many in (31, 62, 70):
        while not bit_by_bit.grow(many):
            pass
    assert at_once.count == bit_by_bit.count == 70
    assert at_once.summary().dots == pytest.approx(bit_by_bit.summary().dots)


@pytest.mark.parametrize("d_k", [4, 16, 64])
def test_the_density_of_products_is_its_closed_form(d_k):
    x = np.linspace(0.3, 4, 12) * math.sqrt(d_k)
    order = (d_k - 1) / 2
    exact = (
        x**order * special.kv(order, x) / (math.sqrt(math.pi) * 2**order * math.gamma(d_k / 2))
    )
    found = theory.product_density(x, d_k, 1.0)
    assert found == pytest.approx(exact, rel=0.05, abs=0.01 * exact.max())
    root = math.sqrt(d_k)
    assert theory.product_density(x / root, d_k, root) == pytest.approx(found * root)


@pytest.mark.parametrize("keys", [2, 5, 16])
def test_ties_have_the_density_of_the_gap(keys):
    """Against the gap's share below a small width, by scipy."""
    width = 1e-3

    def both_near(x):
        law = stats.norm
        return (
            keys
            * (keys - 1)
            * law.pdf(x)
            * law.cdf(x) ** (keys - 2)
            * (law.cdf(x + width) - law.cdf(x))
        )

    share = integrate.quad(both_near, -9, 9)[0]
    assert theory.tie(keys) == pytest.approx(share / width, rel=2e-3)
    if keys == 2:
        assert theory.tie(2) == pytest.approx(1 / math.sqrt(math.pi))


def test_expected_squares_are_means_over_values_and_targets():
    rng, n = np.random.default_rng(0), 400_000
    p = np.array([0.6, 0.3, 0.1])
    found = draws.by_values(p, rng.standard_normal((n, 3)), rng.standard_normal(n))
    assert theory.squares_by_values(p) == pytest.approx((found**2).sum(1).mean(), rel=0.02)
    targets = np.eye(3)
    assert theory.squares_by_weights(p) == pytest.approx(((p - targets) ** 2).sum(1).mean())


def test_theory_is_what_is_drawn_at_large_d_k(whole):
    last, limits = whole.summaries[-1], whole.limits
    assert last.draws == MAX_DRAWS
    assert last.weights[SCALED, 0] == pytest.approx(limits.weights, rel=0.05)
    assert last.values[SCALED, 0] == pytest.approx(limits.values, rel=0.15)
    assert last.weights[FREE, 0] == pytest.approx(1024 * limits.weights_free, rel=0.05)
    assert last.values[FREE, 0] == pytest.approx(32 * limits.values_free, rel=0.3)
    assert last.entropies[SCALED, 1] == pytest.approx(limits.entropy, rel=0.02)
    assert last.entropies[FREE, 1] < 0.05
    assert last.values[FREE, 1] < 1e-6  # the median: saturated


def test_work_tells_how_far_it_is_and_goes_on_where_it_was():
    asked = []

    def ask():
        asked.append(None)
        return len(asked) > 3

    job = model.work(ask, keys=2)
    assert None in [next(job) for _ in range(3)]  # it may report something first
    job.close()
    before = sum(one.count for one in draws.draws_of(2))
    steps = list(steps_of(Job("attention", lambda _: model.work(lambda: False, keys=2))))
    assert before < steps[-1].done == steps[-1].total == MAX_DRAWS * len(SIZES)
    assert all(one.draws == MAX_DRAWS for one in steps[-1].result.summaries)


# ---- verdicts


def verdicts(result):
    return {row.id: row.verdict for row in model.claims(result)}


def test_verdicts_wait_for_the_draws():
    found = verdicts(model.compute())
    assert found == {"E5": PENDING, "E6": PENDING, "E7": HOLDS, "E8": HOLDS}


def test_verdicts_are_those_of_the_figures(whole):
    assert verdicts(whole) == {
        "E5": HOLDS,
        "E6": "holds only if the loss is cross-entropy on the weights",
        "E7": HOLDS,
        "E8": HOLDS,
    }


def test_verdicts_move_with_the_knobs():
    assert verdicts(model.compute(norm=256.0))["E7"] == HOLDS
    for knobs in ({"unequal": 1.0, "d_k": 4}, {"scaled": False}):
        rows = {row.id: row for row in model.claims(model.compute(norm=4.0, **knobs))}
        assert rows["E7"].verdict == NOT_HERE
        assert rows["E7"].measured.startswith("weights differ by 0.")
    alike = tuple(np.ravel([(0.5, 0.1 * k) for k in range(4)]))
    found = verdicts(model.compute(keys=4, points=alike))
    assert found["E8"] == NOT_HERE
    assert verdicts(model.compute(keys=2, unequal=1.0))["E8"] == HOLDS
    both = model.compute(keys=2)  # in the middle between two keys none is nearer
    assert both.doubled.shape[1] == len(both.x) - 1
    assert verdicts(both)["E8"] == HOLDS


def test_broken_figures_turn_the_verdicts(whole, monkeypatch):
    assert claim_rows.kernel_row(0.1, 0.1, np.ones(3), True, 64).verdict == WRONG
    assert claim_rows.temperature_row(np.ones((6, 3))).verdict == WRONG
    assert claim_rows.product_row(whole.drawn, 128).verdict == WRONG
    flat = [dataclasses.replace(one, weights=np.ones((2, 2))) for one in whole.summaries]
    assert claim_rows.gradient_row(tuple(flat), 16).verdict == NOT_REPRODUCED
    both = [dataclasses.replace(one, values=one.weights) for one in whole.summaries]
    assert claim_rows.gradient_row(tuple(both), 16).verdict == HOLDS
    monkeypatch.setattr(
        model, "kernel_weights", lambda q, k, h: heads.kernel_weights(q, k, 1.0)
    )
    assert verdicts(model.compute())["E7"] == WRONG


def test_the_copied_program_prints_the_page_s_figures():
    knobs = {"norm": 20.0, "d_k": 16, "unequal": 0.3, "query": (-0.2,), "keys": 8}
    printed = printed_by(model.numpy_code(**knobs)).splitlines()
    result = model.compute(**knobs)
    output, kernel = (float(word.strip(",")) for word in printed[0].split()[1::2])
    assert output == pytest.approx(result.output, abs=1e-5)
    assert kernel == pytest.approx(
        float(np.interp(result.query, result.x, result.kernel)), abs=1e-3
    )
    assert float(printed[2].split()[1]) == pytest.approx(result.entropy, abs=1e-5)
    longer = model.compute(**{**knobs, "norm": 40.0}).entropy
    assert float(printed[4].split()[1]) == pytest.approx(longer, abs=1e-5)
    mean = float(printed[-1].split()[4])
    assert (printed[-1].split()[1], mean < 50) == ("256", True)


def test_plots_of_all_draws_are_driven(whole, open_page, qtbot):
    page = open_page("attention")
    page.frame.view.show_result(page.values, whole)
    drive_plots(page, qtbot)
