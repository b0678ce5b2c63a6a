"""Seeds: which one is looked at alone, and below which loss one is a success."""

from __future__ import annotations

from collections.abc import Callable

from layerlab.compose.options_store import OptionsStore
from layerlab.core.frames import Frame
from layerlab.core.spec import LabSpec
from layerlab.core.success import Ranking, ranking_of
from layerlab.runtime.runner import Runner
from layerlab.runtime.store import Store
from layerlab.ui.window import LabWindow


class Seeds:
    """The window's view of single seeds. Nothing here retrains anything."""

    def __init__(
        self,
        window: LabWindow,
        store: Store,
        runner: Runner,
        options_store: OptionsStore,
        newest: Callable[[], Frame | None],
    ) -> None:
        """Prepare.

        Args:
            window: shows them. store: has the task. runner: is asked for another seed.
            options_store: has the thresholds. newest: gives the frame that is drawn.
        """
        self._window, self._store, self._runner = window, store, runner
        self._options_store, self._newest = options_store, newest

    def choose(self, seed: int) -> None:
        """Look at one seed (0-based) alone."""
        self._runner.set_seed(seed)
        self._window.look_at_one()

    def choose_best(self) -> None:
        """Look at the seed with the lowest training loss."""
        ranking = self._ranking(self._newest())
        if ranking is not None:
            self.choose(ranking.best)

    def choose_worst(self) -> None:
        """Look at the seed with the highest training loss."""
        ranking = self._ranking(self._newest())
        if ranking is not None:
            self.choose(ranking.worst)

    def _ranking(self, frame: Frame | None) -> Ranking | None:
        if frame is None or frame.loss is None:
            return None
        return ranking_of(frame.loss, self._window.loss.threshold)

    def set_threshold(self, threshold: float | None) -> None:
        """Count seeds below this loss as successes, for this task; None: its own."""
        task, known = self._store.spec.task.name, self._options_store.options.thresholds
        chosen = {k: v for k, v in known.items() if k != task}
        if threshold is not None:
            chosen[task] = threshold
        self._options_store.change(thresholds=chosen)
        self._window.loss.set_threshold(threshold)
        frame = self._newest()
        if frame is not None:
            self.show(frame)

    def follow(self, spec: LabSpec) -> None:
        """Take the threshold that was chosen for the spec's task."""
        chosen = self._options_store.options.thresholds.get(spec.task.name)
        self._window.loss.set_threshold(chosen)
        shown = min(self._runner.request.seed, spec.train.seeds - 1)
        self._window.topbar.set_seeds(spec.train.seeds, shown)

    def show(self, frame: Frame) -> None:
        """Show how the seeds of a frame did, and which one is drawn."""
        window = self._window
        window.show_readouts(frame)
        window.topbar.set_seeds(frame.spec.train.seeds, frame.seed)
        ranking = self._ranking(frame)
        if ranking is not None:
            window.topbar.set_ranking(ranking)
            window.diagram.show_ranking(ranking, frame.seed)
