"""PredictionView: the networks' predictions, in the form that fits the task."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtWidgets import QStackedLayout, QWidget

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

# Where the view of each form is: it is imported and made with the first of its kind.
FORMS: dict[type, tuple[str, str]] = {
    CurvePrediction: ("curve", "CurveView"),
    MapPrediction: ("map", "MapView"),
    ImagePrediction: ("images", "ImageView"),
    ClassPrediction: ("classes", "ClassView"),
    ScatterPrediction: ("scatter", "ScatterView"),
}


class PredictionView(PlotView):
    """A card that switches to the view that fits the form of the prediction."""

    wants = PREDICTION

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Prediction"), parent=parent)
        self.seed_toggle = HeadButton(
            _("this seed"), _("Draws the one network that the diagram shows over the median")
        )
        self.seed_toggle.setCheckable(True)
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
        view.show_part(part, self.frame, restart)
        self._current = view
        self.set_note(view.note())

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
