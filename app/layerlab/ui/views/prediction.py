"""PredictionView: the networks' predictions, in the form that fits the task."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QStackedLayout, QWidget

from layerlab.core.by_hand import CURVE, POINTS, Points
from layerlab.core.frames import (
    PREDICTION,
    ClassPrediction,
    CurvePrediction,
    ImagePrediction,
    MapPrediction,
    Prediction,
    ScatterPrediction,
)
from layerlab.core.translation import _
from layerlab.ui.head import HeadButton
from layerlab.ui.views.base import PlotView

if TYPE_CHECKING:
    from layerlab.ui.views.curve import CurveView
    from layerlab.ui.views.form import PredictionForm
    from layerlab.ui.views.hand import Hand

# Where the view of each form is: it is imported and made with the first of its kind.
FORMS: dict[type, tuple[str, str]] = {
    CurvePrediction: ("curve", "CurveView"),
    MapPrediction: ("map", "MapView"),
    ImagePrediction: ("images", "ImageView"),
    ClassPrediction: ("classes", "ClassView"),
    ScatterPrediction: ("scatter", "ScatterView"),
}
HAND_FORMS = {POINTS: MapPrediction, CURVE: CurvePrediction}


class PredictionView(PlotView):
    """A card that switches to the view that fits the form of the prediction.

    Signals:
        hand_grabbed, hand_released: a stroke of brush or pen begins, has ended.
        hand_edited: what it has made of the points.
        hand_full: why nothing was added, a sentence.
        by_hand_wanted: what is shown is to be edited by hand.
    """

    hand_grabbed = Signal()
    hand_released = Signal()
    hand_edited = Signal(object)
    hand_full = Signal(str)
    by_hand_wanted = Signal()

    wants = PREDICTION

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Prediction"), parent=parent)
        self.seed_toggle = HeadButton(
            _("this seed"), _("Draws the one network that the diagram shows over the median")
        )
        self.seed_toggle.setCheckable(True)
        self.hand: Hand | None = None  # made with the first task that is made by hand
        self._current: PredictionForm | None = None
        self._made: dict[type, PredictionForm] = {}
        self._previous: tuple[CurvePrediction | None, str] = (None, "")
        self._stack = QStackedLayout()
        self.body.addLayout(self._stack, 1)
        self.add_control(self.seed_toggle)
        self.seed_toggle.toggled.connect(self._on_seed_toggled)

    @property
    def curve(self) -> CurveView:
        """The view of one input and one output."""
        return cast("CurveView", self.form_of(CurvePrediction))

    def form_of(self, kind: type) -> PredictionForm:
        """Return the view of a form of prediction; made now if there is none yet."""
        if kind not in self._made:
            module, name = FORMS[kind]
            made: Any = getattr(import_module(f"layerlab.ui.views.{module}"), name)()
            made.set_theme(self.theme)
            self._made[kind] = made
            self._stack.addWidget(made)
            for surface in made.surfaces:
                self.watch(surface)
            if kind is CurvePrediction:
                made.show_seed = self.seed_toggle.isChecked()
                made.set_previous_run(*self._previous)
        return self._made[kind]

    def build(self) -> None:
        """Make the view of the form that is most likely, if there is none yet."""
        if not self._made:
            self.form_of(CurvePrediction)

    def draw_part(self, part: Prediction, restart: bool) -> None:
        """Draw the part with the view of its form."""
        view = self.form_of(type(part))
        restart = restart or self._current is not view
        self._stack.setCurrentWidget(view)
        self.seed_toggle.setVisible(isinstance(part, CurvePrediction))
        assert self.frame is not None
        if self.hand is not None and HAND_FORMS.get(self.hand.kind) is type(part):
            is_trained = self.frame.status in ("finished", "stopped", "paused")
            points = self.frame.spec.task.points
            self.hand.give_to(view.surfaces[0], points, is_trained)
        view.show_part(part, self.frame, restart)
        self._current = view
        self.set_note(view.note())

    # ---- data made by hand
    def show_by_hand(self, kind: str, points: Points) -> None:
        """Show brush or pen for a task that is made by hand.

        Args:
            kind: `points`, `curve`, or empty for tasks that are not.
            points: those in force.
        """
        if self.hand is None:
            if not kind:
                return
            from layerlab.ui.views.hand import Hand  # few labs have one

            self.hand = Hand(self.body, self)
            for bar in self.hand.bars.values():
                bar.set_theme(self.theme)
            self.hand.grabbed.connect(self.hand_grabbed)
            self.hand.released.connect(self.hand_released)
            self.hand.edited.connect(self.hand_edited)
            self.hand.full.connect(self.hand_full)
        self.hand.show(kind, points)

    def show_no_data(self) -> None:
        """Show nothing but the tools, for data made by hand of which there are none yet."""
        if self.hand is None or not self.hand.kind:
            return
        view = self.form_of(HAND_FORMS[self.hand.kind])
        self.frame = self._run_id = None
        self._current = view
        self._stack.setCurrentWidget(view)
        self.seed_toggle.hide()
        self.hand.give_to(view.surfaces[0], ())
        view.show_no_data()
        self.set_note("")

    def take_key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Choose a tool by its key; return whether it is one's."""
        return self.hand is not None and self.hand.take_key(key, modifiers)

    def can_edit_by_hand(self) -> bool:
        """Return whether brush or pen could take over what is shown."""
        part = self.part()
        if part is None or self.frame is None or self.frame.spec.task.path:
            return False
        if self.hand is not None and self.hand.kind:
            return False
        is_plane = isinstance(part, MapPrediction) and part.class_count > 0
        return is_plane or (isinstance(part, CurvePrediction) and part.target is not None)

    def menu(self) -> QMenu:
        """Return a new menu of what can be done with the card."""
        menu = super().menu()
        if self.can_edit_by_hand():
            menu.addSeparator()
            menu.addAction(_("Edit data by hand")).triggered.connect(
                lambda: self.by_hand_wanted.emit()
            )
        return menu

    def screen_tools(self) -> list[QWidget]:
        """Return the bars of brush and pen: they are of no use in a figure."""
        return [] if self.hand is None else list(self.hand.bars.values())

    def shown(self) -> PredictionForm:
        """Return the view of the form that is shown."""
        self.build()
        return self._current or self.curve

    def set_previous_run(self, part: Prediction | None, label: str = "") -> None:
        """Keep an earlier median as a faint line with a name, from the next frame on.

        None takes it away at once.
        """
        self._previous = (part if isinstance(part, CurvePrediction) else None, label)
        if CurvePrediction in self._made:
            self.curve.set_previous_run(*self._previous)
        if part is None:
            self.redraw()

    def _on_seed_toggled(self, on: bool) -> None:
        if CurvePrediction in self._made:
            self.curve.show_seed = on
        self.redraw()

    def numbers(self) -> str:
        """Return what is drawn now."""
        if self._current is None or self.part() is None:
            return ""
        return self._current.numbers()
