"""Legend, table and reading of every card come from the series that are drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from layerlab.experiments import EXPERIMENTS
from layerlab.ui.pages.view import PlotCard
from layerlab.ui.plotting.legend import LegendEntry
from layerlab.ui.plotting.reading import Tooltip
from tests.experiments.conftest import settle
from tests.helpers.declared import foreign_readings, undeclared

KEYS = EXPERIMENTS.keys()
# Cards whose cursor reads a cell, a point or a place of the plane in sentences of their own, or
# what other cards show as well.
SENTENCES = {
    "at-scale": {"A layer, to scale", "Feed-forward blocks", "Models"},
    "attention": {"Weights of every query"},
    "basis": {"The terms"},
    "dead-at-initialization": {"Dead at initialization", "Active units"},
    "euler": {"The flow and its steps"},
    "gating": {"Active units, ReLU", "Active units, softplus"},
    "graph-filter": {"With noise", "By neighbours"},
    "layer-norm": {"Pre-activations", "After layer norm"},
    "regions": {"How many pieces"},
    "signal": {"Signal by layer", "Gradient by layer"},
}


def cards(page) -> list[PlotCard]:
    """Return the cards with a plot."""
    return [card for card in page.frame.view.cards if isinstance(card, PlotCard)]


@pytest.mark.parametrize("key", KEYS)
def test_legends_and_tables_have_what_the_series_declare(key: str, open_page) -> None:
    page = open_page(key)
    assert [fault for card in cards(page) for fault in undeclared(card)] == []
    for button in page.frame.panel.tries:
        page.frame.panel.ensureWidgetVisible(button)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        settle(page)
        assert [fault for card in cards(page) for fault in undeclared(card)] == []


@pytest.mark.parametrize("key", KEYS)
def test_the_cursor_reads_series_by_their_names(key: str, open_page) -> None:
    page = open_page(key)
    found = {card.title() for card in cards(page) if foreign_readings(card)}
    assert found == SENTENCES.get(key, set())


def test_what_is_declared_apart_from_the_series_is_found(open_page) -> None:
    page = open_page("gating")
    card = page.frame.view.fit
    first, second, *rest = card.series
    assert not undeclared(card)
    assert not foreign_readings(card)
    name = first.name
    legend, columns = card.plot.legend, card.columns
    card.plot.legend = (*legend[1:], LegendEntry("line", first.color, "another"))
    assert undeclared(card) == [
        "The functions: 'another' of the legend",
        f"The functions: {name!r}, which the legend lacks",
    ]
    card.plot.legend = legend
    card.columns = {"more": np.ones(1)} | {k: v for k, v in columns.items() if k != name}
    assert undeclared(card) == [
        "The functions: the column 'more'",
        f"The functions: {name!r}, which the table lacks",
    ]
    card.show_plot(series=[first, replace(second, column=name), *rest])
    assert undeclared(card) == [f"The functions: two columns {name!r}"]
    card.plot.reader = lambda x, y: Tooltip("here", ((first.color, "other 1"), (None, "word")))
    assert foreign_readings(card) == {"other 1"}
