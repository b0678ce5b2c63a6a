"""Folds against closed forms, populations against the lab's engine, and every verdict."""

import itertools
import warnings

import numpy as np
import pytest

from layerlab.core.errors import LabError
from layerlab.core.experiment import HOLDS, ONLY_IF, WRONG
from layerlab.core.spec import edit
from layerlab.experiments.sawtooth import claim_rows, counting, model, training
from layerlab.experiments.sawtooth.names import NAMES
from layerlab.nets.engines import default_engine, engine
from layerlab.nets.engines.numpy_ import outputs
from layerlab.nets.problem import check, problem_of
from layerlab.nets.studies import sawtooth as nets
from layerlab.nets.tasks.curves import sawtooth
from tests.helpers.programs import printed_by


@pytest.fixture(autouse=True)
def _fresh():
    training.POPULATIONS.forget()
    yield
    training.POPULATIONS.forget()


def never() -> bool:
    return False


def by_hand(hidden, flat, x):
    """Return what a ReLU network says, weight by weight."""
    sizes, h, start = (1, *hidden, 1), x[:, None], 0
    for k, (a, b) in enumerate(itertools.pairwise(sizes)):
        weights, start = flat[start : start + a * b].reshape(a, b), start + a * b
        h = h @ weights + flat[start : start + b]
        h, start = (np.maximum(h, 0) if k < len(hidden) else h), start + b
    return h[:, 0]


@pytest.mark.parametrize("folds", range(1, 7))
def test_built_networks_are_the_target(folds: int) -> None:
    x = np.linspace(-1, 1, 1001)
    wanted = nets.target(folds, x)
    assert by_hand((2,) * folds, nets.built_deep(folds), x) == pytest.approx(wanted, abs=1e-9)
    assert by_hand((2**folds,), nets.built_wide(folds), x) == pytest.approx(wanted, abs=1e-9)
    spare = nets.built_wide(folds, 2**folds + 5)
    assert by_hand((2**folds + 5,), spare, x) == pytest.approx(wanted, abs=1e-9)
    assert nets.deep_pieces(folds) == 2**folds
    ends = 1 if folds == 1 else 2  # of the line beyond
    assert nets.capacity((2,) * folds, folds) == 2**folds + ends
    assert nets.pieces((2**folds,), nets.built_wide(folds)) == 2**folds
    assert nets.exact_loss(folds, x[:, None]) < 1e-25


def test_three_folds_are_the_lab_s_sawtooth() -> None:
    x = np.linspace(-1, 1, 801)
    assert nets.target(3, x) == pytest.approx(sawtooth(x), abs=1e-12)


def test_one_layer_needs_a_neuron_for_each_kink() -> None:
    assert [nets.most_pieces(n) for n in (0, 1, 2, 7, 31)] == [1, 2, 3, 8, 32]
    assert [nets.least_width(k) for k in (1, 2, 3, 6)] == [1, 3, 7, 63]


def test_no_pieces_fit_better_than_the_least_loss() -> None:
    """Against all ways to divide a few points, and numpy's own fits of lines."""
    rng = np.random.default_rng(3)
    x, y = rng.uniform(-1, 1, 9), rng.standard_normal(9)
    order = np.argsort(x)
    for count in (1, 2, 3):
        best = np.inf
        for cuts in itertools.combinations(range(1, 9), count - 1):
            total = 0.0
            for part in np.split(order, cuts):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # one point does not fix a line
                    line = np.polyfit(x[part], y[part], 1)
                total += ((np.polyval(line, x[part]) - y[part]) ** 2).sum()
            best = min(best, total)
        assert nets.least_loss(x, y, count) == pytest.approx(0.5 * best / 9, abs=1e-9)


def test_pieces_enough_have_no_loss() -> None:
    x = np.linspace(-1, 1, 160)
    y = nets.target(4, x)
    assert nets.least_loss(x, y, 16) < 1e-12
    assert nets.least_loss(x, y, 8) > 1e-3


def test_a_population_is_trained_as_the_lab_trains_it() -> None:
    setting = training.FoldConfig(3, "8 a layer", 64, 3)
    people = training.POPULATIONS.get(setting)
    assert [step for step in people.advance(200, never) if step] == [True, True]
    spec = edit(setting.spec, "train.updates", 200)
    state = list(engine(default_engine()[0]).run(spec))[-1]
    problem = problem_of(spec)
    y = outputs(problem, state.params.astype(float), training.GRID[:, None])[..., 0]
    shot = people.at(200)
    assert shot.update == 200
    # The lab's target differs from ours by rounding alone, which training lets grow.
    assert shot.y == pytest.approx(y, abs=2e-3)
    assert people.at(199).update == 100
    assert people.history(100).shape == (4, 2)
    assert list(people.advance(200, never)) == []


def test_losses_are_those_of_the_curves() -> None:
    people = training.POPULATIONS.get(training.FoldConfig(2, "one layer", 32, 4))
    shot = people.at(0)
    x = people.problem.data.x[:, 0]
    seen = np.array([np.interp(x, training.GRID, y) for y in shot.y])
    assert shot.loss == pytest.approx(0.5 * ((seen - nets.target(2, x)) ** 2).mean(1), rel=1e-2)
    held = 0.5 * ((shot.y - nets.target(2, training.GRID)) ** 2).mean(1)
    assert shot.held == pytest.approx(held, rel=1e-4)


def test_work_makes_room_and_loses_nothing() -> None:
    knobs = {"folds": 2, "updates": 200, "samples": 40, "seeds": 4}
    asked = itertools.count()
    steps = list(model.work(lambda: next(asked) % 3 == 0, **knobs))
    assert None in steps
    last = steps[-1]
    assert last is not None
    assert last.done == last.total
    broken = last.result.found
    training.POPULATIONS.forget()
    whole = list(model.work(never, **knobs))[-1].result.found
    for name in NAMES:
        assert whole[name].update == 200
        assert (whole[name].y == broken[name].y).all()
    # What is known is not computed again, and shorter runs are a part of it.
    assert len(list(model.work(never, **knobs))) == 1
    assert model.compute(**{**knobs, "updates": 100}).shown.update == 100


def test_room_to_spare_helps_where_just_enough_does_not() -> None:
    steps = list(model.work(never, folds=2, net="8 a layer", updates=1500, seeds=8))
    found = steps[-1].result.found
    assert np.median(found["8 a layer"].loss) < 0.3 * np.median(found["2 a layer"].loss)
    assert model.compute(folds=2).exact < 1e-25


def rows(result):
    return {row.id: row for row in model.claims(result)}


def test_verdicts_say_what_is_known() -> None:
    found = rows(model.compute())
    assert found["E11"].verdict == HOLDS
    assert found["B7"].verdict == HOLDS
    assert "after 0 updates" in found["B7"].why
    assert "6" not in found["E11"].measured.split(";")[0]


def test_broken_figures_turn_every_verdict() -> None:
    near, far = np.full(8, 1e-5), np.full(8, 0.1)
    assert claim_rows.open_row(0.02, 1e-32, far, 0.1, 100).verdict == HOLDS
    only_width = f"{ONLY_IF} only width is meant"
    assert claim_rows.open_row(0.02, 1e-32, near, 1e-5, 100).verdict == only_width
    assert claim_rows.open_row(0.002, 1e-3, near, 1e-5, 100).verdict == WRONG
    counts = counting.counts()
    fewer = counting.PieceCounts(**{**vars(counts), "pieces": counts.pieces - 1})
    more = counting.PieceCounts(**{**vars(counts), "below": 2**counts.folds})
    off = counting.PieceCounts(**{**vars(counts), "apart": 1e-3})
    assert claim_rows.fold_row(off, 3).verdict == WRONG
    assert claim_rows.fold_row(counts, 3).verdict == HOLDS
    assert claim_rows.fold_row(fewer, 3).verdict == WRONG
    assert claim_rows.fold_row(more, 3).verdict == WRONG
    pieces, one = {"a": 8, "b": 9, "c": 65}, {"a": 19, "b": 25, "c": 193}
    scatter = np.linspace(0.99, 1.01, 8)
    three = [
        dict(zip("abc", np.outer(losses, scatter), strict=True))
        for losses in ((0.1, 0.2, 0.15), (0.3, 0.2, 0.1))
    ]
    assert claim_rows.three_row(pieces, one, three[0], 9).verdict == HOLDS
    assert claim_rows.three_row(pieces, one, three[1], 9).verdict.startswith(ONLY_IF)
    alike = {"a": 1, "b": 1, "c": 1}
    assert claim_rows.three_row(pieces, alike, three[1], 9).verdict == WRONG


def test_the_copied_program_counts_and_trains() -> None:
    code = model.numpy_code(folds=2, net="8 a layer", updates=1500, seeds=4)
    printed = printed_by(code).splitlines()
    assert printed[0] == "4 pieces from 4 neurons"
    losses = [float(line.split()[3]) for line in printed[1:]]
    assert len(losses) == 4
    assert min(losses) < 0.01


def test_the_lab_shows_three_folds_alone() -> None:
    spec = model.lab_spec(net="one layer")
    check(spec)
    assert spec.net.hidden == (8,)
    with pytest.raises(LabError, match="has 3 folds, this one has 4"):
        model.lab_spec(folds=4)
