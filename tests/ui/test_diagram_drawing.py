"""What is drawn of a network: arrangement, edges, thumbnails, sampled pixels."""

from __future__ import annotations

import dataclasses
import itertools
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage

from layerlab.core.frames import DiagramPart
from layerlab.ui.diagram import edges as edge_layer
from layerlab.ui.diagram.canvas import DiagramCanvas
from layerlab.ui.diagram.chips import chip_rows, outer_labels
from layerlab.ui.diagram.coverage import EdgeCoverage, EdgeRaster, color_table
from layerlab.ui.diagram.edges import MAX_ENTRIES, EdgeLayer
from layerlab.ui.diagram.folding import overview_units, pick
from layerlab.ui.diagram.formula import plain
from layerlab.ui.diagram.geometry import ease
from layerlab.ui.diagram.layout import arrange, fold_place
from layerlab.ui.diagram.spacing import tile_room
from layerlab.ui.diagram.thumbs import dots, sprites
from layerlab.ui.theme import DARK, LIGHT
from tests.helpers.diagram_frames import sample_diagram

SIZES = [(690, 330), (500, 240), (1380, 780), (668, 262), (240, 120)]
NETS = {
    "wave": ("curve", (1, 8, 8, 8, 1)),
    "plane": ("map", (2, 8, 8, 1)),
    "flip": ("image", (4, 8, 4)),
    "digits": ("digits", (64, 32, 16, 10)),
    "linear": ("curve", (1, 1)),
    "twelve": ("curve", (1, *(8,) * 12, 1)),
    "deepest": ("curve", (1, *(8,) * 64, 1)),
    "widest": ("curve", (1, 512, 512, 1)),
}


def part_of(name: str) -> DiagramPart:
    form, sizes = NETS[name]
    return sample_diagram(form, np.random.default_rng(3), sizes)


def folded_to(part: DiagramPart, height: int) -> DiagramPart:
    """Return the network with as many drawn units as a canvas of that height has room for."""
    return pick(part, overview_units(part, tile_room(height, DARK), DARK))[0]


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("size", SIZES)
def test_neurons_stay_inside_and_apart(qapp, name, size):
    part = folded_to(part_of(name), size[1])
    geometry = arrange(part, *size, DARK)
    bounds = QRectF(0, 0, *size)
    for layer, column in enumerate(geometry.columns):
        assert len(column.ys) == len(part.layers[layer].shown)
        tiles = [geometry.tile_rect(layer, k) for k in range(len(column.ys))]
        assert all(bounds.contains(tile) for tile in tiles)
        assert all(a.bottom() <= b.top() + 1e-6 for a, b in itertools.pairwise(tiles))
        assert tiles[-1].bottom() <= geometry.chip_top
    for a, b in itertools.pairwise(geometry.columns):  # an edge has room between two columns
        assert b.x - a.x > (a.tile + b.tile) / 2


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("size", SIZES[:3])
def test_chips_do_not_overlap_and_both_ends_have_one(qapp, name, size):
    part = folded_to(part_of(name), size[1])
    geometry = arrange(part, *size, DARK)
    chips = geometry.chips
    assert chips[0] == 0
    assert chips[-1] == len(part.layers) - 1
    xs = np.array([geometry.columns[i].x for i in chips[1:-1]])
    assert (np.diff(xs) >= geometry.chip_width - 1).all()


def test_chips_show_size_variance_dead_share_parameters_and_the_output_bias(qapp):
    part = part_of("wave")
    layer = dataclasses.replace(part.layers[2], variance=0.24, dead_share=0.125)
    part = dataclasses.replace(part, layers=(*part.layers[:2], layer, *part.layers[3:]))
    geometry = arrange(part, 690, 262, DARK)
    rows = chip_rows(part, 2, geometry)
    assert [plain(row) for row in rows] == [
        "layer 2 · 8",
        "Var 0.24 · 12 % dead",
        "72 parameters",
    ]
    assert rows[1][1] == ("12 % dead", "warning")
    bias = float(part.biases[-1][0])
    assert plain(chip_rows(part, 4, geometry)[1]) in (
        f"b = {bias:.2f}".replace("-", "−"),
        f"b = {bias:.2g}".replace("-", "−"),
    )


def test_every_one_of_several_output_biases_is_shown(qapp):
    part = part_of("flip")
    labels = outer_labels(part, arrange(part, 690, 262, DARK), DARK)
    biases = [(text, of) for _, text, _, of in labels if of is not None]
    assert [of for _, of in biases] == [(2, k) for k in range(4)]
    assert [
        float(t.removeprefix("b = ").replace("−", "-")) for t, _ in biases
    ] == pytest.approx(part.biases[-1], abs=0.006)


def test_layers_too_high_are_folded_and_the_count_is_right(qapp):
    part = part_of("digits")
    folded = folded_to(part, 262)
    geometry = arrange(folded, 690, 262, DARK)
    for before, after, column in zip(part.layers, folded.layers, geometry.columns, strict=True):
        assert column.folded == before.size - len(after.shown)
        assert (after.shown == before.shown[: len(after.shown)]).all()
    assert folded.layers[1].thumbs.shape[0] == len(folded.layers[1].shown) < 16
    for gap, edges in enumerate(folded.edges):
        rows, columns = folded.layers[gap].shown, folded.layers[gap + 1].shown
        assert (edges == part.weights[gap][np.ix_(rows, columns)]).all()


def test_folded_units_are_noted_where_the_gap_is(qapp):
    layer = part_of("digits").layers[1]
    assert fold_place(layer.size, layer.shown) == len(layer.shown)
    assert fold_place(32, np.array([0, 1, 2, 30, 31])) == 3
    assert fold_place(32, np.array([0, 8, 16, 31])) == 4


def painted(raster: EdgeRaster, *style) -> QImage:
    """Return the raster's pixels as an image of their own."""
    pixels = raster.color(*style)
    height, width = pixels.shape
    premultiplied = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(pixels.data, width, height, 4 * width, premultiplied).copy()


def _true_distance(x: float, y: float, ends: tuple[float, float, float, float]) -> float:
    """Distance of a point to the curve, by a fine polyline."""
    u = np.linspace(0, 1, 4001)
    cx, cy = ends[0] + u * (ends[1] - ends[0]), ends[2] + ease(u) * (ends[3] - ends[2])
    return float(np.hypot(cx - x, cy - y).min())


def test_pixels_of_an_edge_are_those_near_its_curve():
    ends = (10.0, 150.0, 20.0, 95.0)
    edges = EdgeCoverage(*(np.array([v]) for v in ends))
    raster = EdgeRaster(edges, 160, 110, reach=2.0)
    white = QColor("white")
    image = painted(
        raster, np.array([1.5]), np.array([0.99]), np.array([True]), color_table(white, white)
    )
    for y in range(12, 104):
        for x in range(14, 146, 3):
            distance = _true_distance(x + 0.5, y + 0.5, ends)
            alpha = image.pixelColor(x, y).alphaF()
            assert alpha == pytest.approx(0.99 * np.clip(2.0 - distance, 0, 1), abs=0.09)


def test_two_edges_on_top_of_each_other_dim_each_other_like_glass():
    edges = EdgeCoverage(*(np.array([v, v]) for v in (0.0, 40.0, 10.5, 10.5)))
    raster = EdgeRaster(edges, 40, 21, reach=2.0)
    table = color_table(QColor("#0000ff"), QColor("#ff0000"))
    both = np.array([True, True])
    image = painted(raster, np.full(2, 2.0), np.array([0.5, 0.4]), both, table)
    assert image.pixelColor(20, 10).alphaF() == pytest.approx(1 - 0.5 * 0.6, abs=0.02)
    assert image.pixelColor(20, 10).blue() > 250
    image = painted(
        raster, np.full(2, 2.0), np.array([0.9, 0.1]), np.array([False, True]), table
    )
    assert image.pixelColor(20, 10).red() > 240  # the strong one keeps its colour


def test_a_steep_edge_does_not_shoot_over_its_ends():
    edges = EdgeCoverage(*(np.array([v]) for v in (20.0, 24.0, 30.0, 90.0)))
    raster = EdgeRaster(edges, 60, 120, reach=1.5)
    white = QColor("white")
    image = painted(
        raster, np.array([1.5]), np.array([0.9]), np.array([True]), color_table(white, white)
    )
    rows = [y for y in range(120) for x in range(60) if image.pixelColor(x, y).alpha()]
    assert min(rows) >= 27
    assert max(rows) <= 93


def test_edges_are_as_strong_as_their_weights_and_coloured_by_sign(qapp):
    part = part_of("wave")
    weights = [np.zeros_like(e) for e in part.edges]
    weights[0][0, 1], weights[0][0, 6] = 2.0, -2.0
    geometry = arrange(part, 690, 262, DARK)
    image = EdgeLayer().image(geometry, weights, DARK, 1.0)
    for unit, token in ((1, "positive"), (6, "negative")):
        at = geometry.edge_point(0, 0, unit, 0.6)
        pixel, want = image.pixelColor(int(at.x()), int(at.y())), DARK.color(token)
        assert pixel.alphaF() > 0.8
        assert abs(pixel.hue() - want.hue()) <= 3
    faint = geometry.edge_point(0, 0, 7, 0.8)
    assert image.pixelColor(int(faint.x()), int(faint.y())).alphaF() < 0.2


def test_too_many_edges_keep_the_strongest(qapp):
    part = sample_diagram("curve", np.random.default_rng(0), (1, *(64,) * 12, 1), most=64)
    geometry = arrange(part, 1380, 780, DARK)
    layer = EdgeLayer()
    layer.image(geometry, part.edges, DARK, 2.0)
    assert layer.hidden > 0
    assert layer._drawn is not None
    assert layer._drawn.raster.entries < 1.3 * MAX_ENTRIES
    kept = np.zeros(sum(e.size for e in part.edges), bool)
    kept[layer._drawn.chosen] = True
    sizes = np.concatenate([(np.abs(e) / np.abs(e).max()).ravel() for e in part.edges])
    assert np.median(sizes[kept]) > np.median(sizes[~kept])
    assert sizes[~kept].max() <= np.quantile(sizes[kept], 0.2)


def test_an_arrangement_that_comes_back_is_drawn_as_before(qapp, monkeypatch):
    layer, made = EdgeLayer(), []

    def make(*args):
        made.append(EdgeRaster(*args))
        return made[-1]

    monkeypatch.setattr(edge_layer, "EdgeRaster", make)
    parts = [sample_diagram("curve", np.random.default_rng(k), (1, 8 + k, 1)) for k in (0, 1)]
    arranged = [arrange(part, 690, 330, DARK) for part in parts]
    pictures = [
        layer.image(geometry, part.edges, DARK, 1.0).copy()
        for _ in range(2)
        for part, geometry in zip(parts, arranged, strict=True)
    ]
    assert len(made) == 2
    assert pictures[:2] == pictures[2:]
    assert pictures[0] != pictures[1]


def test_arrangements_are_kept_up_to_a_size(qapp, monkeypatch):
    layer = EdgeLayer()
    part = sample_diagram("curve", np.random.default_rng(0), (1, 8, 1))
    layer.image(arrange(part, 690, 330, DARK), part.edges, DARK, 1.0)
    assert layer._drawn is not None
    monkeypatch.setattr(edge_layer, "KEPT_ENTRIES", 2.5 * layer._drawn.raster.entries)
    for _ in range(5):  # each is another arrangement, as a geometry is itself alone
        layer.image(arrange(part, 690, 330, DARK), part.edges, DARK, 1.0)
    assert len(layer._kept) == 2


def test_at_rest_no_arrangements_are_kept_and_edges_are_drawn_as_before(qapp):
    layer = EdgeLayer()
    parts = [sample_diagram("curve", np.random.default_rng(k), (1, 8 + k, 1)) for k in (0, 1)]
    arranged = [arrange(part, 690, 330, DARK) for part in parts]
    look = list(zip(arranged, [part.edges for part in parts], strict=True))
    before = [layer.image(*one, DARK, 1.0).copy() for one in look]
    layer.rest()
    assert not layer._kept
    assert [layer.image(*one, DARK, 1.0).copy() for one in look] == before


def test_a_hidden_diagram_is_at_rest(qtbot):
    canvas = DiagramCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(690, 330)
    canvas.show()
    canvas._take(part_of("wave"))
    canvas.grab()
    kept = canvas.drawn.edges.layer._kept
    assert kept
    canvas.hide()
    assert not kept


def test_edges_of_a_broken_network_are_drawn_without_a_warning(qapp):
    part = part_of("wave")
    weights = [np.array(e) for e in part.edges]
    weights[1][0, 0], weights[1][1, 1], weights[2][:] = np.nan, np.inf, 1e300
    image = EdgeLayer().image(arrange(part, 690, 262, DARK), weights, DARK, 1.0)
    assert not image.isNull()


def _rows_of_ink(sprite: np.ndarray) -> np.ndarray:
    """The centre of the ink in each column of a sprite."""
    alpha = (sprite >> 24).astype(float)
    return (alpha * np.arange(len(sprite))[:, None]).sum(0) / alpha.sum(0)


def test_a_curve_follows_its_values():
    x = np.linspace(-1, 1, 40)
    drawn = sprites("curve", np.stack([x, -np.abs(x)]), 60, 60, QColor("red"), DARK, 2.0)
    rising = _rows_of_ink(drawn[0])
    assert rising[2] > rising[30] > rising[57]
    want = 1.0 + (57.0) * (1 - (np.linspace(-1, 1, 60) + 1) / 2)
    assert np.abs(rising[3:-3] - want[3:-3]).max() < 1.2
    tent = _rows_of_ink(drawn[1])
    assert tent.argmin() in range(27, 33)


def test_a_map_has_its_lowest_row_at_the_bottom_and_an_image_at_the_top():
    values = np.zeros((1, 8, 8))
    values[0, 0] = 1.0  # the row of the lowest y, or an image's top
    for form, bright in (("map", 23), ("image", 0)):
        sprite = sprites(form, values, 24, 24, QColor("red"), DARK, 1.0)[0]
        assert sprite[bright, 12] >> 24 > 200
        assert sprite[23 - bright, 12] >> 24 == 0
        pixel = QColor.fromRgba(int(sprite[bright, 12]))
        assert abs(pixel.hue() - DARK.color("positive").hue()) <= 3


def test_bars_go_up_and_down_from_the_middle():
    sprite = sprites("bars", np.array([[1.0, -1.0]]), 20, 21, QColor("red"), DARK, 1.0)[0]
    alpha = sprite >> 24
    assert alpha[2, 4]
    assert not alpha[18, 4]
    assert alpha[18, 15]
    assert not alpha[2, 15]


@pytest.mark.parametrize("form", ["curve", "map", "image", "bars"])
def test_thumbnails_of_broken_units_and_of_no_units_are_drawn(form):
    shape = (2, 5) if form in ("curve", "bars") else (2, 5, 5)
    bad = np.full(shape, np.nan)
    bad[0].flat[0] = np.inf
    assert sprites(form, bad, 20, 20, QColor("red"), DARK, 1.0).shape == (2, 20, 20)
    assert sprites(form, bad[:0], 20, 20, QColor("red"), DARK, 1.0).shape == (0, 20, 20)
    assert [d.shape for d in dots([bad, bad[:0]], 4, LIGHT)] == [(2, 4, 4), (0, 4, 4)]


def test_fonts_and_chips_grow_with_the_zoom(qapp):
    part = part_of("wave")
    small, large = arrange(part, 900, 500, DARK), arrange(part, 900, 500, DARK.zoomed(2.0))
    assert large.chip_top < small.chip_top
    assert large.chip_width > 1.2 * small.chip_width


def test_the_diagram_needs_no_scipy():
    code = "import sys, layerlab.ui.diagram.view; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_images_are_premultiplied():
    table = color_table(QColor("#5aa9ff"), QColor("#ff9d4d"))
    alpha = table >> 24
    for shift in (0, 8, 16):
        assert (((table >> shift) & 255) <= alpha + 1).all()
    image = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
    assert not image.isNull()
