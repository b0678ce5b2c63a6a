"""The chosen run: what is known of it, what a person says of it, what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from layerlab.core.declared import KNOBS
from layerlab.core.errors import LabError
from layerlab.core.numbers import number
from layerlab.core.runs import RunDetail, value_text
from layerlab.core.spec import LabSpec, get
from layerlab.core.translation import _, ngettext
from layerlab.ui.controls.buttons import BarButton
from layerlab.ui.controls.paint import paint_panel
from layerlab.ui.runs.rows import date_of, loss_of, progress_of
from layerlab.ui.scrolling import scroll_area
from layerlab.ui.style import set_text_color
from layerlab.ui.theme import Theme
from layerlab.ui.themed import Themed

_HINT = _("Enter opens   ·   Delete removes   ·   P pins   ·   / searches")


class NoteField(QPlainTextEdit):
    """A text of several lines.

    Signals:
        finished(): the focus has left it.
    """

    finished = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Report that the text is finished."""
        super().focusOutEvent(event)
        self.finished.emit()


class RunPane(Themed, QFrame):
    """The chosen run.

    Signals:
        said(number, changes): name, note or tags of a run are others now.
        open_pressed(), pin_pressed(), delete_pressed(): of all that are chosen.
    """

    said = Signal(int, object)
    open_pressed = Signal()
    pin_pressed = Signal()
    delete_pressed = Signal()

    def __init__(self, theme: Theme) -> None:
        """Make the panel; it shows nothing."""
        super().__init__()
        self.theme = theme
        self._detail: RunDetail | None = None
        self.name, self.tags, self.note = QLineEdit(), QLineEdit(), NoteField()
        self.name.setPlaceholderText(_("Name"))
        self.tags.setPlaceholderText(_("Tags, with blanks between them"))
        self.note.setPlaceholderText(_("Note"))
        self.note.setTabChangesFocus(True)
        for field, label in (
            (self.name, _("Name of the run")),
            (self.tags, _("Tags of the run")),
            (self.note, _("Note about the run")),
        ):
            field.setAccessibleName(label)
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hint = QLabel(_HINT)
        self.hint.setWordWrap(True)
        self.open = BarButton(theme, "lab", _("Open in the lab"), accent=True)
        self.open.setToolTip(_("Opens it trained; undo leads back (Enter)"))
        self.pin = BarButton(theme, "", _("Pin"))
        self.pin.setToolTip(_("Pinned runs never leave to make room (P)"))
        self.delete = BarButton(theme, "close", "")
        self.delete.setAccessibleName(_("Delete the chosen runs"))
        self.delete.setToolTip(_("Deletes the chosen runs; undo brings them back (Delete)"))
        self._build()
        self.name.editingFinished.connect(self._on_said)
        self.tags.editingFinished.connect(self._on_said)
        self.note.finished.connect(self._on_said)
        self.open.clicked.connect(self.open_pressed)
        self.pin.clicked.connect(self.pin_pressed)
        self.delete.clicked.connect(self.delete_pressed)
        self.show_detail(None)
        self.set_theme(theme)

    def _build(self) -> None:
        inner = QWidget()
        inner.setObjectName("runPane")
        self._column = QVBoxLayout(inner)
        self._fields = (self.name, self.tags, self.note)
        for field in self._fields:
            self._column.addWidget(field)
        self._column.addWidget(self.facts, 1)
        self._area, self._bar = scroll_area(inner, _("The chosen run"))
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self.open)
        self._buttons.addWidget(self.pin)
        self._buttons.addWidget(self.delete)
        self._buttons.addStretch(1)
        self._whole = QVBoxLayout(self)
        self._whole.addWidget(self._area, 1)
        self._whole.addLayout(self._buttons)
        self._whole.addWidget(self.hint)

    # ---- what is shown
    def show_detail(self, detail: RunDetail | None, chosen: int = 0) -> None:
        """Show a run; None: nothing, or a number of chosen runs."""
        self.finish()
        self._detail = detail
        for field in self._fields:
            field.setEnabled(detail is not None)
        is_any = detail is not None or chosen > 0
        for button in (self.open, self.pin, self.delete):
            button.setEnabled(is_any)
        self.open.setEnabled(detail is not None)
        if detail is None:
            self.name.clear()
            self.tags.clear()
            self.note.setPlainText("")
            words = ngettext("{count} run is chosen", "{count} runs are chosen", chosen)
            self.facts.setText(words if chosen else "")
            return
        entry = detail.entry
        self.name.setText(entry.name)
        self.tags.setText(" ".join(entry.tags))
        self.note.setPlainText(entry.note)
        self.facts.setText(facts_of(detail))
        self.pin.set_face("", _("Unpin") if entry.is_pinned else _("Pin"))

    def finish(self) -> None:
        """Hand on what is being written about the run that is shown."""
        if self._detail is not None:
            self._on_said()

    def _on_said(self) -> None:
        if self._detail is None:
            return
        entry = self._detail.entry
        now: dict[str, object] = {
            "name": " ".join(self.name.text().split()),
            "tags": tuple(self.tags.text().split()),
            "note": self.note.toPlainText(),
        }
        changes = {key: value for key, value in now.items() if getattr(entry, key) != value}
        if changes:
            import msgspec

            entry = msgspec.structs.replace(entry, **changes)
            self._detail = msgspec.structs.replace(self._detail, entry=entry)
            self.said.emit(entry.id, changes)

    # ---- look
    def _restyle(self, theme: Theme) -> None:
        px = theme.px
        self._whole.setContentsMargins(px(14), px(12), px(14), px(10))
        self._whole.setSpacing(px(8))
        self._column.setContentsMargins(0, 0, px(10), 0)
        self._column.setSpacing(px(8))
        self._buttons.setSpacing(px(8))
        for field in self._fields:
            field.setFont(theme.font(12))
        self.note.setFixedHeight(px(64))
        self.facts.setFont(theme.font(12))
        self.hint.setFont(theme.font(10.5))
        set_text_color(self.facts, theme, "text")
        set_text_color(self.hint, theme, "muted")
        self._place()

    def _place(self) -> None:
        self._bar.place(self.theme.px(8), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the scroll bar at the edge."""
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the panel."""
        paint_panel(self, self.theme)


def facts_of(detail: RunDetail) -> str:
    """Return what is known of a run, a line for each."""
    entry = detail.entry
    lines = [entry.what, _("Loss {loss}", loss=loss_of(entry))]
    losses = [loss for loss in detail.losses.train if loss is not None]
    if len(losses) > 1:
        lines[-1] = _(
            "Loss {loss}, median of {seeds} seeds, {low} to {high}",
            loss=loss_of(entry),
            seeds=entry.seeds,
            low=number(min(losses)),
            high=number(max(losses)),
        )
    if entry.validation is not None:
        lines.append(_("Validation loss {loss}", loss=number(entry.validation)))
    lines += [
        progress_of(entry),
        _("{date}, {seconds:.1f} s", date=date_of(entry), seconds=entry.seconds),
        _("Engine {engine}, {processor}", engine=entry.engine, processor=detail.processor),
        ", ".join(f"{name} {version}" for name, version in detail.versions.items()),
    ]
    if not detail.network:
        lines.append(_("Its network is not kept: opened, it is trained again."))
    return "\n".join([*lines, "", *_turned(detail)])


def _turned(detail: RunDetail) -> list[str]:
    """Return the knobs that differ from the default lab, a line each."""
    try:
        spec, default = detail.lab_spec(), LabSpec()
    except LabError as error:  # of a version that has other knobs
        return [str(error)]
    lines = []
    for path, knob in KNOBS.items():
        value = get(spec, path)
        if path in ("net.width", "net.depth") or value == get(default, path):
            continue
        lines.append(f"{knob.label}: {value_text(path, value)}")
    return lines or [_("All knobs as in the default lab.")]
