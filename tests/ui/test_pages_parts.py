"""Parts of a page: handles, tables, rows, marks, formula, claims, text that fits."""

import dataclasses
import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPixmap, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from layerlab.core import picture as pic
from layerlab.core.experiment import (
    HOLDS,
    NOT_CHECKED,
    NOT_HERE,
    NOT_REPRODUCED,
    ONLY_IF,
    PENDING,
    WRONG,
    ClaimRow,
    Try,
)
from layerlab.ui.controls.gauges import Readouts
from layerlab.ui.fonts import load_fonts
from layerlab.ui.ledger.painting import cut
from layerlab.ui.pages.claims import ClaimsCard, token_of
from layerlab.ui.pages.formula import Formula
from layerlab.ui.pages.paint import draw_thumbnail
from layerlab.ui.pages.text import TryButton, inner_width
from layerlab.ui.pages.view import MIN_CARD_WIDTH, NARROW, PageView, PlotCard
from layerlab.ui.pages.workbar import WorkBar
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Bars, Histogram, Polygons, Segments, TextMark, VLine
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.plotting.series import Series
from layerlab.ui.readouts import Readout
from layerlab.ui.table import Cell, Table
from layerlab.ui.theme import DARK, LIGHT

LEFT = Qt.MouseButton.LeftButton
RED, BLUE = QColor("#ff0000"), QColor("#0000ff")


@pytest.fixture
def shown(qtbot):
    load_fonts()

    def show(widget, wide=400, high=300, theme=DARK):
        qtbot.addWidget(widget)
        widget.set_theme(theme)
        widget.resize(wide, high)
        widget.show()
        QApplication.processEvents()
        return widget

    return show


def handle_plot(shown, *handles):
    plot = shown(HandlePlot(Axis("x"), Axis("y")))
    plot.x_axis.fix(0, 10)
    plot.y_axis.fix(-1, 1)
    plot.set_handles(handles)
    plot.grab()
    plot.moved = []
    plot.dragged.connect(lambda *where: plot.moved.append(where))
    return plot


def pixel(plot, x, y):
    return QPoint(round(float(plot.px(np.array(x)))), round(float(plot.py(np.array(y)))))


# ---- handles


def test_a_handle_follows_the_mouse_within_the_axes(shown):
    plot = handle_plot(shown, Handle("a", 2, 0, RED), Handle("b", 8, 0.5, BLUE))
    events = []
    plot.grabbed.connect(lambda name: events.append(("grabbed", name)))
    plot.released.connect(lambda name: events.append(("released", name)))
    QTest.mousePress(plot.viewport(), LEFT, pos=pixel(plot, 8, 0.5) + QPoint(3, 2))
    QTest.mouseMove(plot.viewport(), pixel(plot, 5, -0.5) + QPoint(3, 2))
    QTest.mouseMove(plot.viewport(), QPoint(9000, 9000))
    QTest.mouseRelease(plot.viewport(), LEFT)
    assert events == [("grabbed", "b"), ("released", "b")]
    name, x, y = plot.moved[0]
    assert name == "b"
    assert (x, y) == pytest.approx((5, -0.5), abs=0.06)
    assert plot.moved[-1][1:] == (10, -1)


def test_a_handle_goes_only_where_it_may(shown):
    plot = handle_plot(shown, Handle("a", 2, 0, RED, along="x"))
    QTest.mousePress(plot.viewport(), LEFT, pos=pixel(plot, 2, 0))
    QTest.mouseMove(plot.viewport(), pixel(plot, 6, 0.8))
    QTest.mouseRelease(plot.viewport(), LEFT)
    _, x, y = plot.moved[-1]
    assert x == pytest.approx(6, abs=0.06)
    assert y == 0


def test_a_handle_moves_by_keys(shown):
    plot = handle_plot(shown, Handle("a", 2, 0, RED))
    QTest.keyClick(plot, Qt.Key.Key_Right)
    QTest.keyClick(plot, Qt.Key.Key_Up)
    assert plot.moved[0] == pytest.approx(("a", 2.1, 0.0))
    assert plot.moved[1] == pytest.approx(("a", 2.0, 0.02))


def test_clicks_beside_the_handles_are_reported_where_they_are_wanted(shown):
    plot = handle_plot(shown, Handle("a", 2, 0, RED))
    clicks = []
    plot.clicked.connect(lambda *where: clicks.append(where))
    QTest.mouseClick(plot.viewport(), LEFT, pos=pixel(plot, 7, 0.5))
    assert not clicks
    plot.takes_clicks = True
    QTest.mouseClick(plot.viewport(), LEFT, pos=pixel(plot, 7, 0.5))
    QTest.mouseClick(plot.viewport(), LEFT, pos=pixel(plot, 2, 0))
    assert len(clicks) == 1
    assert clicks[0] == pytest.approx((7, 0.5), abs=0.06)


def test_the_nearest_handle_is_taken(shown):
    plot = handle_plot(shown, Handle("a", 2, 0, RED), Handle("b", 2.2, 0, BLUE))
    assert plot.handle_at(QPointF(pixel(plot, 2.18, 0))).name == "b"
    assert plot.handle_at(QPointF(pixel(plot, 6, 0))) is None


# ---- marks


def color_at(plot, x, y):
    return plot.grab().toImage().pixelColor(pixel(plot, x, y))


def is_near(a, b):
    pairs = zip(a.getRgb()[:3], b.getRgb()[:3], strict=True)
    return max(abs(p - q) for p, q in pairs) < 12


@pytest.fixture
def plain(shown):
    plot = shown(HandlePlot(Axis("x"), Axis("y")))
    plot.grid = False
    plot.x_axis.fix(0, 10)
    plot.y_axis.fix(0, 10)
    plot.grab()
    return plot


def test_marks_are_painted_where_their_data_are(plain):
    square = np.array([[1, 6], [3, 6], [3, 9], [1, 9]], float)
    plain.show_marks(
        live={
            "polygon": Polygons([square], [RED]),
            "steps": Histogram(np.array([4.0, 5, 6]), np.array([2.0, 8]), BLUE),
            "bar": Bars(np.array([1.0]), np.array([7.0]), np.array([9.0]), [RED]),
            "stroke": Segments(*np.array([[7.0], [5], [10], [5]]), BLUE, width=6),
        }
    )
    assert is_near(color_at(plain, 2, 7.5), RED)
    assert is_near(color_at(plain, 4.5, 1), BLUE)
    assert is_near(color_at(plain, 5.5, 7), BLUE)
    assert is_near(color_at(plain, 4.5, 5), DARK.color("panel"))
    assert is_near(color_at(plain, 8, 1), RED)
    assert is_near(color_at(plain, 9, 5), BLUE)


@pytest.mark.parametrize(
    "mark",
    [
        Polygons([], []),
        Histogram(np.array([0.0, np.nan]), np.array([1.0]), RED),
        Bars(np.array([1.0]), np.array([np.nan]), np.array([9.0]), [RED]),
        Segments(*np.array([[np.nan], [5], [10], [5]]), [BLUE]),
        TextMark(np.array([np.nan, 3]), np.array([1.0, 2]), ["a", "b"], RED, DARK),
        VLine(99.0, "far", RED, DARK),
        VLine(9.99, "at the edge", RED, DARK),
    ],
)
def test_marks_of_nothing_or_of_what_is_no_number_are_painted(plain, mark):
    plain.show_marks(still={"mark": mark})
    plain.grab()
    assert mark.key() == mark.key()


# ---- rows and tables


def test_rows_are_named_and_clicked(shown):
    plot = shown(RowPlot(Axis("share")))
    plot.takes_clicks = True
    plot.x_axis.fix(0, 1)
    plot.set_rows(["first", "second", "third"], 1)
    plot.grab()
    rows = []
    plot.row_clicked.connect(rows.append)
    for row in (2, 0):
        QTest.mouseClick(plot.viewport(), LEFT, pos=pixel(plot, 0.5, row))
    assert rows == [2, 0]
    assert pixel(plot, 0.5, 0).y() < pixel(plot, 0.5, 2).y()  # the first stands at the top


def test_a_table_reports_clicks_and_shows_less_where_it_is_narrow(shown):
    table = shown(Table(), 500, 200)
    long = Cell("0.3863 → 0.0650", help="both epochs", brief="0.0650")
    table.show_rows(
        ("run", "printed", "ours"), [(Cell("2"), long, long), (Cell("3"), long, long)]
    )
    assert not table.is_brief()
    table.resize(170, 200)
    assert table.is_brief()
    ends = table.columns()
    assert all(a[1] < b[0] for a, b in itertools.pairwise(ends))
    rows = []
    table.row_clicked.connect(rows.append)
    high = table.row_height()
    QTest.mouseClick(table, LEFT, pos=QPoint(20, round(2.5 * high)))
    QTest.mouseClick(table, LEFT, pos=QPoint(20, round(0.5 * high)))  # the header
    assert rows == [1]
    assert table.reading_at(QPointF(ends[1][0] + 5, 1.5 * high)).title == "both epochs"
    assert "0.3863 → 0.0650" in table.numbers()
    table.grab()


@pytest.mark.parametrize("zoom", [1.0, 1.2, 2.0])
def test_columns_of_a_narrow_table_do_not_touch(shown, zoom):
    table = shown(Table(), round(280 * zoom), 300, DARK.zoomed(zoom))
    row = tuple(map(Cell, ("16 neurons", "200", "0.0005", "0.0244", "0.0244")))
    table.show_rows(("seed 42", "epochs", "printed", "as described", "std 0.5"), [row] * 9)
    ends, wide = table.columns(), QFontMetricsF(table._font(600, table._shrink()))
    for k, (left, right) in enumerate(ends):
        for text in (table.header[k], row[k].text):
            assert wide.horizontalAdvance(text) <= right - left + 0.5
    gaps = [b[0] - a[1] for a, b in itertools.pairwise(ends)]
    assert min(gaps) >= table.theme.px(10)
    table.resize(2 * table.width(), 300)
    assert table._shrink() == 1
    table.grab()


# ---- words


@pytest.mark.parametrize("zoom", [1.0, 1.5, 2.0])
def test_a_thing_to_try_shows_all_of_its_text(shown, zoom):
    thing = Try("A label that is rather long for one line of it", "And help. " * 12, {})
    theme = DARK.zoomed(zoom)
    button = shown(TryButton(thing), inner_width(theme), 10, theme)
    label, text = button._boxes(inner_width(theme))
    assert text.top() >= label.bottom()
    assert button.sizeHint().height() >= text.bottom()


def ink(widget):
    """Return the share of a widget's pixels that are painted."""
    image = QImage(widget.size(), QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    widget.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4)
    return (raw[:, 3] > 0).mean()


def test_a_formula_is_typeset_after_it_is_shown_and_fits(shown, qtbot):
    wide = r"\sum_{k=1}^{n} a_k \, s(b_k x + c_k) + d = \int_{-\infty}^{\infty} f(x) g(x) \, dx"
    formula = Formula((r"E = m c^2", wide))
    shown(formula, inner_width(DARK), 80)
    qtbot.waitUntil(lambda: formula.is_typeset)
    for box in formula.boxes():
        assert box.right() <= inner_width(DARK) + 1
        assert box.bottom() <= formula.height() + 1
    assert 0.01 < ink(formula) < 0.5
    before = formula.grab().toImage()
    formula.set_theme(LIGHT)
    assert formula.grab().toImage() != before


@pytest.mark.parametrize(
    ("verdict", "token"),
    [
        (HOLDS, "good"),
        (f"{ONLY_IF} x", "warning"),
        (WRONG, "negative"),
        (PENDING, "muted"),
        (NOT_REPRODUCED, "doubt"),
        (NOT_HERE, "muted"),
        (NOT_CHECKED, "positive"),
    ],
)
def test_a_verdict_has_its_colour(verdict, token):
    assert token_of(verdict) == token


def test_a_verdict_of_a_special_case_is_marked(shown):
    card = shown(ClaimsCard(), 900, 200)
    row = ClaimRow("D1", "A statement.", "1", "2", HOLDS, "because", here="2 seeds of 64")
    card.show_rows([row, dataclasses.replace(row, verdict=PENDING)])
    special, waits = card.grid.tiles
    assert special.accessibleName() == "D1: here: holds"
    assert special.toolTip() == "here: holds: because; looks at 2 seeds of 64"
    assert waits.accessibleName() == f"D1: {PENDING}"
    assert "here: holds" in card.numbers()


def test_claims_stand_in_columns_and_show_why_when_they_are_large(shown):
    card = ClaimsCard()
    rows = [ClaimRow(f"D{k}", "A statement.", "1", "2", HOLDS, "because") for k in range(5)]
    card.show_rows(rows)
    shown(card, 1000, 300)
    assert card.grid.columns() == 3
    assert card.rows == tuple(rows)
    assert card.height_for(1000) > card.height_for(100)
    low = card.grid.tiles[0].height()
    card.set_maximised(True)
    assert card.grid.tiles[0].height() > low
    card.show_rows(rows[:2])
    assert len(card.grid.tiles) == 2
    assert card.numbers().count("\n") == 3
    card.grab()


def test_the_work_bar_stops_and_goes_on(shown):
    bar = shown(WorkBar(DARK))
    bar.show_work("training 64 networks", 0.4)
    presses = []
    bar.pressed.connect(lambda: presses.append(1))
    assert bar.button.accessibleName() == "Stop"
    QTest.mouseClick(bar.button, LEFT)
    bar.show_work("training", 2.0, stopped=True)
    assert bar.button.accessibleName() == "Resume"
    assert "100 %" in bar.accessibleDescription()
    assert presses == [1]
    bar.grab()


# ---- cards and pictures


class Uneven(PageView):
    """Three cards over seven columns and two rows."""

    def build(self):
        for k, place in enumerate(((0, 0, 1, 7), (1, 0, 1, 3), (1, 3, 1, 4))):
            self.add(PlotCard(f"Card {k}", Plot(Axis("x"), Axis("y"))), *place)
        self.share(rows=(3, 2), columns=(1,) * 7)

    def draw(self, result):
        pass


@pytest.mark.parametrize("wide", [2 * NARROW, NARROW - 60])  # side by side, and in a column
def test_a_card_that_is_maximised_fills_the_place_of_all(shown, wide):
    view = shown(Uneven(DARK), wide, 700)
    before = [card.geometry() for card in view.cards]
    for card in view.cards:
        assert view.toggle_maximised(card)
        QApplication.processEvents()
        assert card.geometry() == view.rect()
        assert [one.isVisible() for one in view.cards] == [one is card for one in view.cards]
        assert view.toggle_maximised()
        QApplication.processEvents()
        assert [one.geometry() for one in view.cards] == before
    assert not view.toggle_maximised()


def test_cards_stand_in_pairs_where_they_would_be_too_narrow_for_their_texts(shown):
    view = shown(Uneven(DARK), 2 * NARROW, 700)

    def corners():
        QApplication.processEvents()
        return [(card.x() > 100, card.width() > 0.9 * view.width()) for card in view.cards]

    placed = [(False, True), (False, False), (True, False)]
    assert corners() == placed
    low = view.minimumHeight()
    view.share(rows=(3, 2), columns=(1, 1, 1, 9, 9, 9, 9))  # now the second one is a strip
    view.resize(NARROW + 20, 700)
    assert corners() == placed  # the first stands alone, the others side by side
    assert min(card.width() for card in view.cards) > MIN_CARD_WIDTH
    assert view.minimumHeight() >= low
    view.resize(NARROW - 20, 700)
    assert corners() == [(False, True)] * 3
    view.resize(3 * NARROW, 700)
    assert corners() == placed


def test_a_plot_card_reads_and_copies_what_it_draws(shown):
    card = shown(PlotCard("Curve", Plot(Axis("z"), Axis("h"))))
    x = np.linspace(0, 1, 11)
    card.show_plot(series=[Series("square", x, x**2, RED, column="h")])
    reading = card.plot.reader(0.52, 0.0)
    assert reading.text == "z 0.5: square 0.25"
    assert card.numbers().splitlines()[:2] == ["z\th", "0\t0"]


def test_a_picture_is_painted_in_the_theme_s_colours():
    shapes = (
        pic.Area(((0, 0), (0.5, 0), (0.5, 1), (0, 1)), "positive", 1.0),
        pic.Polyline(((0.5, 0.5), (1, 0.5)), "negative", 9.0),
        pic.Scatter(((0.75, 0.8),), "layer3", 6.0),
        pic.Image(((1.0, -1.0),), (0.6, 0.0, 1.0, 0.3)),
    )
    assert pic.picture_from_json(pic.picture_to_json(shapes)) == shapes
    pixmap = QPixmap(200, 100)
    pixmap.fill(Qt.GlobalColor.black)
    with QPainter(pixmap) as painter:
        draw_thumbnail(painter, QRectF(0, 0, 200, 100), shapes, DARK)
    image = pixmap.toImage()
    assert is_near(image.pixelColor(50, 50), DARK.color("positive"))
    assert is_near(image.pixelColor(180, 50), DARK.color("negative"))
    assert is_near(image.pixelColor(150, 20), QColor(DARK.ramp[2]))
    assert image.pixelColor(130, 85).blue() > image.pixelColor(130, 85).red()
    assert image.pixelColor(190, 85).red() > image.pixelColor(190, 85).blue()


def test_points_of_a_picture_leave_out_what_is_no_number():
    points = pic.unit_points([0, 1, np.nan, 2], [0, 10, 5, np.inf], (0, 2, 0, 10))
    assert points == ((0.0, 0.0), (0.5, 1.0))


def test_a_claim_is_cut_between_words_as_half_a_number_is_another(shown):
    load_fonts()
    metrics = QFontMetricsF(DARK.font(11.5, 600))
    text = "tanh × 0.043, sigmoid × 9.1·10⁻³⁰"
    assert cut(text, metrics, metrics.horizontalAdvance(text)) == text
    widths = range(0, int(metrics.horizontalAdvance(text)))
    found = {cut(text, metrics, width) for width in widths}
    assert found == {"", "…", "tanh …", "tanh × 0.043 …", "tanh × 0.043, sigmoid …"}
    for width in widths:
        assert metrics.horizontalAdvance(cut(text, metrics, width)) <= width or width == 0


def test_a_claim_has_as_many_lines_as_its_texts_need(shown):
    card, short = ClaimsCard(), ClaimRow("D1", "A statement.", "1", "2", HOLDS, "because")
    card.show_rows([short])
    shown(card, 360, 300)
    low = card.grid.tiles[0].height()
    long = ClaimRow("D1", "A statement.", "keeps", "tanh × 0.04, ReLU × 0.5, GELU × 0.7", HOLDS)
    card.show_rows([long])
    one_more = card.grid.tiles[0].height()
    seldom = f"{ONLY_IF} the mean square is meant, of sigmoid and of ReLU"
    two_lines = "A statement of several words that no line of this width can hold as a whole."
    card.show_rows([ClaimRow("D1", two_lines, long.published, long.measured, seldom)])
    assert low <= one_more < card.grid.tiles[0].height()
    card.show_rows([short])  # a drag lets the page rest
    assert card.grid.tiles[0].height() > one_more


def test_long_figures_and_verdicts_are_shown_to_their_last_word(shown):
    def picture(measured: str, condition: str) -> bytes:
        card = ClaimsCard()
        row = ClaimRow("E6", "A statement.", "grows", measured, f"{ONLY_IF} {condition}")
        card.show_rows([row])
        shown(card, 360, 400)
        image = card.grid.tiles[0].grab().toImage()
        return bytes(image.constBits())

    figures = "powers of 0.98 scaled and 1.03 not, through the softmax 0.01 and 0.02 of it, "
    condition = "the loss is cross-entropy on the weights, and the keys are drawn "
    start = picture(figures + "of two", condition + "twice")
    assert picture(figures + "of two", condition + "twice") == start
    assert picture(figures + "of six", condition + "twice") != start
    assert picture(figures + "of two", condition + "once") != start


def test_figures_that_do_not_fit_in_a_line_stand_in_a_second_one(shown):
    figures = [Readout(f"0.{k}", "a figure with a long name") for k in range(5)]
    one, two = Readouts(DARK), Readouts(DARK, most_rows=2)
    for readouts in (one, two):
        readouts.set_readouts(figures)
        shown(readouts, 500, 51)
    assert len(one.shown()) < 5
    assert two.shown() == figures
    assert two.height() > one.height()
    places = two.places()
    assert all(place.right() <= 500 and place.bottom() <= two.height() for place in places)
    assert not any(a.topLeft() == b.topLeft() for a, b in itertools.combinations(places, 2))
    two.resize(1200, two.height())
    assert two.height() == one.height()
