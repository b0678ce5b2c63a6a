"""What a card shows and exports beside what its series declare."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from layerlab.core.translation import in_english
from layerlab.ui.pages.view import PlotCard
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.series import legend_of

SHARES = (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)  # of a plot's width and height


def undeclared(card: PlotCard) -> list[str]:
    """Return a sentence for each entry or column that no series has, or that one lacks."""
    series, plot = card.series, card.plot
    wanted = [key.text for key in legend_of(series, card.theme)]
    shown = [key.text for key in plot.legend]
    found = [f"{text!r} of the legend" for text in shown if text not in wanted]
    found += [f"{text!r}, which the legend lacks" for text in wanted if text not in shown]
    some = [one for one in series if one.in_columns]
    columns = [(one, column) for one in some for column in one.columns()]
    places = {
        in_english(text) for text in (plot.x_axis.label or "x", *(o.places for o in some))
    }
    places |= {f"{in_english(plot.x_axis.label)} of {one.column_name()}" for one in some}
    if isinstance(plot, RowPlot):
        places.add(in_english(plot.what))
    named = {column for _, column in columns}
    found += [f"the column {name!r}" for name in card.columns if name not in named | places]
    found += [f"{name!r}, which the table lacks" for name in named - set(card.columns)]
    # In rows, several series may fill one column; else one would hide the other.
    alone = [column for one, column in columns if not one.lies]
    found += [f"two columns {name!r}" for name in set(alone) if alone.count(name) > 1]
    return [f"{card.title()}: {what}" for what in found]


def foreign_readings(card: PlotCard) -> set[str]:
    """Return the coloured lines under the cursor that begin with the name of no series."""
    names = tuple(one.read_as or one.name for one in card.series)
    area, found = card.plot.area(), set()
    for across in SHARES:
        for down in SHARES:
            at = QPointF(area.left() + across * area.width(), area.top() + down * area.height())
            reading = card.plot.reading_at(at)
            rows = () if reading is None else reading.rows
            found |= {text for color, text in rows if color is not None}
    return {text for text in found if not text.startswith(names)}
