"""What a claim is: a row of the ledger with its tolerance, a measurement and a judge.

A row splits in two, so that neither can know the answer: `measure` computes numbers from
scratch, `judge` compares them with what was printed and says the verdict in words that are
made of those numbers. Nothing is stored: every figure is computed when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from layerlab.core.cancel import CancelledError, not_cancelled
from layerlab.core.errors import LabError
from layerlab.core.experiment import (
    HOLDS,
    NOT_HERE,
    NOT_REPRODUCED,
    ONLY_IF,
    PENDING,
    WRONG,
    ClaimRow,
)
from layerlab.core.experiment import NOT_CHECKED as NOT_CHECKED
from layerlab.core.experiment import UNKNOWN as UNKNOWN
from layerlab.core.ledger import KINDS as KINDS
from layerlab.core.ledger import Verdict as Verdict
from layerlab.core.translation import _

# The five texts, and papers whose figures the lab can reproduce.
A = _('A, "Structural Reasoning About Deep Networks" (blog, 2026-02-15)')
B = _('B, "Chapter 6: Key Takeaways" (deep feedforward networks)')
C = _("C, a post on deep learning from the function-space perspective")
D = _('D, "Network Architecture Design", chapter 10, multi-layer perceptrons')
E = _('E, "Principles and Mechanisms" of modern deep architectures')

NO_FIGURE = _("no figure printed")  # of a source that states something and prints no number

T = TypeVar("T")


class NotComputableError(LabError):
    """A row that cannot be computed on this machine, with the reason in one sentence."""


def ignore(share: float) -> None:
    """Report to nobody how far it is."""


@dataclass(frozen=True)
class Context:
    """How a claim is computed.

    Attributes:
        is_cancelled: asked often; True ends the computation.
        progress: gets the share of the claim that is done, 0 to 1.
        share: of the full population, 0 to 1. The ledger takes all of it; tests take less.
    """

    is_cancelled: Callable[[], bool] = not_cancelled
    progress: Callable[[float], None] = ignore
    share: float = 1.0

    def sample_size(self, count: int, minimum: int = 8) -> int:
        """Return how many networks or draws to take, of so many in the whole ledger."""
        return min(count, max(minimum, round(count * self.share)))

    def step(self, done: int, of: int) -> None:
        """Report how far it is.

        Raises:
            CancelledError: it was asked to stop.
        """
        if self.is_cancelled():
            raise CancelledError
        self.progress(done / of)

    def part(self, k: int, of: int) -> Context:
        """Return the context of the k-th of so many equal parts; begins it.

        Raises:
            CancelledError: it was asked to stop.
        """
        self.step(k, of)
        return replace(self, progress=lambda share: self.progress((k + share) / of))


@dataclass(frozen=True)
class Judgement:
    """What a judge says.

    Attributes:
        kind: one of `KINDS`.
        measured: the figures, as a person reads them beside the published ones.
        why: one sentence made of measured numbers, without a full stop.
        condition: what goes on after `holds only if`.
    """

    kind: str
    measured: str
    why: str
    condition: str = ""

    @property
    def verdict(self) -> str:
        """The kind, with its condition if it has one."""
        return f"{self.kind} {self.condition}".strip()

    @classmethod
    def holds(cls, measured: str, why: str) -> Judgement:
        """Say that the claim is confirmed within its tolerance."""
        return cls(HOLDS, measured, why)

    @classmethod
    def holds_only_if(cls, condition: str, measured: str, why: str) -> Judgement:
        """Say under which condition, missing in the text, the claim is confirmed."""
        return cls(ONLY_IF, measured, why, condition)

    @classmethod
    def not_reproduced(cls, measured: str, why: str) -> Judgement:
        """Say that the recipe as it is given leads to other figures."""
        return cls(NOT_REPRODUCED, measured, why)

    @classmethod
    def wrong(cls, measured: str, why: str) -> Judgement:
        """Say that a formula, a count or a fact is false as it is printed."""
        return cls(WRONG, measured, why)

    @classmethod
    def not_checked(cls, why: str) -> Judgement:
        """Say what checking the claim would take that the lab does not have."""
        return cls(NOT_CHECKED, "", why)


@dataclass(frozen=True, eq=False)
class Claim(Generic[T]):
    """One row of the ledger, and what pages show of it.

    A page's row has statement, source, published figure and verdict from here, whatever it
    measures; the page gives the numbers that `judge` takes.

    Attributes:
        id: such as `D16`.
        source: the text or paper that makes the claim.
        statement: what it says, in our words.
        published: the figures that it prints, or `NO_FIGURE`.
        tolerance: when it is taken to hold; decided before anything was measured.
        page: key of the page of the gallery that is about it; None if no page is.
        measure: (context) -> numbers.
        judge: (numbers) -> finding.
        asks_torch: whether it asks PyTorch itself, without which it cannot be computed.
    """

    id: str
    source: str
    statement: str
    published: str
    tolerance: str
    page: str | None
    measure: Callable[[Context], T]
    judge: Callable[[T], Judgement]
    asks_torch: bool = False

    def row(self, numbers: T, *, measured: str = "", why: str = "", here: str = "") -> ClaimRow:
        """Return a page's row, with the verdict that `judge` finds of the page's numbers.

        Args:
            numbers: what `judge` takes.
            measured, why: the page's own words for them; those of the judge where empty.
            here: what the page looks at, where that is less than `measure` does, or other.
        """
        found = self.judge(numbers)
        return self._row(found.verdict, measured or found.measured, why or found.why, here)

    def at_once(self, *, measured: str = "", why: str = "") -> ClaimRow:
        """Return a page's row of what the ledger itself measures, within milliseconds.

        Args:
            measured, why: see `row`.
        """
        return self.row(self.measure(Context()), measured=measured, why=why)

    def pending(self, why: str) -> ClaimRow:
        """Return a page's row whose numbers are still being computed; `why`: by what."""
        return self._row(PENDING, "…", why)

    def unknown(self, why: str) -> ClaimRow:
        """Return a page's row that this machine cannot compute; `why`: what it lacks."""
        return self._row(UNKNOWN, "…", why)

    def not_here(self, why: str, measured: str = "…") -> ClaimRow:
        """Return a page's row where what the claim is about is not there.

        Args:
            why: what is there instead. measured: figures of that.
        """
        return self._row(NOT_HERE, measured, why)

    def _row(self, verdict: str, measured: str, why: str, here: str = "") -> ClaimRow:
        return ClaimRow(
            self.id, self.statement, self.published, measured, verdict, why, here, self.source
        )


def not_checked(
    name: str,
    source: str,
    statement: str,
    published: str,
    tolerance: str,
    *,
    page: str | None,
    why: str,
) -> Claim[None]:
    """Return a row that is in the ledger and is not measured.

    Args:
        name, source, statement, published, page: of the row.
        tolerance: when it would be taken to hold, were it measured.
        why: what it would take, such as data or scale; one sentence without a full stop.
    """
    return Claim(
        name,
        source,
        statement,
        published,
        tolerance,
        page,
        measure=lambda ctx: None,
        judge=lambda nothing: Judgement.not_checked(why),
    )
