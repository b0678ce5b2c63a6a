"""The ledger's page: which rows are asked for, and what the background finds of them.

Each row is a job of its own, so that one which is asked for alone goes before the others
without any of them being lost. The rows go on while the lab or the gallery is shown; like
all jobs they rest at once whenever the trainer trains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from layerlab.claims import Claim, Verdict, claims, ledger_job
from layerlab.compose.serving import COMPILED, quiet_engine
from layerlab.core.experiment import LEARNING
from layerlab.core.jobs import Ask, Job, Step, steps_of
from layerlab.core.ledger import FORMS, Entry
from layerlab.core.libraries import sentence_of
from layerlab.core.picture import picture_of
from layerlab.core.translation import _, ngettext
from layerlab.experiments import EXPERIMENTS
from layerlab.nets.engines import available
from layerlab.runtime.background import Background
from layerlab.ui.ledger.page import LedgerPage
from layerlab.ui.style import apply_theme
from layerlab.ui.window import LabWindow

KEY = "claim"  # of the jobs, with the row's id
READY = (KEY, "")  # the job that has the kernels made ready before the first row
FIRST, AT_ONCE = 1, 2  # priorities: asked for alone, kernels; the others follow below
PAPERS = _("Papers")
LACKS = _("it asks PyTorch itself, which is not installed")


def entry_of(claim: Claim[Any], lacks: str = "") -> Entry:
    """Return a row as it is shown before anything is computed; advice is about learning.

    Args:
        claim: the row. lacks: why this machine cannot compute it.
    """
    page = None if claim.page is None else EXPERIMENTS[claim.page]
    shown = page if page is not None and claim.id in page.claims else None
    is_text = claim.source.startswith(claim.id[0])  # of the five; papers have a source each
    return Entry(
        claim.id,
        claim.source,
        claim.statement,
        claim.published,
        claim.tolerance,
        group=claim.source if is_text else PAPERS,
        theme=LEARNING if page is None else page.group,
        page=None if shown is None else shown.key,
        question="" if shown is None else shown.title,
        lacks=lacks,
    )


def prepare(is_interrupted: Ask) -> Iterator[Step | None]:
    """Have the kernels ready that the rows train with; nobody waits for a compiler."""
    for dtype in ("float32", "float64"):
        yield from quiet_engine(COMPILED, dtype, is_interrupted)


class Ledger(QObject):
    """The window's ledger.

    Attributes:
        page: its widget.

    Signals:
        page_wanted(key): a page of the gallery is to be opened.
    """

    page_wanted = Signal(str)

    def __init__(
        self,
        window: LabWindow,
        background: Background,
        show_message: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        """Build the page; nothing is computed until somebody asks.

        Args:
            window: has the theme, and the rail that shows how far it is.
            background: computes the rows.
            show_message: shows a sentence at the foot of the window.
            parent: with which it is deleted; the page goes with the window.
        """
        super().__init__(parent)
        self._rail, self._background, self._show_message = window.rail, background, show_message
        self._claims = {claim.id: claim for claim in claims()}
        missing = available()["torch"]
        self.page = LedgerPage(
            [
                entry_of(claim, LACKS if missing and claim.asks_torch else "")
                for claim in self._claims.values()
            ],
            {page.key: (page, picture_of(page.key)) for page in EXPERIMENTS},
            window.theme,
        )
        apply_theme(self.page, window.theme)
        self._batch: list[str] = []  # all that was asked for since nothing was left
        self._now = ""  # the row under way
        self._connect()
        self._show_lacks(missing)

    def _connect(self) -> None:
        page, background = self.page, self._background
        page.check_wanted.connect(self.check)
        page.stop_pressed.connect(self.stop)
        page.copy_wanted.connect(self.copy)
        page.page_wanted.connect(lambda name: self.page_wanted.emit(self._entry(name).page))
        background.stepped.connect(self._on_stepped)
        background.failed.connect(self._on_failed)

    def _entry(self, name: str) -> Entry:
        return self.page.rows.entry(name)

    @property
    def waiting(self) -> list[str]:
        """The rows that were asked for and are not done."""
        return [name for name in self._batch if self._entry(name).waits]

    # ---- what a person does
    def check(self, names: Sequence[str]) -> None:
        """Compute rows; one that is asked for alone goes before all others."""
        if not self.waiting:
            self._batch.clear()
        names = [name for name in names if not self._entry(name).waits]
        if not names:
            return
        background = self._background
        # A job of its own, so that no row waits for a compiler in the midst of being measured.
        background.submit(Job(READY, prepare, AT_ONCE))
        for name in names:
            if name in self._batch:
                self._batch.remove(name)
            self._batch.append(name)
            self.page.put(self._entry(name).asked())
        self._show_work()
        places = {name: k for k, name in enumerate(self._claims)}
        for name in names:
            # In the ledger's order, whatever order they were asked for in.
            priority = FIRST if len(names) == 1 else -places[name]
            background.submit(ledger_job([self._claims[name]], (KEY, name), priority))

    def stop(self) -> None:
        """Call off what is not done; what was measured stays."""
        background = self._background
        background.cancel(READY)
        for name in self.waiting:
            background.cancel((KEY, name))
            self.page.put(self._entry(name).called_off())
        self._show_work()

    def copy(self, form: str) -> None:
        """Put what is measured of the shown rows on the clipboard."""
        found = [entry.verdict for entry in self.page.rows.shown() if entry.verdict]
        if not found:
            self._show_message(_("None of the claims shown has been measured yet."))
            return
        QGuiApplication.clipboard().setText(FORMS[form](found))
        self._show_message(
            ngettext(
                "Copied the results of {count} claim as {form}.",
                "Copied the results of {count} claims as {form}.",
                len(found),
                form=form,
            )
        )

    def finish(self, names: Iterable[str]) -> None:
        """Compute rows here and now, for a picture."""
        for name in names:
            for step in steps_of(ledger_job([self._claims[name]])):
                self._take(name, step.result)

    # ---- what the background says
    def _on_stepped(self, job: Job, step: Step) -> None:
        name = self._name_of(job)
        if not name:
            return
        if step.result is None:
            self._now = name
            self.page.put(self._entry(name).under_way(step.done / step.total))
        else:
            self._take(name, step.result)
        self._show_work()

    def _on_failed(self, job: Job, error: Exception) -> None:
        """Say in the row what broke; the banner has the details."""
        name = self._name_of(job)
        if name:
            what = sentence_of(error)
            self.page.put(
                self._entry(name).broken(_("its computation failed: {what}", what=what))
            )
            self._show_work()

    def _name_of(self, job: Job) -> str:
        """Return the row that a job is of; empty if it is of none, or called off."""
        if not (isinstance(job.key, tuple) and job.key[0] == KEY and job.key != READY):
            return ""
        name = str(job.key[1])
        return name if self._entry(name).waits else ""

    def _take(self, name: str, verdict: Verdict | None) -> None:
        if verdict is not None:
            self.page.put(self._entry(name).judged(verdict))

    # ---- showing
    def _show_work(self) -> None:
        waiting = self.waiting
        if not waiting:
            self._now = ""
            self.page.show_work("", None)
            self._rail.show_share("claims", None)
            return
        entry = self._entry(self._now) if self._now in waiting else None
        done = len(self._batch) - len(waiting)
        share = (done + ((entry.share or 0.0) if entry else 0.0)) / len(self._batch)
        what = entry.id if entry else _("preparing the engine")
        if len(self._batch) > 1:
            what = _(
                "{what}, {done} of {total} done", what=what, done=done, total=len(self._batch)
            )
        self.page.show_work(what, share)
        self._rail.show_share("claims", share)

    def _show_lacks(self, missing: str) -> None:
        names = [entry.id for entry in self.page.rows.entries if entry.lacks]
        if names:
            listed = _("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])
            self.page.tally.show_note(
                _(
                    "{listed} ask PyTorch itself and cannot be computed here: {missing}.",
                    listed=listed,
                    missing=missing,
                )
            )
