"""The budget lock: turning the depth keeps the number of parameters, the width follows."""

from __future__ import annotations

from dataclasses import dataclass

from layerlab.core import spec as specs
from layerlab.core.declared import KNOBS
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _, ngettext
from layerlab.nets.budget import equal_widths
from layerlab.nets.problem import layout_of
from layerlab.runtime.store import Store
from layerlab.ui.controls.panel import ControlPanel
from layerlab.ui.readouts import grouped

_LINEAR = _("A linear model has no width that could follow the depth.")


@dataclass(frozen=True)
class Budget:
    """What is kept: the network of the moment of locking.

    Attributes:
        hidden: its widths, at least one. inputs, outputs: its ends.
        parameters: its weights and biases.
    """

    hidden: tuple[int, ...]
    inputs: int
    outputs: int
    parameters: int

    def hidden_at(self, depth: int) -> tuple[int, ...]:
        """Return the widths at a depth; at its own depth those that were there."""
        # The widths of the moment of locking need not be equal, as those of other depths are.
        if depth == len(self.hidden):
            return self.hidden
        return equal_widths(self.inputs, self.outputs, depth, self.parameters)

    def is_kept_by(self, spec: LabSpec) -> bool:
        """Return whether a spec is what this budget gives at its depth."""
        sizes, hidden = layout_of(spec).sizes, spec.net.hidden
        ends = (sizes[0], sizes[-1]) == (self.inputs, self.outputs)
        return ends and hidden == self.hidden_at(len(hidden))


def budget_of(spec: LabSpec) -> Budget | None:
    """Return the budget of a spec's network; None for a linear model, which has no width."""
    if not spec.net.hidden:
        return None
    layout = layout_of(spec)
    return Budget(spec.net.hidden, layout.sizes[0], layout.sizes[-1], layout.parameters)


def wordings(budget: Budget | None, spec: LabSpec) -> tuple[str, ...]:
    """Return what the lock does for a spec, from long to short."""
    if budget is None:
        return _LINEAR, _("A linear model has no width.")
    hidden, have = spec.net.hidden, budget.parameters
    if hidden == budget.hidden:
        stays = ngettext("{count} parameter stays.", "{count} parameters stay.", have)
        return _("Depth keeps these {count} parameters.", count=grouped(have)), stays
    now = layout_of(spec).parameters
    counts = _("{before} → {now} parameters", before=grouped(have), now=grouped(now))
    depth = _("depth {before} → {now}", before=len(budget.hidden), now=len(hidden))
    if not hidden:
        return (
            _("{depth}: no width, {counts}", depth=depth, counts=counts),
            _("no width, {counts}", counts=counts),
            counts,
        )
    width = _width_change(_width(budget.hidden), hidden[0])
    return f"{depth}: {width}, {counts}", f"{width}, {counts}", counts


def _width(hidden: tuple[int, ...]) -> str:
    low, high = min(hidden), max(hidden)
    return str(high) if low == high else _("{low} to {high}", low=low, high=high)


def _width_change(before: str, now: int) -> str:
    """Say also where the knob's range keeps the width from following any further."""
    knob = KNOBS["net.width"]
    if now == knob.low:
        return _("width {before} → {now} (the least)", before=before, now=now)
    if now == knob.high:
        return _("width {before} → {now} (the most)", before=before, now=now)
    return _("width {before} → {now}", before=before, now=now)


class BudgetLock:
    """The panel's lock on the number of parameters.

    The budget is the count at the moment of locking, not that of the last depth: so depth
    can be turned there and back without drifting. Whatever else changes the network, such
    as the width or another task, sets it again.
    """

    def __init__(self, store: Store, panel: ControlPanel) -> None:
        self._store, self._panel = store, panel
        self._budget: Budget | None = None
        self.is_on = False

    def set_on(self, on: bool) -> None:
        """Lock the number of parameters of this moment, or let it go."""
        self.is_on, self._budget = on, None
        self.follow(self._store.spec)

    def turn(self, depth: int) -> None:
        """Turn the depth, and the width with it."""
        self._store.turn("net.depth", self.turned(depth))

    def turned(self, depth: int) -> LabSpec:
        """Return the spec that the depth leads to, whether locked or not."""
        spec = self._store.spec
        if self._budget is None:  # not locked, or from a linear model: there is nothing to keep
            return specs.edit(spec, "net.depth", depth)
        return specs.edit(spec, "net.hidden", self._budget.hidden_at(depth))

    def follow(self, spec: LabSpec) -> None:
        """Take note of the spec that is shown now, and say the numbers."""
        if not self.is_on:
            self._panel.show_budget(())
            return
        # Something else than the depth was turned, so what is there now is what is kept.
        if self._budget is None or not self._budget.is_kept_by(spec):
            self._budget = budget_of(spec)
        self._panel.show_budget(wordings(self._budget, spec))
