"""The network diagram's card: the canvas, and the strip of the animated pass."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from layerlab.core.frames import DIAGRAM, DiagramPart, Frame, Trace, Units
from layerlab.core.numbers import grouped
from layerlab.core.success import Ranking
from layerlab.core.translation import _, in_english, ngettext
from layerlab.ui.card import Card
from layerlab.ui.diagram.animation import PassPlayer
from layerlab.ui.diagram.formula import neuron_title, unit_name
from layerlab.ui.diagram.pass_bar import PassBar
from layerlab.ui.diagram.trace_text import fits
from layerlab.ui.head import HeadMark
from layerlab.ui.style import set_text_color
from layerlab.ui.theme import Theme

if TYPE_CHECKING:
    from layerlab.ui.diagram.canvas import DiagramCanvas

NOTHING = _("The network appears with the first frame.")
Look = Callable[[Units], DiagramPart]
REMEMBERED = 6  # networks drawn last, one of which a trace may belong to
OVER = {
    "curve": _("each neuron shows what it computes over x"),
    "map": _("each neuron shows what it computes over the plane"),
    "image": _("each neuron shows its weights as an image"),
}


@dataclass(frozen=True)
class _Asked:
    """A pass that waits for its trace."""

    is_backward: bool
    step: int
    plays: bool


class DiagramView(Card):
    """A card that draws one network, edits it, and steps a sample through it.

    Signals:
        weight_edited: gap (0 leads into the first hidden layer), index of the source unit,
            index of the unit, new value.
        bias_edited: gap, index of the unit, new value.
        units_wanted: of each layer, the units in sight, which frames should have pictures of;
            empty for those of the overview.
        zoomed_changed: whether a part of the network is shown, when that has changed.
        trace_wanted: the sample that is to be sent through; answer with `show_trace`.
        best_wanted, worst_wanted: the seed that did best, or worst, is to be shown.
    """

    weight_edited = Signal(int, int, int, float)
    bias_edited = Signal(int, int, float)
    units_wanted = Signal(object)
    zoomed_changed = Signal(bool)
    trace_wanted = Signal(int)
    best_wanted = Signal()
    worst_wanted = Signal()
    wants = DIAGRAM

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Network"), "", parent)
        self.frame: Frame | None = None
        self._empty = QLabel(NOTHING)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar = PassBar()
        self.player = PassPlayer()
        self._asked: _Asked | None = None
        self._look: Look | None = None  # at the network of the pass
        self._recent: deque[tuple[int, DiagramPart]] = deque(maxlen=REMEMBERED)
        self._update = 0  # of the snapshot
        self._counted = False
        self.best = HeadMark(_("best"), _("Shows the seed with the lowest training loss (B)"))
        self.worst = HeadMark(
            _("worst"), _("Shows the seed with the highest training loss (W)")
        )
        for mark, signal in ((self.best, self.best_wanted), (self.worst, self.worst_wanted)):
            mark.clicked.connect(signal)
            mark.hide()
            self.add_control(mark)
        self.best.setAccessibleName(_("Show the best seed"))
        self.worst.setAccessibleName(_("Show the worst seed"))
        self.player.setParent(self)
        self.body.addWidget(self._empty, 1)
        self.body.addWidget(self.bar)
        self.player.moved.connect(self._on_moved)
        self.bar.started.connect(self._on_started)
        self.bar.toggled.connect(self._on_toggled)
        self.bar.stepped.connect(self._on_stepped)
        self.bar.sampled.connect(self._on_sampled)
        self.bar.stopped.connect(self.stop_pass)
        self.set_theme(self.theme)

    # ---- what is shown
    @cached_property
    def canvas(self) -> DiagramCanvas:
        """The canvas; made when it is first needed, because pyqtgraph takes long to import."""
        from layerlab.ui.diagram.canvas import DiagramCanvas

        canvas = DiagramCanvas()
        canvas.set_theme(self.theme)
        canvas.weight_edited.connect(self.weight_edited)
        canvas.bias_edited.connect(self.bias_edited)
        canvas.units_wanted.connect(self._on_units_wanted)
        canvas.zoomed_changed.connect(self.zoomed_changed)
        self._empty.hide()
        self.body.insertWidget(0, canvas, 1)
        canvas.set_figure(self.is_figure)
        self.watch(canvas)
        return canvas

    @property
    def _has_canvas(self) -> bool:
        return "canvas" in vars(self)

    def draw(self, frame: Frame) -> None:
        """Draw the frame's network; one without it leaves the view as it is."""
        if frame.diagram is None:
            return
        before = self.frame
        self.frame = frame
        self._recent.append((frame.update, frame.diagram))
        if before is not None and _is_other(before, frame):
            self._recent.clear()
            self._recent.append((frame.update, frame.diagram))
            self.stop_pass()
        if not self._counted:
            self.bar.set_sample_count(frame.spec.task.samples)
        self.canvas.draw(frame)
        self._describe()

    def show_ranking(self, ranking: Ranking, seed: int) -> None:
        """Light up whether the shown seed is the best or the worst of several."""
        several = ranking.seeds > 1
        places = (ranking.best, ranking.worst) if several else (-1, -1)
        for mark, place in zip((self.best, self.worst), places, strict=True):
            if mark.isHidden() == several:
                mark.setVisible(several)
                self.fit_head()
            mark.setChecked(place == seed)

    def set_sample_count(self, count: int) -> None:
        """Set how many training points there are to send through the network."""
        self._counted = True
        self.bar.set_sample_count(count)

    def show_trace(
        self,
        trace: Trace,
        part: DiagramPart | None = None,
        update: int | None = None,
        look: Look | None = None,
    ) -> None:
        """Start the pass that was asked for.

        Args:
            trace: one sample's numbers.
            part: the network that the trace was made with. Without it, it is looked for
                among those drawn last; if it is not there, numbers are shown without
                the pre-activations behind them, because the weights have changed since.
            update: of that network; the drawn one's if None.
            look: returns that network with pictures of other units, as `units_wanted` names
                them, of those that come into sight during the pass. Without it these have none.
        """
        asked = self._asked or _Asked(False, 0, False)
        self._asked = None
        if self.frame is None or self.frame.diagram is None:
            return
        found, drawn = self._network_of(trace)
        part = part if part is not None else drawn
        if len(trace.z) != len(part.weights):
            return  # a trace of another architecture came too late
        self._update = found if update is None else update
        self._look = look
        self.player.start(part, trace, asked.is_backward, asked.step)
        if asked.plays:
            self.player.play()

    def _network_of(self, trace: Trace) -> tuple[int, DiagramPart]:
        assert self.frame is not None
        assert self.frame.diagram is not None
        for update, part in reversed(self._recent):
            if part.seed == trace.seed and fits(part, trace):
                return update, part
        return self.frame.update, self.frame.diagram

    def stop_pass(self) -> None:
        """End the animated pass: back to the live view."""
        self._asked = self._look = None
        self.player.stop()

    def build(self) -> None:
        """Make the canvas, if there is none yet."""
        assert self.canvas is not None

    def screen_tools(self) -> list[QWidget]:
        """Return the bar that steps a sample through."""
        return [self.bar]

    def close_editor(self) -> None:
        """Close the editor of a weight or bias, which then stays as it is."""
        if self._has_canvas:
            self.canvas.editor.close_quietly()

    # ---- theme and head
    def _restyle(self, theme: Theme) -> None:
        super()._restyle(theme)
        self.body.setSpacing(theme.px(3))
        self._empty.setFont(theme.font(12))
        set_text_color(self._empty, theme, "faint")
        self._describe()

    def _describe(self) -> None:
        """Put the longest of the notes that fits into the head."""
        self.set_note(*self._notes())

    def _notes(self) -> list[str]:
        """Return the texts of the head, from long to short."""
        if self.frame is None or self.frame.diagram is None:
            return [""]
        part = self.frame.diagram
        seed = _(
            "seed {seed} of {seeds}", seed=part.seed + 1, seeds=self.frame.spec.train.seeds
        )
        state = self.player.state
        if state is not None:
            if state.is_backward:
                step = _("Backward: {step}", step=state.text())
            else:
                step = _("Forward: {step}", step=state.text())
            when = _("snapshot at update {update}", update=grouped(self._update))
            sample = _("sample {sample}", sample=state.trace.sample)
            step = f'<span style="color:{self.theme.text}">{step}</span>'
            return [f"{step} · {sample}, {seed} · {when}", f"{step} · {when}", step]
        edge = _(
            'edge: <b style="color:{plus}">positive</b> '
            '<b style="color:{minus}">negative</b> weight',
            plus=self.theme.positive,
            minus=self.theme.negative,
        )
        shown = _shown(part)
        return [f"{seed} · {edge} · {shown}", f"{seed} · {edge}", seed]

    # ---- the pass
    def _ask(self, is_backward: bool, step: int, plays: bool) -> None:
        self._asked = _Asked(is_backward, step, plays)
        self.trace_wanted.emit(self.bar.sample())

    def _on_started(self, is_backward: bool) -> None:
        state = self.player.state
        if state is None or state.is_backward == is_backward:
            self._ask(is_backward, 0, True)
        else:  # the other way with the same snapshot: the numbers belong together
            self.player.start(state.part, state.trace, is_backward)
            self.player.play()

    def _on_toggled(self) -> None:
        if self.player.state is None:
            self._ask(False, 0, True)
        elif self.player.is_playing:
            self.player.pause()
        else:
            self.player.play()

    def _on_stepped(self, by: int) -> None:
        if self.player.state is None:
            self._ask(False, 0, False)
        else:
            self.player.step(by)

    def _on_sampled(self, sample: int) -> None:
        state = self.player.state
        if state is not None:
            self._ask(state.is_backward, state.step, self.player.is_playing)

    def _on_units_wanted(self, units: Units) -> None:
        """Ask for pictures of what is in sight: of the frames, and of the pass's network."""
        self.units_wanted.emit(units)
        if self._look is not None:
            self.player.show_part(self._look(units))

    def _on_moved(self) -> None:
        state = self.player.state
        if state is not None or self._has_canvas:
            self.canvas.show_pass(state)
        self.bar.show_state(
            state is not None, state is not None and state.is_backward, self.player.is_playing
        )
        self._describe()

    # ---- numbers
    def numbers(self) -> str:
        """Return all weights and biases of the shown network, tab separated, in English.

        One block a layer: a row for each source unit, the biases last, a column for each
        unit of the layer.
        """
        if self.frame is None or self.frame.diagram is None:
            return ""
        part = self.frame.diagram
        seeds, update = self.frame.spec.train.seeds, self.frame.update
        text = _(
            "seed {seed} of {seeds}\tupdate {update}",
            seed=part.seed + 1,
            seeds=seeds,
            update=update,
        )
        rows = [in_english(text)]
        for gap, (weights, biases) in enumerate(zip(part.weights, part.biases, strict=True)):
            units = [in_english(neuron_title(part, gap + 1, j)) for j in range(len(biases))]
            rows.append("\t".join(["", *units]))
            for i, row in enumerate(weights):
                source = unit_name(part, gap, i) if gap == 0 else neuron_title(part, gap, i)
                row_name = in_english(source)
                rows.append("\t".join([row_name, *(f"{value:.9g}" for value in row)]))
            bias = in_english(_("bias"))
            rows.append("\t".join([bias, *(f"{value:.9g}" for value in biases)]))
        return "\n".join(rows) + "\n"


def _shown(part: DiagramPart) -> str:
    """Return what the thumbnails of the first layer are."""
    layer = part.layers[1]
    if layer.form == "bars":
        count = layer.thumbs[:1].size
        weights = np.asarray(part.weights[0])[:count, layer.shown].T
        peak = float(np.abs(weights).max(initial=0.0))
        same = weights.shape == layer.thumbs.shape and peak > 0
        if same and np.allclose(layer.thumbs, weights / peak, atol=1e-4):
            return _("each neuron shows its incoming weights")
        return ngettext(
            "each neuron shows its {count} response",
            "each neuron shows its {count} responses",
            count,
        )
    return OVER[layer.form]


def _is_other(before: Frame, after: Frame) -> bool:
    """Return whether two frames show different networks: a pass through one ends then."""
    return (
        before.spec.net != after.spec.net
        or before.spec.task != after.spec.task
        or before.diagram is None
        or after.diagram is None
        or before.diagram.seed != after.diagram.seed
        or [c.size for c in before.diagram.layers] != [c.size for c in after.diagram.layers]
    )
