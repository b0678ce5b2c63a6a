"""Filters on graphs, against networkx, dense matrix powers, and closed forms of spectra."""

import re

import networkx as nx
import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from layerlab.core.errors import LabError
from layerlab.core.experiment import HOLDS, WRONG
from layerlab.experiments import EXPERIMENTS
from layerlab.experiments.graph_filter import edge_list, graphs, model, names
from layerlab.nets.studies import graph_filters as filters
from tests.experiments.conftest import drag_handle, settle

PAGE = EXPERIMENTS["graph-filter"]
CHOSEN = [kind for kind in names.GRAPHS if kind != names.OWN]
GAINS = [(1.0, 0.3, 0.0), (0.0, 0.5, 1.0), (-1.0, 1.5, -1.0), (1.5, 1.5, 1.5), (0.3, -0.4, 0.9)]


def as_networkx(graph):
    found = nx.Graph()
    found.add_nodes_from(range(graph.nodes))
    edges = graph.edges
    found.add_weighted_edges_from(zip(edges.i, edges.j, edges.weights, strict=True))
    return found


# ---- graphs and their spectra


@pytest.mark.parametrize("kind", names.GRAPHS)
def test_laplacian_and_hops_are_those_of_networkx(kind):
    graph = graphs.graph(kind, names.CAFFEINE, ())
    oracle = as_networkx(graph)
    wanted = nx.laplacian_matrix(oracle).toarray()
    assert graph.laplacian == pytest.approx(wanted, abs=1e-12)
    values, waves = graph.spectrum.values, graph.spectrum.waves
    assert values == pytest.approx(nx.laplacian_spectrum(oracle), abs=1e-9)
    assert wanted @ waves == pytest.approx(waves * values, abs=1e-9)
    assert waves.T @ waves == pytest.approx(np.eye(graph.nodes), abs=1e-9)
    for start, lengths in nx.all_pairs_shortest_path_length(oracle):
        assert {k: int(h) for k, h in enumerate(graph.hops[start]) if h >= 0} == lengths
    assert np.mean(graph.signal**2) == pytest.approx(1)
    assert np.abs(graph.positions).max() <= 1
    assert len(set(graph.names)) == graph.nodes


@pytest.mark.parametrize("kind", names.GRAPHS)
def test_the_normalized_laplacian_is_that_of_networkx(kind):
    plain, graph = (graphs.graph(kind, names.CAFFEINE, (), is_it) for is_it in (False, True))
    wanted = nx.normalized_laplacian_matrix(as_networkx(graph)).toarray()
    assert graph.laplacian == pytest.approx(wanted, abs=1e-12)
    values, waves = graph.spectrum.values, graph.spectrum.waves
    assert values == pytest.approx(np.linalg.eigvalsh(wanted), abs=1e-9)
    assert values.min() >= 0
    assert values.max() <= 2 + 1e-12
    assert wanted @ waves == pytest.approx(waves * values, abs=1e-9)
    assert (graph.signal == plain.signal).all()
    assert (graph.positions == plain.positions).all()
    signals = np.random.default_rng(1).standard_normal((graph.nodes, 3))
    step = filters.by_neighbours(graph.edges, signals, 2.0, (0.2, -0.5, 0.7), 3)
    one = 0.2 * np.eye(graph.nodes) - 0.25 * wanted + 0.175 * wanted @ wanted
    assert step == pytest.approx(np.linalg.matrix_power(one, 3) @ signals, abs=1e-9)


def test_a_node_without_an_edge_is_left_alone_by_both_laplacians():
    for normalized in (False, True):
        edges = filters.Edges(3, np.array([0]), np.array([1]), np.array([2.0]), normalized)
        assert not edges.laplacian()[2].any()
        signals = np.array([[1.0], [2.0], [3.0]])
        assert filters.by_neighbours(edges, signals, 1.0, (1.0, -0.3))[2, 0] == 3.0


@pytest.mark.parametrize("kind", names.GRAPHS)
def test_the_page_shows_the_normalized_laplacian_too(kind):
    result = model.compute(graph=kind, normalized=(1.0,), times=3)
    signal, graph = result.noisy, result.graph
    one = sum(
        c * np.linalg.matrix_power(graph.laplacian / graph.spectrum.largest, k)
        for k, c in enumerate(result.coefficients)
    )
    assert result.filtered == pytest.approx(np.linalg.matrix_power(one, 3) @ signal, abs=1e-9)
    assert result.apart < 1e-10
    assert result.differences.sum() == pytest.approx(signal @ graph.laplacian @ signal)
    assert result.rough == pytest.approx(signal @ graph.laplacian @ signal / (signal @ signal))
    (row,) = model.claims(result)
    assert row.verdict == HOLDS
    assert row.here == "one signal on this graph, by the normalized Laplacian"


def test_a_click_takes_the_normalized_laplacian(open_page):
    page = open_page("graph-filter")
    button, start = page.frame.view.normalized, page.values
    for expected in ((1.0,), (0.0,)):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        settle(page)
        assert page.values["normalized"] == expected
        assert button.isChecked() == bool(expected[0])
    assert page.values == start


def test_spectra_of_ring_and_grid_have_closed_forms():
    n, m = graphs.RING_NODES, graphs.SIDE
    ring = np.sort(2 - 2 * np.cos(2 * np.pi * np.arange(n) / n))
    assert graphs.built_in(names.RING).spectrum.values == pytest.approx(ring, abs=1e-9)
    line = 2 - 2 * np.cos(np.pi * np.arange(m) / m)
    grid = np.sort((line[:, None] + line).ravel())
    assert graphs.built_in(names.GRID).spectrum.values == pytest.approx(grid, abs=1e-9)


def test_the_karate_club_is_zachary_s():
    graph = graphs.built_in(names.KARATE)
    assert (graph.nodes, len(graph.edges.i)) == (34, 78)  # Zachary 1977
    assert graph.hops[0, 33] == 2
    assert sorted(np.unique(graph.signal, return_counts=True)[1]) == [17, 17]


def test_communities_are_two_and_the_slowest_wave_nearly_tells_them_apart():
    graph = graphs.built_in(names.COMMUNITIES)
    same = graph.signal[graph.edges.i] == graph.signal[graph.edges.j]
    assert same.mean() > 0.8
    side = np.sign(graph.spectrum.waves[:, 1])
    right = (side == np.sign(graph.signal)).mean()
    assert max(right, 1 - right) >= 0.95  # a few have friends on both sides


def test_edges_of_the_random_graph_follow_the_distances_of_dragged_nodes():
    start = graphs.built_in(names.RANDOM)
    positions = start.positions.copy()
    positions[0] = -positions[0]
    moved = graphs.graph(names.RANDOM, "", tuple(positions.ravel()))
    oracle = nx.Graph()
    oracle.add_nodes_from((k, {"pos": tuple(place)}) for k, place in enumerate(positions))
    pairs = set(zip(moved.edges.i, moved.edges.j, strict=True))
    assert pairs == set(nx.geometric_edges(oracle, graphs.RADIUS))
    assert not np.array_equal(moved.spectrum.values, start.spectrum.values)
    assert moved.signal == pytest.approx(start.signal)  # it belongs to the nodes


@pytest.mark.parametrize("kind", [k for k in names.GRAPHS if k != names.RANDOM])
def test_in_other_graphs_dragging_changes_the_picture_alone(kind):
    start = model.compute(graph=kind)
    positions = -start.graph.positions
    moved = model.compute(graph=kind, positions=tuple(positions.ravel()))
    assert moved.graph.positions == pytest.approx(positions)
    assert np.array_equal(moved.filtered, start.filtered)


def test_positions_of_another_graph_are_not_used():
    ring = model.compute(graph=names.RING, positions=(0.5,) * 2 * graphs.RING_NODES)
    assert (ring.graph.positions == 0.5).all()
    grid = model.compute(graph=names.GRID, positions=(0.5,) * 2 * graphs.RING_NODES)
    assert np.array_equal(grid.graph.positions, graphs.built_in(names.GRID).positions)


# ---- filters


@pytest.mark.parametrize("kind", names.GRAPHS)
@pytest.mark.parametrize("gains", GAINS)
@pytest.mark.parametrize("times", [1, 3, 64])
def test_both_ways_are_a_dense_polynomial_of_the_laplacian(kind, gains, times):
    result = model.compute(kind, *gains, times)
    oracle = nx.laplacian_matrix(as_networkx(result.graph)).toarray()
    t = oracle / np.linalg.eigvalsh(oracle)[-1]
    fit = np.polynomial.Polynomial.fit([0, 0.5, 1], gains, 2).convert().coef
    c = np.pad(fit, (0, 3 - len(fit)))
    matrix = np.linalg.matrix_power(c[0] * np.eye(len(t)) + c[1] * t + c[2] * t @ t, times)
    size = max(np.abs(np.linalg.eigvalsh(matrix)).max(), 1e-30)
    assert result.filtered / size == pytest.approx(matrix @ result.noisy / size, abs=1e-9)
    assert result.weights / size == pytest.approx(matrix[result.node] / size, abs=1e-9)
    assert result.spectral / size == pytest.approx(matrix[result.node] / size, abs=1e-9)
    assert result.apart < 1e-12
    assert result.curve[[0, 80, 160]] == pytest.approx(np.array(gains))


def test_what_is_further_away_than_the_degree_counts_nothing_at_all():
    result = model.compute(graph=names.RING, times=2, node=(7.0,))
    assert (result.reach, result.seen) == (4, 9)
    ring = np.abs(np.arange(graphs.RING_NODES) - 7)
    hops = np.minimum(ring, graphs.RING_NODES - ring)
    assert (result.weights[hops > 4] == 0).all()
    assert (np.abs(result.weights[hops <= 4]) > 1e-6).all()
    straight = model.compute(graph=names.RING, middle=0.5, times=2, node=(7.0,))
    assert straight.reach == 2  # no term t^2


def test_roughness_is_a_sum_over_edges():
    result = model.compute(graph=names.OWN, edges="a b 2\nb c 0.5\n")
    x = result.noisy
    total = 2 * (x[0] - x[1]) ** 2 + 0.5 * (x[1] - x[2]) ** 2
    assert result.rough == pytest.approx(total / (x @ x))
    assert result.differences.sum() == pytest.approx(total)
    nothing = model.compute(low=0.0, middle=0.0, high=0.0)
    assert nothing.smoothed == 0


def test_the_course_is_that_of_the_repeated_filter():
    for times in (1, 5, 32):
        result = model.compute(times=times)
        assert result.errors[times] == pytest.approx(
            np.mean((result.filtered - result.clean) ** 2)
        )
        assert result.variances[times] == pytest.approx(result.filtered.var())
    assert result.errors[0] == pytest.approx(np.mean((result.noisy - result.clean) ** 2))


def test_many_repetitions_leave_the_slowest_wave_and_then_the_mean():
    result = model.compute(times=64)
    rates = result.variances[50:] / result.variances[49:-1]
    assert rates == pytest.approx(np.full(15, result.gains[1] ** 2), rel=1e-3)
    assert result.slowest[64] == pytest.approx(result.variances[64], rel=1e-3)
    assert result.filtered == pytest.approx(np.full(40, result.noisy.mean()), abs=0.05)


def test_graphs_in_two_parts_are_smoothed_part_by_part():
    text = "a b\nb c\nc a\nx y\ny z\nz x\n"
    result = model.compute(graph=names.OWN, edges=text, times=64)
    means = np.repeat(result.noisy.reshape(2, 3).mean(1), 3)
    assert result.filtered == pytest.approx(means, abs=1e-9)
    assert result.seen == 3
    assert list(result.graph.spectrum.values[:2]) == [0, 0]
    assert np.sign(result.clean) == pytest.approx(np.repeat([1, -1], 3))
    assert (result.weights[3:] == 0).all()


@pytest.mark.parametrize("kind", names.GRAPHS)
def test_a_low_pass_smooths_every_signal(kind):
    graph = graphs.graph(kind, names.CAFFEINE, ())
    signals = np.random.default_rng(0).standard_normal((graph.nodes, 200))
    for gains in ((1.0, 0.3, 0.0), (1.5, 1.0, 0.2), (0.5, 0.25, 0.0)):
        c = filters.through(gains)
        p = filters.polynomial(graph.spectrum.values, graph.spectrum.largest, c)
        assert filters.is_low_pass(p)
        after = filters.by_neighbours(graph.edges, signals, graph.spectrum.largest, c)
        before = filters.roughness(graph.laplacian, signals)
        assert (filters.roughness(graph.laplacian, after) < before).all()
    assert not filters.is_low_pass(np.array([1.0, 0.2, 0.4]))
    assert not filters.is_low_pass(np.array([0.5, 0.1, -0.9]))
    assert not filters.is_low_pass(np.ones(3))


# ---- the claim


def test_the_claim_holds_and_says_what_it_cannot_ask():
    (row,) = model.claims(model.compute())
    assert (row.verdict, row.here) == (HOLDS, "one signal on this graph, by D − W")
    (row,) = model.claims(model.compute(low=0.0, middle=0.5, high=1.0))
    assert row.verdict == HOLDS
    assert "not low-pass" in row.here


def test_a_wrong_way_turns_the_verdict(monkeypatch):
    monkeypatch.setattr(model, "polynomial", lambda v, top, c: 1 - np.asarray(v) / top)
    (row,) = model.claims(model.compute())
    assert row.verdict == WRONG
    monkeypatch.undo()
    monkeypatch.setattr(model, "roughness", lambda _, s: np.array([1.0, 2.0]))
    (row,) = model.claims(model.compute())
    assert row.verdict == WRONG


# ---- things to try


def tried(label):
    (thing,) = [thing for thing in PAGE.tries if thing.label == label]
    return model.compute(**PAGE.values(**thing.values))


def test_sixty_four_times_makes_all_alike_and_two_are_best():
    result = tried("Sixty-four times")
    assert int(result.errors.argmin()) in (2, 3)
    best = model.compute(times=int(result.errors.argmin()))
    assert (np.sign(best.filtered) == best.clean).mean() > 0.95
    assert np.ptp(result.filtered) < 0.1 * np.ptp(best.filtered)


def test_only_the_borders_stay():
    result = tried("Only the boundaries")
    signs = result.clean
    border = (signs != np.roll(signs, 1)) | (signs != np.roll(signs, -1))
    assert border.sum() == 4
    assert (np.abs(result.filtered[border]) > 0.7).all()
    assert (np.abs(result.filtered[~border]) < 0.03).all()


def test_one_wave_keeps_its_form():
    result = tried("One wave")
    gain = result.gains[result.wave]
    assert 0.5 < gain < 0.8
    gaps = np.diff(result.graph.spectrum.values)[result.wave - 1 : result.wave + 1]
    assert (gaps > 0.01).all()  # it is one wave, not any of two
    assert result.filtered == pytest.approx(gain * result.clean, abs=0.02)
    assert result.smoothed == pytest.approx(result.graph.spectrum.values[result.wave], rel=0.01)


# ---- files


def test_a_file_of_edges_is_read(tmp_path):
    raw = b"\xef\xbb\xbf# who knows whom\r\nAnna, Ben, 2\r\n\r\nBen;Cem;0.5\r\n"
    raw += b"Cem\tAnna # old\nBen Anna 2\n"
    file = tmp_path / "friends.edges"
    file.write_bytes(raw)
    text = edge_list.read_text(str(file))
    result = model.compute(graph=names.OWN, edges=text)
    assert result.graph.names == ("Anna", "Ben", "Cem")
    assert result.graph.laplacian == pytest.approx(
        np.array([[3, -2, -1], [-2, 2.5, -0.5], [-1, -0.5, 1.5]])
    )
    assert edge_list.read(text).edges.weights == pytest.approx([2, 0.5, 1])


LINE = "".join(f"n{k} n{k + 1}\n" for k in range(250))
FULL = "".join(f"{a} {b}\n" for a in range(70) for b in range(a))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "there are no edges"),
        (b"# nothing\n\n", "there are no edges"),
        (b"a b\nc\n", "line 2 has one word"),
        (b"a b 1 2\n", "line 1 has 4 words"),
        (b"a b\nb b\n", "line 2 joins b to itself"),
        (b"a b\n\nb c heavy\n", "line 3: the weight 'heavy' is no number"),
        (b"a b 0\n", "line 1: the weight is 0"),
        (b"a b -1\n", "line 1: the weight is -1"),
        (b"a b nan\n", "line 1: the weight is nan"),
        (b"a b 1e9\n", "line 1: the weight is 1e9"),
        (b"a b 1\nb c\nb a 2\n", "line 3 gives b and a the weight 2, line 1 gives them 1"),
        (b"a b\n\xff\xfe\n", "line 2 is not text"),
        (b"a b\n" + b"x" * 30 + b" y\n", "line 2: a node's name"),
        (b"a \x07\n", "line 1: a node's name"),
        (LINE.encode(), "line 200 brings node 201"),
        (FULL.encode(), "line 2001 brings edge 2001"),
    ],
)
def test_what_is_wrong_with_a_file_is_named_with_its_line(raw, words, tmp_path):
    file = tmp_path / "wrong.csv"
    file.write_bytes(raw)
    with pytest.raises(LabError, match=re.escape(f"wrong.csv: {words}")) as error:
        edge_list.read_text(str(file))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"noise": ()}, "Noise lists 0 numbers"),
        ({"node": (1.0, 2.0)}, "Node lists 2 numbers"),
        ({"wave": (1.0, 2.0)}, "Wave lists 2 numbers"),
        ({"edges": "a"}, "Edges of my own: line 1 has one word"),
    ],
)
def test_bad_knobs_are_refused_in_one_sentence(knobs, words):
    with pytest.raises(LabError, match=words):
        model.compute(**knobs)


def test_node_and_wave_of_a_larger_graph_are_the_last_ones():
    result = model.compute(graph=names.OWN, node=(199.0,), wave=(199.0,))
    assert (result.node, result.wave) == (13, 13)


def drop(page, file):
    """Drop a file on the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    page.frame.window().dropEvent(QDropEvent(QPointF(500, 400), copy, data, left, none))
    QApplication.processEvents()


def test_a_graph_is_dropped_and_undone_and_a_wrong_one_loses_nothing(open_page, tmp_path):
    page = open_page("graph-filter")
    good, bad = tmp_path / "friends.txt", tmp_path / "bad.csv"
    good.write_text("Anna Ben\nBen Cem 2\n")
    bad.write_text("Anna,Ben\nBen,Cem,much\n")
    before = page.values
    drop(page, good)
    settle(page)
    assert page.frame.isVisible()
    assert page.result.graph.names == ("Anna", "Ben", "Cem")
    drop(page, bad)
    sentence = page.frame.banner.text.text()
    assert page.frame.banner.isVisible()
    assert "bad.csv: line 2: the weight 'much' is no number" in sentence
    assert page.result.graph.names == ("Anna", "Ben", "Cem")
    drop(page, tmp_path / "missing.txt")
    assert "missing.txt: no such file" in page.frame.banner.text.text()
    page.save(tmp_path / "knobs.json")
    page.undo()
    settle(page)
    assert page.values == before
    page.open_file(tmp_path / "knobs.json")
    settle(page)
    assert page.result.graph.names == ("Anna", "Ben", "Cem")


def test_a_large_file_is_refused_unread(open_page, tmp_path):
    page = open_page("graph-filter")
    file = tmp_path / "large.txt"
    file.write_bytes(b"a b\n" * 250_001)
    drop(page, file)
    assert "a graph has at most" in page.frame.banner.text.text()


def test_a_graph_is_opened_by_the_button(open_page, tmp_path, monkeypatch):
    page = open_page("graph-filter")
    file = tmp_path / "two.edges"
    file.write_text("left right\n")
    asked = []

    def answer(*arguments):
        asked.append(arguments[-1])
        return str(file), ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    QTest.mouseClick(page.frame.view.opened, Qt.MouseButton.LeftButton)
    settle(page)
    assert page.result.graph.names == ("left", "right")
    assert "*.edges" in asked[0]


def test_the_largest_graph_is_drawn(open_page, tmp_path):
    rng = np.random.default_rng(0)
    pairs = {(int(rng.integers(b)), b) for b in range(1, 200)}
    while len(pairs) < 2000:
        a, b = sorted(map(int, rng.integers(200, size=2)))
        pairs |= {(a, b)} if a < b else set()
    file = tmp_path / "large.txt"
    file.write_text("".join(f"{a} {b}\n" for a, b in sorted(pairs)))
    page = open_page("graph-filter")
    drop(page, file)
    settle(page)
    assert (page.result.graph.nodes, len(page.result.differences)) == (200, 2000)
    assert page.result.apart < 1e-12


# ---- the page


def handle_of(plot, name):
    (found,) = [handle for handle in plot.handles if handle.name == name]
    return found


def test_what_is_dragged_turns_its_knob(open_page):
    page = open_page("graph-filter")
    view = page.frame.view
    drag_handle(view.response.plot, handle_of(view.response.plot, "middle"), QPoint(0, -30))
    settle(page)
    assert page.values["middle"] > 0.3
    drag_handle(view.parts.plot, view.parts.plot.handles[0], QPoint(0, 20))
    settle(page)
    assert page.values["noise"][0] < 0.7
    drag_handle(view.course.plot, view.course.plot.handles[0], QPoint(60, 0))
    settle(page)
    assert page.values["times"] > 1
    drag_handle(view.before.plot, handle_of(view.before.plot, "5"), QPoint(20, 10))
    settle(page)
    assert page.values["node"] == (5.0,)
    assert page.result.graph.positions[5] != pytest.approx(
        graphs.built_in("communities").positions[5]
    )
    page.undo()  # a drag of a node, and what is chosen with it, is one step
    settle(page)
    assert page.values["node"] == (0.0,)
    assert page.values["positions"] == ()


def test_a_click_on_a_frequency_makes_the_signal_that_wave(open_page):
    page = open_page("graph-filter")
    view = page.frame.view
    plot = view.parts.plot
    x = page.result.graph.spectrum.places[3]
    at = QPoint(round(float(plot.px(np.array(x)))), round(plot.area().top()) + 4)
    assert view.back.isHidden()
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    settle(page)
    assert page.values["wave"] == (3.0,)
    parts = page.result.clean_parts
    assert abs(parts[3]) == pytest.approx(np.sqrt(40))
    assert np.delete(parts, 3) == pytest.approx(0, abs=1e-9)
    QTest.mouseClick(view.back, Qt.MouseButton.LeftButton)
    settle(page)
    assert page.values["wave"] == ()


def test_a_click_on_a_filtered_node_shows_its_neighbours(open_page):
    page = open_page("graph-filter")
    plot = page.frame.view.after.plot
    x, y = page.result.graph.positions[30]
    at = QPointF(float(plot.px(np.array(x))), float(plot.py(np.array(y)))).toPoint()
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    settle(page)
    assert page.values["node"] == (30.0,)
    assert page.result.hops[30] == 0
    corner = plot.area().topLeft().toPoint() + QPoint(2, 2)
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=corner)
    settle(page)
    assert page.values["node"] == (30.0,)


@pytest.mark.parametrize("normalized", [(0.0,), (1.0,)])
def test_the_program_prints_the_page_s_figures(normalized, capsys):
    knobs = {"graph": names.OWN, "times": 3, "low": 0.9, "normalized": normalized}
    result = model.compute(**knobs)
    exec(model.numpy_code(**knobs), {})
    lines = capsys.readouterr().out.splitlines()
    apart = float(lines[1].rpartition(" ")[2])
    assert apart < 1e-10
    rough, smoothed = map(float, re.findall(r"\d+\.\d+", lines[2]))
    assert rough == pytest.approx(result.rough, rel=1e-4)
    assert smoothed == pytest.approx(result.smoothed, rel=1e-4)
    rows = {int(r): (float(a), float(b)) for r, a, b in map(str.split, lines[4:])}
    for times, found in rows.items():
        wanted = result.errors[times], result.variances[times]
        assert found == pytest.approx(wanted, rel=1e-3, abs=1e-6)
