"""The diagonal flip: floors, printed figures, populations, against what is not the page."""

import dataclasses
import itertools

import numpy as np
import pytest

from layerlab.core.errors import LabError
from layerlab.core.experiment import PENDING
from layerlab.core.jobs import Step
from layerlab.experiments.diagonal_flip import model, study, training
from layerlab.experiments.diagonal_flip.claim_rows import all_rows
from layerlab.experiments.diagonal_flip.training import FlipConfig
from layerlab.nets.problem import check
from layerlab.nets.rank import rank_floors
from layerlab.nets.tasks.flip import flipped, images
from tests.experiments.conftest import settle
from tests.helpers.plots import drive_plots
from tests.helpers.programs import printed_by

SEEDS = 8


@pytest.fixture(autouse=True)
def forgotten():
    training.TRAININGS.forget()
    study.FIVE.forget()
    yield
    training.TRAININGS.forget()
    study.FIVE.forget()


def done(setting, epochs):
    one = training.TRAININGS.get(setting)
    assert list(one.advance(epochs))[-1:] == [epochs]
    return one.losses(epochs)


@pytest.fixture(scope="module")
def whole():
    """The page's result when all of its work is done, for a few seeds."""
    training.TRAININGS.forget()
    study.FIVE.forget()
    steps = [step for step in model.work(lambda: False, seeds=SEEDS) if step is not None]
    return steps


# ---- floors


def test_floors_are_the_printed_ones():
    assert rank_floors(flipped(images()), (1, 2, 3, 4)) == pytest.approx(
        [0.09375, 0.0625, 0.03125, 0.0], abs=1e-12
    )


@pytest.mark.parametrize("width", [0, 1, 2, 3, 5])
def test_a_floor_is_the_best_that_a_plane_can_do(width):
    y = np.random.default_rng(3).normal(size=(40, 5)) @ np.diag([3, 2, 1, 0.5, 0.1])
    centred = y - y.mean(axis=0)
    u, s, vt = np.linalg.svd(centred, full_matrices=False)
    best = (u[:, :width] * s[:width]) @ vt[:width]
    loss = 0.5 * ((centred - best) ** 2).mean(axis=1).mean()
    assert rank_floors(y, (width,))[0] == pytest.approx(loss)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_no_network_gets_below_its_floor(width):
    setting = FlipConfig((width,), "He", SEEDS)
    done(setting, 300)
    floor = rank_floors(flipped(images()), (width,))[0]
    assert training.TRAININGS.get(setting).final_loss() >= floor - 1e-9


# ---- the listing


@pytest.mark.parametrize(
    ("hidden", "init", "first", "last", "epochs"),
    [
        ((8,), "0.01", 0.2302, 0.0984, 100),
        ((8,), "1", 1.3312, 0.0658, 100),
        ((8,), "Xavier", 0.3532, 0.0305, 100),
        ((8,), "He", 0.5485, 0.0244, 100),
        ((2,), "0.5", 0.3863, 0.065020, 200),
        ((8,), "0.5", 0.4278, 0.024271, 200),
        ((16,), "0.5", 0.2583, 0.000498, 200),
    ],
)
def test_printed_figures_come_out_step_for_step(hidden, init, first, last, epochs):
    losses = done(FlipConfig(hidden, init, 1), epochs)[:, 0]
    assert losses[0] == pytest.approx(first, abs=5.1e-5)
    assert losses[-1] == pytest.approx(last, abs=5.1e-5 if epochs == 100 else 5.1e-7)


@pytest.mark.parametrize(
    "knobs",
    [
        {"width": 3, "depth": 1, "init": "He"},
        {"width": 4, "depth": 2, "init": "Xavier"},
        {"depth": 0, "init": "1"},
        {"width": 5, "depth": 1, "init": "0.5"},
        {"width": 5, "depth": 1, "init": "0.01"},
    ],
)
def test_the_copied_program_trains_the_same_networks(knobs):
    """It is backpropagation written out for one image, the engine's is for batches."""
    shown = printed_by(model.numpy_code(**knobs, epochs=20, seeds=2))
    printed = [float(line.split()[-1]) for line in shown.splitlines()]
    result = model.compute(**knobs, epochs=20, seeds=2)
    assert printed[0] == pytest.approx(result.floor, abs=1e-5)
    losses = done(result.setting, 20)
    assert printed[1:] == pytest.approx(losses[-1], abs=1e-6)


def test_outputs_are_those_of_the_parameters():
    setting = FlipConfig((8,), "He", 2)
    done(setting, 150)
    out = training.TRAININGS.get(setting).outputs(images(), 150)
    loss = 0.5 * ((out - flipped(images())) ** 2).mean()
    # The weights at the end are a little better than their mean over the last epoch.
    assert loss == pytest.approx(training.TRAININGS.get(setting).losses(150)[-1, 0], rel=0.1)
    result = model.compute(width=8, epochs=150, seeds=2)
    assert result.error.mean() == pytest.approx(loss)


def test_a_training_goes_on_where_it_was():
    at_once = done(FlipConfig((3,), "He", 2), 40)
    training.TRAININGS.forget()
    one = training.TRAININGS.get(FlipConfig((3,), "He", 2))
    steps = one.advance(40)
    for _ in range(7):
        next(steps)
    steps.close()  # called off
    assert one.epochs == 7
    list(one.advance(25))
    list(one.advance(40))
    assert np.array_equal(one.losses(40), at_once)


# ---- the work


def test_work_makes_room_and_loses_nothing(whole):
    asked = []

    def is_interrupted():
        asked.append(1)
        return len(asked) % 3 == 0

    given = list(model.work(is_interrupted, width=3, epochs=10, seeds=2))
    assert None in given
    last = given[-1]
    assert isinstance(last, Step)
    assert last.done == last.total
    assert last.result.first == pytest.approx(
        training.TRAININGS.get(FlipConfig((3,), "He", 2)).losses(10)[:, 0]
    )


def test_results_grow_while_it_works(whole):
    assert all(a.done <= b.done for a, b in itertools.pairwise(whole))
    assert whole[-1].result.trained == 200
    assert set(whole[-1].result.widths) == set(model.SWEEP)
    assert np.isfinite(whole[-1].result.sweep).all()


def test_before_it_works_nothing_is_claimed():
    rows = {row.id: row.verdict for row in model.claims(model.compute())}
    assert rows["D2"] == rows["D11"] == rows["D19"] == PENDING
    assert rows["D1"] == rows["D40"] == "holds"
    assert rows["D38"] == "wrong as printed"


def test_verdicts_are_those_of_the_figures(whole):
    verdicts = {row.id: row.verdict for row in model.claims(whole[-1].result)}
    assert verdicts["D1"] == "holds"
    assert {verdicts[f"D{k}"] for k in (2, 3, 4, 5, 6)} == {"does not reproduce"}
    assert {verdicts[f"D{k}"] for k in (7, 8, 9, 10)} == {"holds"}
    assert {verdicts[f"D{k}"] for k in (13, 14, 15, 19)} == {"wrong as printed"}
    assert verdicts["D32"] == "does not reproduce"
    assert verdicts["D18"].startswith("holds only if")
    assert PENDING not in verdicts.values()


def test_broken_figures_turn_the_verdicts(whole):
    result = whole[-1].result
    other = (1.0, 1.0)
    printed = [dataclasses.replace(p, found=other, other=other) for p in result.printed]
    wide = dataclasses.replace(result.study, linear=0.3)
    verdicts = {row.id: row.verdict for row in all_rows(printed, wide)}
    for k in (2, 3, 4, 5, 6, 7, 8, 9, 10):
        assert verdicts[f"D{k}"] == "does not reproduce"
    assert verdicts["D19"] == "holds"  # one region is too few there
    right = [dataclasses.replace(p, found=(p.first or 0.0, p.last)) for p in result.printed]
    verdicts = {row.id: row.verdict for row in all_rows(right, result.study)}
    assert {verdicts[f"D{k}"] for k in (2, 3, 4, 5, 6)} == {"holds"}
    slow = dataclasses.replace(
        result.study,
        reached_small=4 * result.study.reached["4-8-4"],
        after_100={
            "He": np.full(9, 1.0),
            "Xavier": np.full(9, 2.0),
            "1": np.full(9, 3.0),
            "0.01": np.full(9, 4.0),
        },
    )
    verdicts = {row.id: row.verdict for row in all_rows(result.printed, slow)}
    assert verdicts["D32"] == verdicts["D11"] == "holds"
    alike = study.Five([5.0, 4.0, 3.0, 2.0, 1.0], [np.full(9, k) for k in (5, 4, 3, 2, 1)])
    known = dataclasses.replace(result.study, five=alike)
    assert {row.id: row.verdict for row in all_rows(right, known)}["D18"] == "holds"
    after = {
        "He": np.full(9, 2.0),
        "Xavier": np.full(9, 1.0),
        "1": np.full(9, 3.0),
        "0.01": np.full(9, 3.0),
    }
    turned = dataclasses.replace(result.study, after_100=after)
    row = next(row for row in all_rows(result.printed, turned) if row.id == "D11")
    assert row.verdict == "does not reproduce"
    assert row.shown_verdict == f"here: {row.verdict}"
    assert f"{result.study.seeds} seeds, where" in row.reason


def test_the_five_networks_end_where_pytorch_s_do():
    facts = pytest.importorskip("layerlab.nets.engines.torch_facts")
    assert [hidden for _, *hidden, _ in facts.LISTING] == [list(h) for h in study.HIDDEN]
    list(study.FIVE.advance())
    losses = facts.flip_listing()["losses"]
    assert study.FIVE.known().listing == pytest.approx(losses, rel=1e-4)


def test_the_lab_trains_the_same():
    spec = model.lab_spec(width=8, epochs=30, seeds=2)
    check(spec)
    assert spec.train.rng == "legacy"
    assert spec.train.epochs == 30
    with pytest.raises(LabError, match=r"standard deviation 0\.5"):
        model.lab_spec(init="0.5")


def test_a_click_on_a_printed_row_is_one_step_of_undo(open_page):
    page = open_page("diagonal-flip")
    start, rows = page.values, page.result.printed
    row = next(k for k, one in enumerate(rows) if one.setting.init != start["init"])
    page.frame.view.printed.table.row_clicked.emit(row)
    settle(page)
    wanted = rows[row].setting
    assert (page.values["width"], page.values["init"]) == (*wanted.hidden, wanted.init)
    assert page.values["epochs"] == rows[row].epochs
    page.undo()
    assert page.values == start
    assert not page.can_undo


def test_plots_of_trained_networks_are_driven(whole, open_page, qtbot):
    page = open_page("diagonal-flip")
    page.frame.view.show_result(page.values, whole[-1].result)
    drive_plots(page, qtbot)
