"""The zoo of activations, against integrals by scipy, closed forms and printed figures."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
from scipy import integrate, stats

from layerlab.core.experiment import NOT_HERE
from layerlab.experiments.activations import model, moments
from layerlab.nets.activations import ACTIVATIONS
from tests.helpers.programs import printed_by

KEYS = ACTIVATIONS.keys()


def by_quad(f, mean, std, kinks):
    """Integrate f against the gaussian, by scipy."""
    law = stats.norm(mean, std)
    low, high = mean - 9 * std, mean + 9 * std
    ends = [low, *(k for k in kinks if low < k < high), high]
    return sum(
        integrate.quad(lambda z: f(np.array(z)) * law.pdf(z), a, b, limit=400)[0]
        for a, b in itertools.pairwise(ends)
    )


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("mean", "std"), [(0, 1), (-3, 0.1), (3, 5), (0.7, 2.3)])
def test_moments_are_integrals(key, mean, std):
    entry = ACTIVATIONS[key]
    first, second = moments.moments(entry, mean, std, 0.1)
    assert first == pytest.approx(
        by_quad(lambda z: entry(z, 0.1), mean, std, entry.kinks), abs=2e-7
    )
    assert second == pytest.approx(
        by_quad(lambda z: entry(z, 0.1) ** 2, mean, std, entry.kinks), rel=1e-6, abs=2e-7
    )


def test_relu_has_its_closed_form():
    relu = model.compute("relu", std=2.0).chosen
    assert relu.square == pytest.approx(4 / 2, rel=1e-9)
    assert relu.variance == pytest.approx(4 * (0.5 - 1 / (2 * math.pi)), rel=1e-9)
    assert relu.dead == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize("mean", [-3.0, 0.4, 3.0])
def test_the_dead_are_a_share_of_the_gaussian(mean):
    share = model.compute("relu", mean=mean, std=1.5).chosen.dead
    assert share == pytest.approx(stats.norm.cdf(0, mean, 1.5), abs=2e-3)


@pytest.mark.parametrize(
    ("key", "place", "value"), [("gelu", -0.7518, -0.16997), ("silu", -1.2785, -0.27846)]
)
def test_minima_are_the_published_ones(key, place, value):
    lowest = model.compute(key).chosen.lowest
    assert lowest == pytest.approx((place, value), abs=6e-5)


@pytest.mark.parametrize(
    ("key", "largest"),
    [("sigmoid", 0.25), ("tanh", 1.0), ("gelu", 1.1289), ("silu", 1.0998), ("softplus", 1.0)],
)
def test_largest_slopes_are_the_known_ones(key, largest):
    assert model.compute(key).chosen.largest == pytest.approx(largest, abs=5e-5)


@pytest.mark.parametrize("key", KEYS)
def test_the_density_behind_is_that_of_draws(key):
    edges, heights = moments.density_behind(ACTIVATIONS[key], 0.3, 1.2, 0.1)
    shares = heights * np.diff(edges)
    assert shares.sum() == pytest.approx(1, abs=1e-6)
    draws = np.random.default_rng(0).normal(0.3, 1.2, 400_000)
    seen, _ = np.histogram(ACTIVATIONS[key](draws, 0.1), edges)
    assert np.cumsum(shares) == pytest.approx(np.cumsum(seen) / draws.size, abs=4e-3)


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 20.0])
def test_softplus_is_furthest_from_relu_at_zero(sharpness):
    result = model.compute(sharpness=sharpness)
    gaps = result.softplus - result.corner
    assert gaps.max() == pytest.approx(result.gap)
    assert result.z[gaps.argmax()] == pytest.approx(0, abs=1e-9)
    assert result.gap == pytest.approx(math.log(2) / sharpness)


def verdicts(**knobs):
    return {row.id: row.verdict for row in model.claims(model.compute(**knobs))}


def test_verdicts_are_those_of_the_figures():
    assert verdicts() == {
        "B2": "holds",
        "D23": "holds",
        "B3": "holds only if one point is left out, where each is lowest",
        "D22": "holds only if variance is read as mean square",
        "C4": "wrong as printed",
        "D24": "holds",
    }


def test_verdicts_move_with_the_knobs():
    assert verdicts(mean=1.0)["D22"] == "does not reproduce"
    assert verdicts(slope=0.0)["D24"] == verdicts(mean=5.0, std=0.5)["D24"] == NOT_HERE
    assert verdicts(slope=0.0)["C4"] == "holds"


def test_a_broken_activation_turns_the_verdicts(monkeypatch):
    entry = ACTIVATIONS["sigmoid"]
    steep = type(entry)(
        "sigmoid",
        "s",
        "h",
        value=entry.value,
        derivative=lambda m, z, a: 2 * entry.derivative(m, z, a),
    )
    monkeypatch.setitem(ACTIVATIONS._entries, "sigmoid", steep)
    model._extremes.cache_clear()
    assert verdicts()["B2"] == "wrong as printed"
    flat = dataclasses.replace(ACTIVATIONS["relu"], key="leaky-relu")
    monkeypatch.setitem(ACTIVATIONS._entries, "leaky-relu", flat)
    assert verdicts()["D24"] == "wrong as printed"
    leaks = type(entry)("relu", "r", "h", value=entry.value, derivative=entry.derivative)
    monkeypatch.setitem(ACTIVATIONS._entries, "relu", leaks)
    assert verdicts()["B3"] == "wrong as printed"
    model._extremes.cache_clear()


def test_the_copied_program_prints_the_page_s_figures():
    knobs = {"activation": "gelu", "mean": 0.5, "std": 2.0}
    printed = printed_by(model.numpy_code(**knobs)).splitlines()
    one = model.compute(**knobs).chosen
    assert float(printed[1].split()[2]) == pytest.approx(one.square, abs=6e-5)
    assert float(printed[2].split()[1]) == pytest.approx(one.variance, abs=6e-5)
