"""What a page's `view.py` builds on: a grid of cards, and cards that hold a plot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFileDialog, QGridLayout, QSizePolicy, QWidget

from layerlab.ui.card import Card
from layerlab.ui.plotting.handles import HandlePlot
from layerlab.ui.plotting.items import Dots, Line, Mark
from layerlab.ui.plotting.numbers import table_of
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.reading import Tooltip
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.series import (
    Series,
    columns_of,
    columns_of_rows,
    declare,
    read_row,
    read_series,
)
from layerlab.ui.plotting.sheet import Sheet
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

Array = np.ndarray
AnyPlot = TypeVar("AnyPlot", bound=Plot, covariant=True)
Knobs = str | tuple[str, ...]  # one, or several that are turned together
GAP = 14  # between cards, at zoom 1
NARROW, LOW = 480, 210  # width below which cards stand in a column; their least height then
MIN_CARD_WIDTH = 148  # width of a card below which all stand in pairs: texts would be cut


class PlotCard(Card, Generic[AnyPlot]):
    """A card with one plot. What is dragged or clicked in it turns the knobs of `bind`.

    Attributes:
        plot: the plot, whose axes the view sets.
        series: what was drawn last, as it was declared.
        columns: name -> (n,) what `Copy numbers` gives.

    Signals:
        edited: knob and wanted value.
        grabbed, released: knob; a drag begins, has ended.
    """

    edited = Signal(str, object)
    grabbed = Signal(str)
    released = Signal(str)

    def __init__(self, title: str, plot: AnyPlot, note: str = "") -> None:
        """Make the card.

        Args:
            title: in its head. plot: its plot, a `HandlePlot` if anything in it is dragged or
                clicked. note: at the right of the head, rich text.
        """
        super().__init__(title, note)
        self.plot = plot
        self.series: tuple[Series, ...] = ()
        self.columns: dict[str, Array] = {}
        self.body.addWidget(plot)
        self.watch(plot)

    # ---- knobs; several are given as a tuple, of as many values then
    def bind(
        self: PlotCard[HandlePlot],
        knob: Knobs,
        value: Callable[[float, float], Any],
        handle: str = "",
    ) -> None:
        """Let a handle turn a knob; all of a drag is one undo.

        Args:
            knob: name of it. value: what it becomes at a place, in data units; None: nothing.
            handle: name of the handle; all are taken if empty.
        """
        self._connect(knob, lambda name: handle in ("", name), lambda _, x, y: value(x, y))

    def bind_numbered(
        self: PlotCard[HandlePlot],
        knob: Knobs,
        value: Callable[[int, float, float], Any],
    ) -> None:
        """Let handles that are named by numbers turn a knob; see `bind`.

        Args:
            knob: name of it. value: what it becomes by a handle's number and place.
        """
        self._connect(knob, str.isdecimal, lambda name, x, y: value(int(name), x, y))

    def bind_click(
        self: PlotCard[HandlePlot],
        knob: Knobs,
        value: Callable[[float, float], Any],
    ) -> None:
        """Let a click beside the handles turn a knob; see `bind`."""
        self.plot.takes_clicks = True
        self.plot.clicked.connect(lambda x, y: self.turn(knob, value(x, y)))

    def bind_row(self: PlotCard[RowPlot], knob: Knobs, value: Callable[[int], Any]) -> None:
        """Let a click on a row turn a knob, by the row's place, from 0; see `bind`."""
        self.plot.takes_clicks = True
        self.plot.row_clicked.connect(lambda row: self.turn(knob, value(row)))

    def turn(self, knob: Knobs, value: Any) -> None:
        """Turn a knob, or several as one undo; None: leave them."""
        if isinstance(knob, str):
            self._edit(knob, value)
        else:
            self.grabbed.emit(knob[0])
            self._edit(knob, value)
            self.released.emit(knob[0])

    def _connect(
        self: PlotCard[HandlePlot],
        knob: Knobs,
        takes: Callable[[str], bool],
        value: Callable[[str, float, float], Any],
    ) -> None:
        first = knob if isinstance(knob, str) else knob[0]

        def passed_on(signal: SignalInstance) -> Callable[[str], None]:
            def emit(name: str) -> None:
                if takes(name):
                    signal.emit(first)

            return emit

        def edit(name: str, x: float, y: float) -> None:
            if takes(name):
                self._edit(knob, value(name, x, y))

        self.plot.grabbed.connect(passed_on(self.grabbed))
        self.plot.released.connect(passed_on(self.released))
        self.plot.dragged.connect(edit)

    def _edit(self, knob: Knobs, value: Any) -> None:
        if value is not None:
            pairs = [(knob, value)] if isinstance(knob, str) else zip(knob, value, strict=True)
            for one, wanted in pairs:
                self.edited.emit(one, wanted)

    def show_plot(
        self,
        *,
        bands: Mapping[str, Mark] | None = None,
        still: Mapping[str, Mark] | None = None,
        live: Mapping[str, Mark] | None = None,
        series: Sequence[Series] = (),
    ) -> None:
        """Replace what is drawn.

        Args:
            series: all that has a name or numbers: each is drawn, named in the legend, read by
                the cursor and copied as numbers.
            bands: opaque areas in addition, under the grid. still: what seldom changes, cached.
            live: marks of the moment, on top.
        """
        found = declare(series, self.theme)
        self.show_numbers(series)
        self.plot.legend = found.legend
        if any(one.is_read for one in series):
            self.plot.reader = self.read
        self.plot.show_marks(
            {**found.bands, **(bands or {})},
            {**found.still, **(still or {})},
            {**found.live, **(live or {})},
        )
        self._fit_made_linear()

    def show_numbers(self, series: Sequence[Series]) -> None:
        """Take what is exported of a plot that draws itself."""
        self.series = tuple(series)
        self.columns = self._columns()

    def read(self, x: float, y: float) -> Tooltip | None:
        """Return what the series are at a place, or in the row that is there."""
        plot = self.plot
        if isinstance(plot, RowPlot):
            row = plot.row_at(y)
            return read_row(self.series, row, plot.names[row]) if plot.names else None
        return read_series(self.series, x, f"{plot.x_axis.label} {{}}".strip())

    def _columns(self) -> dict[str, Array]:
        """Return the numbers of all series, those in rows first, by name."""
        plot, some = self.plot, [one for one in self.series if one.in_columns]
        lying = [one for one in some if one.lies and one.has_places]
        others = [one for one in some if not one.lies or not one.has_places]
        found = columns_of(others, plot.x_axis.label or "x")
        if isinstance(plot, RowPlot) and lying:
            return columns_of_rows(lying, plot.what, plot.names) | found
        return found

    def _fit_made_linear(self) -> None:
        """Let axes that a person made linear show what is drawn, from zero.

        The range that a page sets is for logarithms: most of it has no width then.
        """
        marks = [*self.plot.still.values(), *self.plot.live.values()]
        some = [mark for mark in marks if isinstance(mark, Dots | Line)]
        for axis, name in ((self.plot.x_axis, "x"), (self.plot.y_axis, "y")):
            if axis.is_made_linear:
                values = [np.asarray(getattr(mark, name), float) for mark in some]
                axis.hold(np.concatenate([[0.0], *values]))

    def numbers(self) -> str:
        """Return what is drawn, as tab separated text."""
        return table_of(self.columns)


class PageView(Themed, QWidget):
    """The plots of a page. Subclasses override `build`, `draw` and `figures`.

    Attributes:
        result: what was drawn last, or None.
        theme: colours, fonts and sizes; `draw` is called again when it changes.

    Signals:
        edited: knob and wanted value: something was dragged or clicked in a plot.
        grabbed, released: knob; a drag begins, has ended. All of it is one undo.
        message_sent: a sentence to show at the foot of the window.
        file_chosen: path of a file whose data the page should take.
        maximised: whether one card fills the place of all.
        dragged_out: a card that is dragged by its head, to another program.
        figure_wanted: a card that is to be saved as a figure, and whether for print.
    """

    files: tuple[str, ...] = ()  # endings of the files whose data the page takes

    edited = Signal(str, object)
    grabbed = Signal(str)
    released = Signal(str)
    message_sent = Signal(str)
    file_chosen = Signal(str)
    maximised = Signal(bool)
    figure_wanted = Signal(object, bool)
    dragged_out = Signal(object)

    def __init__(self, theme: Theme) -> None:
        """Build the cards."""
        super().__init__()
        self.theme = theme
        self.result: Any = None
        self.values: Mapping[str, Any] = {}
        self.least_height = 400  # pixels at zoom 1; below, the page scrolls
        self._cards: list[Card] = []
        self._places: list[tuple[int, int, int, int]] = []
        self._shares: tuple[Sequence[int], Sequence[int]] = ((), ())
        self._columns = 0  # in which the cards stand as they were added; 0: as they were placed
        self._largest: Card | None = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.build()
        self.set_theme(theme)

    # ---- for subclasses
    def build(self) -> None:
        """Make the cards and place them with `add`."""
        raise NotImplementedError

    def draw(self, result: Any) -> None:
        """Draw what the page's model computed; `self.values` are the knobs."""
        raise NotImplementedError

    def figures(self, result: Any) -> list[tuple[str, str]]:
        """Return the numbers above the plots: value and label, the most important first."""
        return []

    def read_file(self, path: str) -> None:
        """Take the data of a file with one of the endings in `files`.

        Raises:
            LabError: one sentence that names the file.
        """
        raise NotImplementedError

    def add(self, card: Card, row: int, column: int, rows: int = 1, columns: int = 1) -> None:
        """Put a card into the grid, over so many rows and columns."""
        self._grid.addWidget(card, row, column, rows, columns)
        self._cards.append(card)
        self._places.append((row, column, rows, columns))
        card.maximise_requested.connect(lambda: self.toggle_maximised(card))
        card.axes_switched.connect(self._on_axes_switched)
        card.dragged_out.connect(lambda: self.dragged_out.emit(card))
        if isinstance(card, PlotCard):
            card.edited.connect(self.edited)
            card.grabbed.connect(self.grabbed)
            card.released.connect(self.released)
        card.figure_wanted.connect(lambda for_print: self.figure_wanted.emit(card, for_print))

    def _on_axes_switched(self) -> None:
        """Draw again with the other axis."""
        if self.result is not None:
            self.draw(self.result)

    def share(self, rows: Sequence[int] = (), columns: Sequence[int] = ()) -> None:
        """Share out height and width among the rows and columns."""
        self._shares = rows, columns
        self._arrange()

    def turn(self, **values: Any) -> None:
        """Turn several knobs as one undo."""
        first = next(iter(values))
        self.grabbed.emit(first)
        for knob, value in values.items():
            self.edited.emit(knob, value)
        self.released.emit(first)

    def ask_for_file(self, title: str, kinds: str) -> None:
        """Ask for a file whose data the page takes.

        Args:
            title: of the dialog. kinds: what such files are called there.
        """
        filters = f"{kinds} ({' '.join(f'*{ending}' for ending in self.files)})"
        name, _ = QFileDialog.getOpenFileName(self, title, "", filters)
        if name:
            self.file_chosen.emit(name)

    def color(self, token: str, opacity: float = 1.0) -> QColor:
        """Return a colour of the theme."""
        return self.theme.color(token, opacity)

    # ---- called by the frame
    @property
    def cards(self) -> tuple[Card, ...]:
        """The cards, in the order in which they were added."""
        return tuple(self._cards)

    def plots(self) -> list[Plot]:
        """Return all plots."""
        return self.findChildren(Plot)

    def arrays(self) -> list[Array]:
        """Return all numbers that the marks of the plots were given.

        A page with sheets adds what these show: their marks are places in pixels.
        """
        marks = [
            mark
            for plot in self.plots()
            if not isinstance(plot, Sheet)
            for group in (plot.bands, plot.still, plot.live)
            for mark in group.values()
        ]
        fields = [value for mark in marks for value in vars(mark).values()]
        found = [value for value in fields if isinstance(value, np.ndarray)]
        lists = [value for value in fields if isinstance(value, list | tuple)]
        return found + [v for several in lists for v in several if isinstance(v, np.ndarray)]

    def show_result(self, values: Mapping[str, Any], result: Any) -> None:
        """Draw a result of these knobs."""
        self.values, self.result = values, result
        self.draw(result)

    def _restyle(self, theme: Theme) -> None:
        self._grid.setSpacing(theme.px(GAP))
        self._fit()
        if self.result is not None:
            self.draw(self.result)

    def resizeEvent(self, event: object) -> None:
        """Let the cards stand in fewer columns where they would be too narrow side by side."""
        self._fit()

    def _fit(self) -> None:
        columns = self._fitting_columns()
        if columns != self._columns:
            self._columns = columns
            self._arrange()
        rows = -(-len(self._cards) // columns) if columns else 0
        high = max(LOW * rows, self.least_height * (columns != 1))
        self.setMinimumHeight(self.theme.px(high if self._largest is None else LOW))

    def _fitting_columns(self) -> int:
        """Return 0 where all cards are wide enough as they were placed, else 2, else 1."""
        if self.width() < self.theme.px(NARROW):
            return 1
        parts = self._shares[1] or [1] * max((c + n for _, c, _, n in self._places), default=1)
        least = min((sum(parts[c : c + n]) for _, c, _, n in self._places), default=1)
        gap = self.theme.px(GAP)
        narrowest = (self.width() + gap) * least / sum(parts) - gap
        return 0 if narrowest >= self.theme.px(MIN_CARD_WIDTH) else 2

    def _in_columns(self) -> dict[Card, tuple[int, int, int, int]]:
        """Place the cards as they were added; where one stands alone it is the first."""
        columns = self._columns
        spare = -len(self._cards) % columns
        places = {}
        for k, card in enumerate(self._cards):
            row, column = divmod(k + spare * (k > 0), columns)
            places[card] = (row, column, 1, 1 + spare * (k == 0))
        return places

    def _arrange(self) -> None:
        """Place the cards where they belong at this width, or the largest alone."""
        rows, columns = self._shares
        placed = dict(zip(self._cards, self._places, strict=True))
        if self._largest is not None:
            placed, rows, columns = {self._largest: (0, 0, 1, 1)}, (1,), (1,)
        elif self._columns:
            placed, columns = self._in_columns(), (1,) * self._columns
            rows = (1,) * (1 + max(row for row, *_ in placed.values()))
        for k in range(max(self._grid.rowCount(), len(self._cards))):
            self._grid.setRowStretch(k, 0)
        for k in range(self._grid.columnCount()):
            self._grid.setColumnStretch(k, 0)
            self._grid.setColumnMinimumWidth(k, 0)  # else it takes the gap beside it
        for card in self._cards:
            self._grid.removeWidget(card)
        for card, place in placed.items():
            self._grid.addWidget(card, *place)
        for k, part in enumerate(rows):
            self._grid.setRowStretch(k, part)
        for k, part in enumerate(columns):
            self._grid.setColumnStretch(k, part)
            self._grid.setColumnMinimumWidth(k, 1)

    def toggle_maximised(self, card: Card | None = None) -> bool:
        """Let one card fill the place of all, or bring the others back.

        Returns:
            Whether something changed; None brings back what is hidden, if anything is.
        """
        if card is None and self._largest is None:
            return False
        self._largest = None if card in (None, self._largest) else card
        for other in self._cards:
            other.setVisible(self._largest in (None, other))
            other.set_maximised(self._largest is other)
        self._arrange()
        self._fit()
        self.maximised.emit(self._largest is not None)
        return True
