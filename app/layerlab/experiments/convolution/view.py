"""Draws a picture under a kernel, both orders of a shift, and what sharing saves."""

from __future__ import annotations

import numpy as np

from layerlab.core import picture as pic
from layerlab.core.translation import _
from layerlab.experiments.convolution.model import BY_HAND, EXACT, SIDE, Result
from layerlab.experiments.convolution.orders import FiltersSheet, OrdersSheet
from layerlab.experiments.convolution.picture_file import ENDINGS, read_picture
from layerlab.experiments.convolution.sheets import ONLY, KernelSheet, PictureSheet
from layerlab.experiments.convolution.tiles import ImageTile, TileCard
from layerlab.experiments.convolution.weight_sharing_cards import LowerCards
from layerlab.ui.card import MouseHint
from layerlab.ui.head import HeadButton
from layerlab.ui.pages.view import PageView
from layerlab.ui.plotting.scale import number

Array = np.ndarray
CLEAR = 1e-9  # of what is alike


class View(PageView):
    """Picture, kernel and both orders above; parameters, filters and a hidden kernel below."""

    files = ENDINGS

    def build(self) -> None:
        """Make the cards."""
        self.picture, self.kernel = PictureSheet(), KernelSheet()
        self.orders, self.filters = (
            OrdersSheet(),
            FiltersSheet(_("Filters of several positions")),
        )
        self.picture_card = TileCard(_("Picture"), self.picture)
        self.kernel_card = TileCard(_("Kernel"), self.kernel)
        self.orders_card = TileCard(_("Shift last, shift first"), self.orders)
        self.filters_card = TileCard(_("Filter by position"), self.filters)
        self._add_buttons()
        self.below = LowerCards(self)
        for knob, sheet in (
            ("picture", self.picture),
            ("weights", self.kernel),
            ("shift", self.orders),
        ):
            sheet.grabbed.connect(lambda k=knob: self.grabbed.emit(k))
            sheet.released.connect(lambda k=knob: self.released.emit(k))
        self.picture.edited.connect(self._on_drawn)
        self.kernel.edited.connect(self._on_turned)
        self.orders.shift_wanted.connect(
            lambda down, right: self.edited.emit("shift", (float(down), float(right)))
        )
        self.add(self.picture_card, 0, 0, 1, 6)
        self.add(self.kernel_card, 0, 6, 1, 6)
        self.add(self.orders_card, 0, 12, 1, 12)
        below = self.below.parameters, self.filters_card, self.below.error, self.below.weights
        for k, card in enumerate(below):
            self.add(card, 1, 6 * k, 1, 6)
        self.share(rows=(13, 9), columns=(1,) * 24)
        self.least_height = 400

    def _add_buttons(self) -> None:
        clear = HeadButton(_("Clear"), _("Makes the picture blank"))
        clear.clicked.connect(lambda: self._on_drawn(np.zeros((SIDE, SIDE))))
        opened = HeadButton(
            _("Open"), _("Reads a picture from a file; it may also be dropped here")
        )
        opened.clicked.connect(self._on_open)
        for button in (clear, opened):
            self.picture_card.add_control(button)

    # ---- what a person does
    def _on_drawn(self, pixels: Array) -> None:
        self.edited.emit("picture", tuple(pixels.ravel().tolist()))

    def _on_turned(self, cells: Array) -> None:
        """Take the kernel by hand, whatever it was before."""
        self.edited.emit("weights", tuple(cells.ravel().tolist()))
        if self.values["kernel"] != BY_HAND:
            self.edited.emit("kernel", BY_HAND)

    def _on_open(self) -> None:
        self.ask_for_file(_("Open a picture"), _("Pictures"))

    def read_file(self, path: str) -> None:
        """Take a picture from a file; raises LabError with one sentence."""
        self._on_drawn(read_picture(path))

    # ---- drawing
    def arrays(self) -> list[Array]:
        """Return what plots and sheets draw."""
        sheets = self.picture, self.kernel, self.orders, self.filters
        return super().arrays() + [one for sheet in sheets for one in sheet.arrays()]

    def figures(self, result: Result) -> list[tuple[str, str]]:
        """Return what shifts change, how many weights it takes, and what is found."""
        off = float(np.abs(result.difference).max())
        weights = number(result.now[result.layer])
        return [
            (number(off, 2), _("shift first − shift last")),
            (number(result.difference_of_pools, 2), _("the same, pooled")),
            (
                _("{weights} of {dense}", weights=weights, dense=number(result.whole["dense"])),
                _("weights, of a dense layer's"),
            ),
            (number(result.off, 2), _("distance from a convolution")),
            (number(result.found.error, 2), _("error of the kernel found")),
        ]

    def draw(self, result: Result) -> None:
        """Draw all seven."""
        self.picture.show_picture(result.picture)
        top = max(float(np.abs(result.kernel).max()), 0.25)
        cells = result.kernel.reshape(3, 3)
        self.kernel.show_tiles({ONLY: ImageTile(cells, top=1.3 * top)})
        self.orders.show_result(result)
        self.filters.show_result(result)
        self.below.draw(result)
        total = number(round(float(cells.sum()), 6) + 0.0, 2)
        self.kernel_card.set_note(
            MouseHint(_("drag a cell up or down, sum <b>{total}</b>", total=total)),
            _("sum <b>{total}</b>", total=total),
        )
        self._show_shift_error(result)
        self.filters_card.set_note(
            _("alike: the kernel, read off")
            if result.off <= CLEAR
            else _("off by <b>{off}</b>", off=number(result.off, 2)),
            "",
        )

    def _show_shift_error(self, result: Result) -> None:
        """Say how far the picture is shifted, and how many pixels the orders differ in."""
        rows, columns = result.shift
        text = ", ".join(
            (
                _("<b>{by}</b> down", by=rows) if rows > 0 else _("<b>{by}</b> up", by=-rows),
                _("<b>{by}</b> right", by=columns)
                if columns > 0
                else _("<b>{by}</b> left", by=-columns),
            )
        )
        count = int((np.abs(result.difference) > EXACT).sum())
        note = (
            _(
                "<b>{count}</b> of {all} pixels differ, {shift}",
                count=count,
                all=SIDE**2,
                shift=text,
            )
            if count
            else MouseHint(_("drag what is shifted: {shift}", shift=text))
        )
        self.orders_card.set_note(note, text)


def thumbnail(result: Result) -> pic.Picture:
    """Return the picture, the kernel over it, and the output."""

    def cells(values: Array, top: float) -> tuple[tuple[float, ...], ...]:
        shades = np.round(np.clip(values / top, -1, 1), 2) + 0.0
        return tuple(tuple(float(v) for v in row) for row in shades)

    top = float(np.abs(result.output).max())
    weights = result.kernel.reshape(3, 3)
    return (
        pic.Image(cells(result.picture, 1.4), (0.02, 0.09, 0.4, 0.91)),
        pic.Image(cells(weights, 1.2 * float(np.abs(weights).max())), (0.43, 0.35, 0.57, 0.65)),
        pic.Image(cells(result.output, top), (0.6, 0.09, 0.98, 0.91)),
    )
