"""PredictionView: what the networks say, in the form that fits the task."""

from __future__ import annotations

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
from layerlab.ui.head import HeadButton
from layerlab.ui.theme import Theme
from layerlab.ui.views.base import PlotView
from layerlab.ui.views.classes import ClassView
from layerlab.ui.views.curve import CurveView
from layerlab.ui.views.form import Form
from layerlab.ui.views.images import ImageView
from layerlab.ui.views.map import MapView
from layerlab.ui.views.scatter import ScatterView


class PredictionView(PlotView):
    """A card that switches to the view that fits the form of the prediction."""

    wants = PREDICTION

    def __init__(self, parent: QWidget | None = None) -> None:
        self.seed_toggle = HeadButton(
            "this seed", "Draws the one network that the diagram shows over the median"
        )
        self.seed_toggle.setCheckable(True)
        super().__init__("Prediction", parent=parent)
        self.curve = CurveView()
        self._current: Form = self.curve
        self._forms: dict[type, Form] = {
            CurvePrediction: self.curve,
            MapPrediction: MapView(),
            ImagePrediction: ImageView(),
            ClassPrediction: ClassView(),
            ScatterPrediction: ScatterView(),
        }
        self._stack = QStackedLayout()
        self.body.addLayout(self._stack, 1)
        for form in self._forms.values():
            self._stack.addWidget(form)
        self.add_control(self.seed_toggle)
        self.seed_toggle.toggled.connect(self._on_seed_toggled)

    def draw_part(self, part: Prediction, anew: bool) -> None:
        """Draw the part with the view of its form."""
        view = self._forms[type(part)]
        anew = anew or self._current is not view
        self._stack.setCurrentWidget(view)
        self.seed_toggle.setVisible(isinstance(part, CurvePrediction))
        assert self.frame is not None
        view.show_part(part, self.frame, anew)
        self._current = view
        self.set_note(view.note())

    def shown(self) -> Form:
        """Return the view of the form that is shown."""
        return self._current

    def set_ghost(self, part: Prediction | None, label: str = "") -> None:
        """Keep an earlier median as a faint line with a name, from the next frame on.

        None takes it away at once.
        """
        self.curve.set_ghost(part if isinstance(part, CurvePrediction) else None, label)
        if part is None:
            self.redraw()

    def _on_seed_toggled(self, on: bool) -> None:
        self.curve.show_seed = on
        self.redraw()

    def set_theme(self, theme: Theme) -> None:
        """Take colours, fonts and sizes from `theme` and repaint."""
        for form in getattr(self, "_forms", {}).values():
            form.set_theme(theme)
        super().set_theme(theme)

    def numbers(self) -> str:
        """Return what is drawn now."""
        return self._current.numbers() if self.part() is not None else ""
