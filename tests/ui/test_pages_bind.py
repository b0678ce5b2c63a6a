"""What is dragged and clicked in a card turns the knobs that it is bound to."""

import pytest

from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.handles import HandlePlot
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import Axis
from layerlab.ui.theme import DARK


class Bound(PageView):
    """A card of points and a card of rows."""

    def build(self):
        self.points = PlotCard("Points", HandlePlot(Axis("x"), Axis("y")))
        self.rows = PlotCard("Rows", RowPlot(Axis("share")))
        self.add(self.points, 0, 0)
        self.add(self.rows, 0, 1)

    def draw(self, result):
        pass


@pytest.fixture
def view(qtbot):
    view = Bound(DARK)
    qtbot.addWidget(view)
    view.events = []
    for name in ("grabbed", "edited", "released"):
        signal = getattr(view, name)
        signal.connect(lambda *what, name=name: view.events.append((name, *what)))
    return view


def drag(plot, handle, x, y):
    plot.grabbed.emit(handle)
    plot.dragged.emit(handle, x, y)
    plot.released.emit(handle)


def test_a_drag_turns_the_knob_of_its_handle_alone(view) -> None:
    view.points.bind("width", lambda x, _: round(x), "wide")
    view.points.bind_numbered("points", lambda k, x, y: (k, x, y))
    drag(view.points.plot, "wide", 2.4, 0.0)
    assert view.events == [("grabbed", "width"), ("edited", "width", 2), ("released", "width")]
    view.events.clear()
    drag(view.points.plot, "7", 1.0, -1.0)
    assert view.events[1] == ("edited", "points", (7, 1.0, -1.0))
    view.events.clear()
    drag(view.points.plot, "other", 1.0, -1.0)
    assert not view.events


def test_a_handle_without_a_name_is_any(view) -> None:
    view.points.bind(("x", "y"), lambda x, y: (x, y))
    drag(view.points.plot, "here", 1.0, 2.0)
    assert view.events[1:3] == [("edited", "x", 1.0), ("edited", "y", 2.0)]


def test_what_becomes_nothing_turns_nothing(view) -> None:
    view.points.bind("width", lambda x, _: None)
    view.points.bind_click("depth", lambda x, _: None)
    drag(view.points.plot, "here", 1.0, 2.0)
    view.points.plot.clicked.emit(1.0, 2.0)
    assert view.events == [("grabbed", "width"), ("released", "width")]


def test_a_click_that_turns_several_knobs_is_one_undo(view) -> None:
    assert not view.points.plot.takes_clicks
    view.points.bind_click(("x", "y"), lambda x, y: (x, y))
    view.rows.bind_row("name", lambda row: "abc"[row])
    assert view.points.plot.takes_clicks
    assert view.rows.plot.takes_clicks
    view.points.plot.clicked.emit(1.0, 2.0)
    turned = [("edited", "x", 1.0), ("edited", "y", 2.0)]
    assert view.events == [("grabbed", "x"), *turned, ("released", "x")]
    view.events.clear()
    view.rows.plot.row_clicked.emit(2)
    assert view.events == [("edited", "name", "c")]
    with pytest.raises(ValueError, match="shorter"):
        view.points.turn(("x", "y"), (1.0,))
