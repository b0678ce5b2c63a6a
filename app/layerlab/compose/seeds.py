"""Seeds: which one is looked at alone, and below which loss one is a success."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layerlab.core import spec as specs
from layerlab.core.frames import Frame
from layerlab.core.spec import LabSpec
from layerlab.core.success import Ranking, ranking_of

if TYPE_CHECKING:
    from layerlab.compose.session import Session


class Seeds:
    """The session's view of single seeds. Nothing here trains anything anew."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def choose(self, seed: int) -> None:
        """Look at one seed (0-based) alone."""
        self._session.runner.set_seed(seed)
        self._session.window.look_at_one()

    def choose_best(self) -> None:
        """Look at the seed with the lowest training loss."""
        ranking = self._ranking(self._session.frame)
        if ranking is not None:
            self.choose(ranking.best)

    def choose_worst(self) -> None:
        """Look at the seed with the highest training loss."""
        ranking = self._ranking(self._session.frame)
        if ranking is not None:
            self.choose(ranking.worst)

    def _ranking(self, frame: Frame | None) -> Ranking | None:
        if frame is None or frame.loss is None:
            return None
        return ranking_of(frame.loss, self._session.window.loss.threshold)

    def set_threshold(self, threshold: float | None) -> None:
        """Count seeds below this loss as successes, for this task; None: its own."""
        session, task = self._session, self._session.store.spec.task.name
        chosen = {k: v for k, v in session.options.thresholds.items() if k != task}
        if threshold is not None:
            chosen[task] = threshold
        session.options = specs.replace(session.options, thresholds=chosen)
        session.window.loss.set_threshold(threshold)
        if session.frame is not None:
            self.show(session.frame)

    def follow(self, spec: LabSpec) -> None:
        """Take the threshold that was chosen for the spec's task."""
        chosen = self._session.options.thresholds.get(spec.task.name)
        self._session.window.loss.set_threshold(chosen)
        shown = min(self._session.runner.request.seed, spec.train.seeds - 1)
        self._session.window.topbar.set_seeds(spec.train.seeds, shown)

    def show(self, frame: Frame) -> None:
        """Show how the seeds of a frame did, and which one is drawn."""
        window = self._session.window
        window.show_readouts(frame)
        window.topbar.set_seeds(frame.spec.train.seeds, frame.seed)
        ranking = self._ranking(frame)
        if ranking is not None:
            window.topbar.set_ranking(ranking)
            window.diagram.show_ranking(ranking, frame.seed)
