"""LossView: how far training is, and how sure that is over the seeds."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from layerlab.core.frames import LOSS, LossPart
from layerlab.core.translation import _, translated
from layerlab.ui.head import HeadButton
from layerlab.ui.plotting.numbers import quartiles, table_of
from layerlab.ui.views.base import PlotView
from layerlab.ui.views.scores import ACCURACY, LOSS_LABEL, score_text

if TYPE_CHECKING:
    from layerlab.ui.views.loss_plot import LossPlot, PreviousRun
    from layerlab.ui.views.threshold import ThresholdLine

SHORT = {ACCURACY: _("acc.")}  # names of scores where there is little room


class LossView(PlotView):
    """The card around the loss plot.

    Attributes:
        threshold: the loss below which a seed is a success; None: the task's own.

    Signals:
        threshold_chosen: another threshold, or None.
        refused: why what was typed is no threshold.
    """

    threshold_chosen = Signal(object)
    refused = Signal(str)
    wants = LOSS

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Loss"), parent=parent)
        self.threshold: float | None = None
        self._previous: PreviousRun | None = None
        self.seed_toggle = HeadButton(
            _("this seed"),
            _("Draws the loss of the one network that the diagram shows"),
            _("seed"),
        )
        self.seed_toggle.setCheckable(True)
        self.add_control(self.seed_toggle)
        self.seed_toggle.toggled.connect(lambda _on: self.redraw())

    @cached_property
    def plot(self) -> LossPlot:
        """What is drawn."""
        from layerlab.ui.views.loss_plot import LossPlot

        plot = LossPlot()
        plot.line.chosen.connect(self._on_chosen)
        plot.line.refused.connect(self.refused)
        self.hold(plot)
        return plot

    def build(self) -> None:
        """Make the plot, if there is none yet."""
        assert self.plot is not None

    @property
    def line(self) -> ThresholdLine:
        """The threshold's line."""
        return self.plot.line

    def set_previous_run(self, part: LossPart | None, label: str = "") -> None:
        """Keep an earlier run's median as a faint line with a name, from the next frame on.

        None takes it away at once.
        """
        self._previous = None
        if part is None:
            self.redraw()
        else:
            self._previous = (part.updates.astype(float), quartiles(part.train)[1], label)

    def set_threshold(self, threshold: float | None) -> None:
        """Count the seeds below this loss as successes; None: the task's own threshold."""
        if threshold == self.threshold:
            return  # every edit of a lab sets it again; the plot would be painted twice
        self.threshold = threshold
        part = self.part()
        if part is not None:
            self.plot.threshold = threshold
            self.plot.show_threshold(part)

    def draw_part(self, part: LossPart, restart: bool) -> None:
        """Draw the history."""
        several = part.train.shape[1] > 1
        self.seed_toggle.setVisible(several)
        plot = self.plot
        plot.previous, plot.threshold = self._previous, self.threshold
        plot.seed = self._shown(part)
        plot.draws_seed = several and self.seed_toggle.isChecked()
        self._show_score(part)
        plot.show_part(part, restart)

    def _on_chosen(self, threshold: float | None) -> None:
        self.set_threshold(threshold)
        self.threshold_chosen.emit(threshold)

    def _shown(self, part: LossPart) -> int:
        """Return the place of the seed that is shown alone."""
        assert self.frame is not None
        return min(self.frame.seed, part.train.shape[1] - 1)

    def _show_score(self, part: LossPart) -> None:
        """Put the score into the head, and what the loss is where there is room for it."""
        axis = self.plot.y_axis
        if part.score is None or not part.score.size:
            self.set_note(part.loss_label)
            axis.label = LOSS_LABEL
            return
        axis.label, axis.brief = part.loss_label, part.loss_brief
        name, value = part.score_name, score_text(part.score, part.score_name)
        label = translated(name)
        note, brief_note = f"{label} <b>{value}</b>", f"{SHORT.get(name, label)} <b>{value}</b>"
        if part.validation_score is None or not part.validation_score.size:
            self.set_note(note, brief_note)
            return
        color = self.theme.negative  # the curve's
        held_out = score_text(part.validation_score, name)
        held_out = f'<b style="color:{color}">{held_out}</b>'
        self.set_note(
            _("{training} · validation {validation}", training=note, validation=held_out),
            f"{note} · {held_out}",
            f"{brief_note} · {held_out}",
        )

    def numbers(self) -> str:
        """Return the medians and quartiles at every reported update."""
        return "" if self.part() is None else table_of(self.plot.columns())
