"""How networks vary: against scipy, numpy's covariances, and predictors that are drawn."""

import numpy as np
import pytest
from scipy import stats

from layerlab.nets import ensembles

RNG = np.random.default_rng(5)


def predictors(draws, nets, places, rho, scale=1.0):
    """Draw gaussian answers of variance scale^2 and correlation rho."""
    rng = np.random.default_rng(3)
    shared = rng.standard_normal((draws, 1, places))
    own = rng.standard_normal((draws, nets, places))
    return scale * (np.sqrt(rho) * shared + np.sqrt(1 - rho) * own)


def test_the_published_figure():
    assert ensembles.mean_variance(10, 0.3) == pytest.approx(0.37)
    assert ensembles.simulated_variance(10, 0.3) == pytest.approx(0.37, rel=0.02)
    assert ensembles.mean_variance(1, 0.8) == 1
    assert ensembles.mean_variance(10**9, 0.8) == pytest.approx(0.8)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.9])
def test_what_was_put_in_comes_out(rho):
    found = ensembles.variance_components(2.0 + predictors(4000, 12, 5, rho, 1.5))
    assert found.mean == pytest.approx(np.full(5, 2.0), abs=0.12)
    assert found.rho == pytest.approx(rho, abs=0.02)
    assert found.rho_at == pytest.approx(np.full(5, rho), abs=0.05)
    assert found.one.mean() == pytest.approx(2.25, rel=0.03)
    closed = 2.25 * (1 / 4 + 3 / 4 * rho)
    assert found.of_mean(4).mean() == pytest.approx(closed, rel=0.05)


def test_it_is_the_analysis_of_variance_of_scipy():
    answers = predictors(9, 6, 3, 0.4)
    found = ensembles.variance_components(answers)
    ratio = stats.f_oneway(*answers).statistic  # of a mean square between to one within
    assert (found.own + 6 * found.shared) / found.own == pytest.approx(ratio, rel=1e-10)


def test_it_is_the_covariances_of_numpy_but_for_the_means_of_networks():
    answers = predictors(3000, 5, 1, 0.5)
    found = ensembles.variance_components(answers)
    table = np.cov(answers[..., 0].T)
    off = table[~np.eye(5, dtype=bool)].mean()
    assert found.shared[0] == pytest.approx(off, abs=1e-3)
    assert found.one[0] == pytest.approx(np.diag(table).mean(), abs=1e-3)


def test_what_is_algebra_and_what_is_not():
    answers = predictors(40, 6, 7, 0.5)
    found = ensembles.variance_components(answers)
    # Of the very networks that were looked at the formula is an identity,
    assert found.of_mean(6) == pytest.approx(answers.mean(1).var(0, ddof=1), rel=1e-10)
    truth = RNG.standard_normal(7)
    whole = found.squared_bias(truth) + found.one
    assert whole == pytest.approx(((answers - truth) ** 2).mean((0, 1)), rel=1e-10)
    of_mean = ((answers.mean(1) - truth) ** 2).mean(0)
    assert found.squared_bias(truth) + found.of_mean(6) == pytest.approx(of_mean, rel=1e-10)
    # of others it is a forecast.
    others = predictors(400, 26, 7, 0.5)
    predicted = ensembles.variance_components(others[:, :6]).of_mean(20).mean()
    seen = others[:, 6:].mean(1).var(0, ddof=1).mean()
    assert predicted != pytest.approx(seen, rel=1e-6)
    assert predicted == pytest.approx(seen, rel=0.1)


def test_means_use_each_network_once():
    answers = RNG.standard_normal((3, 7, 2))
    means = ensembles.means_of(answers, 3)
    assert means.shape == (3, 2, 2)
    assert means[:, 1] == pytest.approx(answers[:, 3:6].mean(1))
    assert ensembles.means_of(answers, 1) == pytest.approx(answers)


@pytest.mark.parametrize("k", [1, 3, 10])
def test_the_variance_of_means_is_measured(k):
    answers = predictors(3000, 10, 4, 0.4)
    kept = ensembles.draws_of(ensembles.means_of(answers, k))
    closed = 1 / k + (k - 1) / k * 0.4
    assert kept.variance()[0] == pytest.approx(closed, rel=0.05)
    assert kept.variance_at().mean() == pytest.approx(kept.variance()[0], rel=1e-10)
    assert kept.variance_at() == pytest.approx(np.full(4, closed), rel=0.15)
    if k == 10:
        assert kept.variance()[0] == pytest.approx(answers.mean(1).var(0, ddof=1).mean())


def test_resamples_are_draws_taken_again():
    answers, draws = predictors(30, 6, 4, 0.4), ensembles.resamples(30, 50)
    assert draws.sum(1) == pytest.approx(np.ones(50))
    kept = ensembles.draws_of(answers)
    again = np.repeat(answers, np.rint(draws[7] * 30).astype(int), axis=0)
    want = ensembles.variance_components(again)
    assert kept.variance(draws)[7] == pytest.approx(want.one.mean(), rel=1e-10)
    assert kept.correlations(draws)[7] == pytest.approx(want.rho, rel=1e-10)


def test_where_nothing_varies_there_is_no_correlation():
    found = ensembles.variance_components(np.ones((4, 3, 2)))
    assert found.rho == 0
    assert list(found.rho_at) == [0, 0]
