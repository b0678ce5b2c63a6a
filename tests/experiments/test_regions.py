"""The page of regions: lines against polygons, counts against closed forms, flips, verdicts."""

import numpy as np
import pytest

from layerlab.core.experiment import HOLDS, ONLY_IF, WRONG
from layerlab.experiments.regions import claim_rows, model, training
from layerlab.nets.engines.numpy_ import forward
from layerlab.nets.rewind import Rewindable
from layerlab.nets.studies import gates
from layerlab.nets.studies import piece_counts as counting
from tests.experiments.conftest import settle
from tests.helpers.programs import printed_by


def test_pieces_along_a_line_are_the_polygons_that_it_crosses() -> None:
    """Two computations of their own: one cuts lines, the other one the plane."""
    for line in ((-1.2, -0.7, 1.2, 0.9), (-1.1, 1.15, 0.8, -1.2), (0.0, 1.2, 0.01, -1.2)):
        result = model.compute(width=10, updates=300, line=line)
        start, end = np.array(line[:2]), np.array(line[2:])
        middles = 0.5 * (result.t[1:] + result.t[:-1])
        crossed = [result.polygons.at(*(start + t * (end - start))) for t in middles]
        assert None not in crossed
        for k, slope in zip(crossed, result.regions.slopes[:, 0], strict=True):
            assert slope == pytest.approx(
                result.polygons.slopes[k, 0] @ (end - start), abs=1e-5
            )
        # Kinks are the places at which the line meets a cut.
        ends = result.polygons.cuts - start
        way = end - start
        heights = way[0] * ends[..., 1] - way[1] * ends[..., 0]  # (m, 2)
        meets = heights[:, 0] * heights[:, 1] < 0
        share = heights[meets, 0] / (heights[meets, 0] - heights[meets, 1])
        places = ends[meets, 0] + share[:, None] * (ends[meets, 1] - ends[meets, 0])
        along = np.sort(places @ way / (way @ way))
        along = along[(along > 0) & (along < 1)]
        assert np.isin(np.round(result.t[1:-1], 6), np.round(along, 6)).all()


def test_the_network_along_a_line_is_the_network_of_the_plane() -> None:
    line = (0.3, -1.0, -0.9, 0.4)
    result = model.compute(depth=3, line=line, updates=40)
    made = training.training_of(training.spec_of(12, 3, 0.5, "spiral"))
    places = np.array(line[:2]) + result.t[:, None] * np.subtract(line[2:], line[:2])
    params = made.at(40).params.astype(float)
    expected = forward(made.problem, params, places).h[-1][0, :, 0]
    np.testing.assert_allclose(result.y, expected, atol=1e-12)


def test_a_training_is_the_same_from_whichever_side_one_comes() -> None:
    spec = training.spec_of(6, 2, 0.5, "circle")
    there, back = Rewindable(spec, training.EVERY), Rewindable(spec, training.EVERY)
    there._engine = back._engine  # the compiled one may be ready by now
    for update in (130, 7, 64, 301, 7):
        there.at(update)
    for update in (301, 130, 64, 7):
        assert (there.at(update).params == back.at(update).params).all()
        assert there.at(update).update == update
    assert (there.at(0).params != there.at(301).params).any()


def test_training_learns_the_task() -> None:
    assert model.compute(width=16, task="circle", updates=600).loss < 0.05
    assert model.compute(width=16, task="circle").loss > 0.4


def test_a_line_without_length_is_made_longer() -> None:
    result = model.compute(line=(0.2, 0.2, 0.2, 0.2))
    assert np.isfinite(result.y).all()
    assert result.line[2] != result.line[0]


def test_bounds_are_the_known_numbers() -> None:
    found = counting.counts(2)
    at = {int(n): k for k, n in enumerate(found.neurons)}
    assert [int(found.plane[at[n]]) for n in (1, 2, 3, 8, 16)] == [2, 4, 7, 37, 137]
    assert found.line[at[16]] == 17
    assert found.power[at[24]] == 144
    one = counting.counts(1)
    assert (one.initial <= one.initial_neurons[:, None] + 1).all()
    assert (
        one.initial >= one.initial_neurons[:, None] - 2
    ).all()  # infinite: it meets them all


def test_kinks_on_an_infinite_line_do_not_depend_on_the_biases_std() -> None:
    """A network with biases b times as large is b f(x / b): ReLU is homogeneous."""
    made = counting.line_problem((9, 9))
    flat = np.random.default_rng(1).standard_normal(made.layout.parameters)
    scaled = flat.copy()
    scaled[~made.layout.is_weight()] *= 7.5
    pieces = [
        counting.regions(made, one, -s * 1e3, s * 1e3).pieces
        for one, s in ((flat, 1.0), (scaled, 7.5))
    ]
    assert pieces[0] == pieces[1] > 5


def test_built_networks_have_as_many_pieces_as_printed() -> None:
    assert counting.built_pieces(2, 2, 2) == (2, 8)
    assert counting.built_pieces(5, 5) == (5, 25)
    assert counting.built_pieces(32, 32, 32) == (8, 512)


def test_flips_are_counted_gate_by_gate() -> None:
    found = [one for one in gates.watch(3, 2, 8, 4) if one is not None]
    assert len(found) == 1
    problem = gates.wavy(3, 2)
    trainer = gates.Trainer(problem, gates.initialize(problem))
    shares = []
    for update in range(8):
        layout, x = problem.layout, problem.x
        sums = [
            [x[i] @ layout.weights(p, 0) + layout.biases(p, 0) for i in range(len(x))]
            for p in trainer.params
        ]
        trainer.step()
        after = [
            [x[i] @ layout.weights(p, 0) + layout.biases(p, 0) for i in range(len(x))]
            for p in trainer.params
        ]
        if update % 2 == 0:
            shares.append(np.mean((np.array(sums) > 0) != (np.array(after) > 0)))
    assert found[0].share == pytest.approx(np.mean(shares), abs=2e-5)
    assert 0 < found[0].share < 0.05


def test_work_finds_more_of_the_flips_and_makes_room(monkeypatch) -> None:
    gates.forget()
    monkeypatch.setattr(gates, "THOROUGH", (2, 4, 2))
    monkeypatch.setattr(gates, "DIMENSIONS", (2, 8))
    quick = {one.inputs: one for one in model.compute().flips}
    steps = list(model.work(lambda: True))
    assert None in steps
    reported = [step for step in steps if step is not None]
    assert [(step.done, step.total) for step in reported] == [(1, 2), (2, 2)]
    found = {one.inputs: one for one in reported[-1].result.flips}
    assert found[2].seeds == found[8].seeds == 2
    assert found[64] == quick[64]
    assert model.compute().flips == reported[-1].result.flips
    assert list(model.work(lambda: False)) == []
    gates.forget()
    assert {one.inputs: one for one in model.compute().flips} == quick


def rows(**knobs):
    return {row.id: row.verdict for row in model.claims(model.compute(**knobs))}


def test_verdicts_move_with_the_knobs() -> None:
    one_input = f"{ONLY_IF} there is one input"
    assert rows()["D16"] == one_input
    assert rows(width=1, depth=1)["D16"] == HOLDS
    assert rows(width=1, depth=1)["D17"] == HOLDS
    assert rows(width=32, depth=3)["D17"] == one_input
    assert rows()["L3"] == HOLDS


def flips(inputs: int, share: float) -> gates.Flips:
    return gates.Flips(inputs, 1, 20, share, share, share, 0.2)


def test_broken_figures_turn_every_verdict() -> None:
    assert claim_rows.gates_row((flips(2, 0.008), flips(64, 0.003))).verdict == HOLDS
    dense = gates.Flips(64, 1, 20, 0.003, 0.003, 0.003, 0.5)
    assert "sparse" in claim_rows.gates_row((flips(2, 0.008), dense)).verdict
    assert claim_rows.gates_row((flips(2, 0.008), flips(64, 0.007))).verdict.startswith(ONLY_IF)
    assert claim_rows.gates_row((flips(2, 0.008), flips(64, 0.02))).verdict == WRONG
    assert claim_rows.layer_row(4, 6, 9).verdict == WRONG
    two = counting.counts(2)
    assert claim_rows.power_row((4, 4), 9, 4, 15, two, 5).verdict == WRONG
    assert claim_rows.power_row((4, 4), 9, 4, 16, two, 5).verdict == HOLDS
    in_plane = claim_rows.power_row((4, 4), 9, 4, 16, two, 11)
    assert in_plane.verdict == f"{ONLY_IF} there is one input"
    good = counting.counts(1)
    many = counting.RegionCounts(**{**vars(two), "initial": np.full((4, 5), 99_999)})
    assert claim_rows.power_row((4, 4), 9, 4, 16, many, 5).verdict == WRONG  # none has more
    squared = counting.RegionCounts(**{**vars(good), "initial": good.initial**2})
    assert claim_rows.neurons_row(good).verdict == HOLDS
    assert claim_rows.neurons_row(squared).verdict == "does not reproduce"


def test_the_copied_program_counts_the_same_polygons() -> None:
    knobs = {"width": 9, "depth": 2, "updates": 200, "task": "hills"}
    printed = printed_by(model.numpy_code(**knobs)).splitlines()
    cells = model.compute(**knobs).polygons
    assert [int(line.split()[0]) for line in printed[:2]] == list(cells.by_layer)
    steepest = np.hypot(*cells.slopes[:, 0].T).max()
    assert float(printed[-1].split()[-1]) == pytest.approx(steepest, abs=6e-5)


def test_playing_trains_on_and_is_one_undo(open_page) -> None:
    page = open_page("regions")
    view, start = page.frame.view, page.values
    view.play.click()
    assert view.play.clock.isActive()
    view.play.clock.setInterval(1_000_000)  # ticks come from here
    for _ in range(3):
        view.play.tick()
        settle(page)
    assert page.values["updates"] == 30
    assert page.result.update == 30
    view.play.click()
    assert not view.play.clock.isActive()
    page.undo()
    settle(page)
    assert page.values == start
    assert not page.can_undo


def test_playing_ends_with_the_training_and_begins_again(open_page) -> None:
    page = open_page("regions")
    view = page.frame.view
    page.on_edited("updates", 1995)
    settle(page)
    view.play.click()
    view.play.clock.setInterval(1_000_000)
    view.play.tick()
    settle(page)
    assert page.values["updates"] == 2000
    assert not view.play.isChecked()
    view.play.click()
    view.play.clock.setInterval(1_000_000)
    settle(page)
    assert page.values["updates"] == 0
    page.frame.hide()
    assert not view.play.isChecked()


def test_a_polygon_is_read_under_the_cursor(open_page) -> None:
    page = open_page("regions")
    plot, cells = page.frame.view.map.plot, page.result.polygons
    k = int(cells.areas().argmax())
    reading = plot.reader(*cells.centres()[k])
    assert f"{int(cells.open[k].sum())} of 24 units active" in [
        text for _, text in reading.rows
    ]
    assert plot.reader(3.0, 3.0) is None
