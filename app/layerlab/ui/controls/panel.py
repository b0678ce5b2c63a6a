"""The control panel: every declared knob, in the sections task, network and training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from layerlab.core.declared import KNOBS
from layerlab.core.knobs import Knob
from layerlab.core.registry import Registry
from layerlab.core.spec import LabSpec, get
from layerlab.core.translation import _, marked, translated
from layerlab.ui.controls.base import Control
from layerlab.ui.controls.choice import Choice, Option
from layerlab.ui.controls.chooser import Chooser, MoreButton
from layerlab.ui.controls.depth import DepthSlider
from layerlab.ui.controls.features import FeatureChips
from layerlab.ui.controls.fields import LengthField, NumberField, TextField
from layerlab.ui.controls.glyphs import CSV
from layerlab.ui.controls.knob_panel import KnobPanel
from layerlab.ui.controls.section import Section
from layerlab.ui.controls.slider import BatchSlider
from layerlab.ui.controls.widths import WidthsEditor
from layerlab.ui.theme import Theme

TASK, NETWORK, TRAINING = marked("task"), marked("network"), marked("training")
# What stands in each section: main knobs (two of a tuple share a line), then rarer ones.
_MAIN: dict[str, tuple[str | tuple[str, str], ...]] = {
    TASK: (
        *("task.name", "task.formula", "task.target", "task.problem"),
        ("task.samples", "task.noise"),
        "task.features",
    ),
    NETWORK: (
        "net.hidden",
        "net.depth",
        "net.activation",
        "net.slope",
        "net.init",
        ("net.weight_std", "net.bias_std"),
    ),
    TRAINING: ("train.rate", "train.batch", "train.seeds"),
}
_RARE: dict[str, tuple[str | tuple[str, str], ...]] = {
    TASK: ("task.gaps", "task.label_noise", "task.validation", "task.seed"),
    NETWORK: ("net.residual", "net.layer_norm", "net.dropout"),
    TRAINING: (
        "train.optimizer",
        "train.loss",
        "train.updates",
        "train.order",
        ("train.l1", "train.l2"),
        "train.target_loss",
        "train.seed",
        "train.rng",
        "train.report",
        "train.dtype",
    ),
}
_TYPED = {
    "task.seed": "",
    "task.validation": _("default"),
    "train.target_loss": _("never"),
    "train.seed": "",
}
FORMULA = "formula"  # the task whose formula is typed
# Knobs that another control turns too.
_SHARED = {"net.width": "net.hidden", "train.epochs": "train.updates"}


class ControlPanel(KnobPanel):
    """All controls. Shows a spec, emits edits, knows no store.

    Signals:
        csv_wanted: the tile for a table of one's own was chosen.
        data_wanted: how the table was read is to be shown; whether at its sentences.
        budget_locked: whether turning the depth is to keep the number of parameters.
    """

    csv_wanted = Signal()
    data_wanted = Signal(bool)
    budget_locked = Signal(bool)

    def __init__(self, registries: Mapping[str, Registry], theme: Theme) -> None:
        """Build the panel.

        Args:
            registries: `tasks`, `activations`, `initializers`, `optimizers`, `losses`:
                the entries offered.
            theme: colours, fonts and sizes.
        """
        super().__init__(_("Controls"), registries, theme)
        # Knob -> the knob of the choice that it belongs to, and the entries that have it.
        self._owners: dict[str, tuple[str, list[str]]] = {}
        for knob in KNOBS.values():
            for entry in registries.get(knob.registry, ()):
                for path in entry.own_knobs:
                    self._owners.setdefault(path, (knob.path, []))[1].append(entry.key)
        self.sections = {
            name: Section(translated(name), theme, last=name == TRAINING)
            for name in (TASK, NETWORK, TRAINING)
        }
        self._pairs: list[QHBoxLayout] = []
        self.data_button = self._make_data_button()
        for name, section in self.sections.items():
            self._fill(name, section)
            section.unfolded.connect(lambda on, s=section: self._on_unfolded(s, on))
            self.column.addWidget(section)
        title = self.sections[TASK].title
        title.clicked.connect(lambda: self.data_wanted.emit(True))
        self.column.addStretch(1)
        self._restyle(theme)
        self.setWidget(self.inner)

    def show_spec(self, spec: LabSpec, applicable: set[str] | None = None) -> None:
        """Show every value of a spec without emitting anything.

        Args:
            spec: what the store holds.
            applicable: paths of the knobs that do something for this task; the others
                are hidden. None: all.
        """
        for path, control in self.controls.items():
            value: Any = get(spec, path)
            if path == "train.updates":
                value = (spec.train.updates, spec.train.epochs)
            if not control.shows(value):  # an edit shows all knobs, of which one has changed
                control.show_value(value)
            here = applicable is None or path in applicable
            control.setVisible(here and self._is_relevant(spec, path))
        has_table = spec.task.name == CSV
        self.data_button.setVisible(has_table)
        self.sections[TASK].title.set_clickable(has_table)

    def _is_relevant(self, spec: LabSpec, path: str) -> bool:
        """Return whether a knob does anything under the other choices of the spec."""
        if path in ("task.target", "task.problem", "task.gaps"):
            return spec.task.name == CSV
        if path == "task.features":
            return bool(self._features.options)
        if path == "task.formula":
            return spec.task.name == FORMULA
        chosen, owners = self._owners.get(path, ("", ()))
        return not chosen or get(spec, chosen) in owners

    def set_points(self, points: int, batch: int | str) -> None:
        """Set the number of training points, and the batch size: bounds of two controls."""
        slider, length = self.controls["train.batch"], self.controls["train.updates"]
        assert isinstance(slider, BatchSlider)
        assert isinstance(length, LengthField)
        slider.set_points(points)
        size = points if isinstance(batch, str) else batch
        length.set_updates_per_epoch(math.ceil(points / max(1, size)))

    def set_columns(self, names: Sequence[str]) -> None:
        """Offer the columns of a CSV file as targets; the one in force comes last."""
        target = self.controls["task.target"]
        assert isinstance(target, Choice)
        if sorted(names) != sorted(key for key, _, _ in target.options):  # else keep the order
            target.set_options([(name, name, "") for name in names], names[-1])

    @property
    def _features(self) -> FeatureChips:
        control = self.controls["task.features"]
        assert isinstance(control, FeatureChips)
        return control

    def offer_features(self, options: Sequence[Option], plain: Sequence[str]) -> None:
        """Offer the input features of a task; it is shown with the next spec.

        Args:
            options: key, sign and help of each; none of a task without.
            plain: the keys that stand for the inputs themselves.
        """
        self._features.offer(options, plain)

    def set_summary(
        self, section: str, text: str, details: Sequence[str] = (), more: str = ""
    ) -> None:
        """Show a text at the right of a title: `task`, `network` or `training`.

        Args:
            section: one of these. text: cut with dots where it does not fit.
            details: sentences that a hover over the title gives, below the text.
            more: a second line below the title.
        """
        self.sections[section].title.set_summary(text, details, more)

    def show_budget(self, wordings: Sequence[str]) -> None:
        """Show below the depth what its lock does, from long to short; nothing: hide it."""
        depth = self.controls["net.depth"]
        assert isinstance(depth, DepthSlider)
        depth.show_budget(wordings)

    def refuse(self, path: str, sentence: str) -> None:
        """Show under a knob's control why its value was refused; the true one returns."""
        self.control(path).set_error(sentence)

    def control(self, path: str) -> Control:
        """Return the control that turns a knob."""
        return self.controls[_SHARED.get(path, path)]

    def has(self, path: str) -> bool:
        """Return whether a control turns this knob."""
        return _SHARED.get(path, path) in self.controls

    def below(self, path: str) -> QVBoxLayout:
        """Return the place below a knob's control, for a curve of it."""
        return self.control(path).below

    def _on_unfolded(self, section: Section, unfolded: bool) -> None:
        if unfolded:  # once it has its place, it is brought into view
            QTimer.singleShot(0, self, lambda: self._reveal(section))

    def _reveal(self, section: Section) -> None:
        top = section.fold.mapTo(self.inner, QPoint()).y()
        foot = section.more.mapTo(self.inner, QPoint(0, section.more.height())).y()
        bar = self.verticalScrollBar()
        bar.setValue(max(bar.value(), min(top, foot - self.viewport().height())))

    def _restyle(self, theme: Theme) -> None:
        super()._restyle(theme)
        for pair in self._pairs:
            pair.setSpacing(theme.px(14))

    def _make_data_button(self) -> MoreButton:
        text = _("Data…")
        help_text = _("Shows how the table was read, and lets it be changed")
        button = MoreButton(self.theme, text, help_text, upright=False, arrow=False)
        button.setAccessibleDescription(help_text)
        button.clicked.connect(lambda: self.data_wanted.emit(False))
        return button

    def _fill(self, name: str, section: Section) -> None:
        for column, lines in ((section.main, _MAIN[name]), (section.rare, _RARE[name])):
            for paths in lines:
                if isinstance(paths, str):
                    column.addWidget(self.add(KNOBS[paths]))
                    if paths == "task.problem":
                        column.addWidget(self.data_button)
                    continue
                pair = QHBoxLayout()
                for path in paths:
                    pair.addWidget(self.add(KNOBS[path]), 1, Qt.AlignmentFlag.AlignTop)
                self._pairs.append(pair)
                column.addLayout(pair)

    def make(self, knob: Knob) -> Control:
        """Return a new control for a knob of the lab."""
        theme = self.theme
        if knob.path == "net.hidden":
            return WidthsEditor(theme)
        if knob.path == "task.formula":
            return TextField(knob, theme)
        if knob.path == "net.depth":
            depth = DepthSlider(knob, theme)
            depth.locked.connect(self.budget_locked)
            return depth
        if knob.path == "task.features":
            return FeatureChips(knob, theme)
        if knob.path == "train.updates":
            return LengthField(knob, KNOBS["train.epochs"], theme)
        if knob.path in _TYPED:
            return NumberField(knob, theme, _TYPED[knob.path])
        if knob.kind == "batch":
            return BatchSlider(knob, theme)
        if knob.path == "task.name":
            entries = list(self._registries[knob.registry])
            chooser = Chooser(knob, entries, theme, columns=3, slots=8, with_csv=True)
            chooser.csv_wanted.connect(self.csv_wanted)
            return chooser
        return super().make(knob)
