"""The bars above a plot that is painted in: classes, eraser, size of the brush."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from layerlab.core.by_hand import MAX_CLASSES
from layerlab.core.translation import _
from layerlab.ui.head import HeadButton, HeadMark
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed
from layerlab.ui.views.hand_tools import DENSITIES, ERASE, PAINT, PAN, SIZES, Brush, Pen

SIZE_NAMES = (_("point"), _("small"), _("medium"), _("large"))
DENSITY_NAMES = (_("low"), _("medium"), _("high"))


class Swatch(HeadMark):
    """A class to paint: its colour and its number."""

    def __init__(self, label: int) -> None:
        super().__init__(
            str(label),
            _("Paints points of class {label} (key {label})", label=label),
        )
        self.label = label
        self.setAccessibleName(_("class {number}", number=label))

    def sizeHint(self) -> QSize:
        """Return a small square."""
        return QSize(self.theme.px(21), self.theme.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the colour, with a ring around the chosen one and the number on it."""
        theme = self.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            middle = QPointF(self.width() / 2, self.height() / 2)
            radius, color = theme.px(7.5), theme.class_color(self.label - 1)
            if self.isChecked():
                painter.setPen(QPen(theme.color("text"), 1.6))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(middle, radius + theme.px(2), radius + theme.px(2))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(middle, radius, radius)
            painter.setPen(theme.color("panel"))
            painter.setFont(theme.font(10.5, 600))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
            if self._by_keyboard:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme.color("accent"), 1.5))
                box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
                painter.drawRoundedRect(box, theme.px(6), theme.px(6))


class HandBar(Themed, QWidget):
    """A row of tools. Words are brief where there is no room for all.

    Attributes:
        tool: what they choose.
    """

    def __init__(self, tool: Brush | Pen, name: str) -> None:
        super().__init__()
        self.tool = tool
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self.modes: dict[str, HeadMark] = {}
        self.buttons: list[HeadButton] = []
        tool.changed.connect(self.follow)

    def add(self, button: HeadButton) -> HeadButton:
        """Put one more button into the row."""
        self._row.addWidget(button)
        self.buttons.append(button)
        return button

    def add_mode(self, mode: str, text: str, help_text: str) -> None:
        """Put a button into the row that chooses what the mouse does."""
        button = HeadMark(text, help_text)
        button.clicked.connect(lambda: self.tool.choose(mode))
        self.modes[mode] = button
        self.add(button)

    def add_clear(self, help_text: str) -> None:
        """Put the button that takes everything away at the right end."""
        self._row.addStretch(1)
        self.clear_button = self.add(HeadButton(_("clear"), help_text))
        self.clear_button.clicked.connect(self.tool.clear)

    def follow(self) -> None:
        """Light up what is chosen."""
        for mode, button in self.modes.items():
            button.setChecked(self.tool.mode == mode)

    def fit(self) -> None:
        """Show words that have room."""
        for is_brief in (False, True):
            for button in self.buttons:
                button.show_brief(is_brief)
            wide = sum(button.sizeHint().width() for button in self.buttons)
            if wide + self._row.spacing() * len(self.buttons) <= self.width():
                break

    def resizeEvent(self, event: object) -> None:
        """Show words that have room."""
        self.fit()

    def _restyle(self, theme: Theme) -> None:
        self._row.setContentsMargins(0, 0, theme.px(4), theme.px(3))
        self._row.setSpacing(theme.px(1))
        self.setFixedHeight(theme.px(24))
        self.fit()


class BrushBar(HandBar):
    """Classes, eraser, size and density of the brush.

    Attributes:
        swatches: a button for each class.
    """

    tool: Brush

    def __init__(self, tool: Brush) -> None:
        super().__init__(tool, _("Painting tools"))
        self.swatches = [Swatch(k + 1) for k in range(MAX_CLASSES)]
        for swatch in self.swatches:
            self.add(swatch)
            swatch.clicked.connect(lambda _=False, k=swatch.label: tool.choose_class(k))
        self.add_mode(
            ERASE, _("erase"), _("Takes points away (E); the right button does so at any time")
        )
        self.add_mode(PAN, _("pan"), _("Lets the mouse move the plot and read it"))
        self.size_button = self.add(
            HeadButton("", _("Size of brush and eraser ([ and ]); click for the next"))
        )
        self.density_button = self.add(
            HeadButton("", _("How many points the brush leaves; click for the next"))
        )
        self.size_button.clicked.connect(lambda: tool.resize((tool.size + 1) % len(SIZES)))
        self.density_button.clicked.connect(
            lambda: tool.set_density((tool.density + 1) % len(DENSITIES))
        )
        self.add_clear(_("Takes all points away; undo brings them back"))
        self.follow()

    def follow(self) -> None:
        """Light up the chosen class or mode, and name the brush."""
        super().follow()
        tool = self.tool
        for swatch in self.swatches:
            swatch.setChecked(tool.mode == PAINT and swatch.label == tool.label)
        size, density = SIZE_NAMES[tool.size], DENSITY_NAMES[tool.density]
        self._name(self.size_button, _("brush: {size}", size=size), size)
        self._name(self.density_button, _("density: {density}", density=density), "")
        self.density_button.setEnabled(bool(SIZES[tool.size]))
        self.fit()

    def _name(self, button: HeadButton, text: str, brief: str) -> None:
        button.setText(text)
        button.brief = brief
        button.setAccessibleName(text)
        button.updateGeometry()


class PenBar(HandBar):
    """Pen and eraser of a curve."""

    def __init__(self, tool: Pen) -> None:
        super().__init__(tool, _("Drawing tools"))
        self.add_mode(PAINT, _("draw"), _("Draws the curve where the mouse passes (D)"))
        self.add_mode(
            ERASE,
            _("erase"),
            _("Takes a part away, which becomes a straight line (E, or the right button)"),
        )
        self.add_mode(PAN, _("pan"), _("Lets the mouse move the plot and read it"))
        self.add_clear(_("Takes the curve away; undo brings it back"))
        self.follow()
