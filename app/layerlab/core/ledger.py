"""The ledger as it is shown: what is claimed, how far each row is, and what can be copied.

The rows themselves, with what they measure and how they are judged, are in `layerlab.claims`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from layerlab.core.experiment import NOT_CHECKED as NOT_CHECKED
from layerlab.core.experiment import UNKNOWN as UNKNOWN
from layerlab.core.experiment import VERDICTS, shown_verdict
from layerlab.core.translation import marked, translated

KINDS = (*VERDICTS, NOT_CHECKED, UNKNOWN)  # what a verdict of the ledger begins with
UNCHECKED = marked("not yet checked")  # in its place until somebody asks


@dataclass(frozen=True)
class Verdict:
    """A claim that was computed.

    Attributes:
        id, source, statement, published, tolerance: of the claim.
        kind: one of `KINDS`.
        verdict: the same with its condition, if it has one.
        measured: the figures; empty if it is not checked here or cannot be computed.
        why: one sentence.
        experiment: key of the page that is about it; None if there is none.
        seconds: how long it took.
    """

    id: str
    source: str
    statement: str
    published: str
    tolerance: str
    kind: str
    verdict: str
    measured: str
    why: str
    experiment: str | None
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return what the command line prints of it."""
        return {
            "id": self.id,
            "published": self.published,
            "measured": self.measured or None,
            "verdict": self.verdict,
            "why": self.why,
            "experiment": self.experiment,
        }


@dataclass(frozen=True)
class Entry:
    """A row as it stands now.

    Attributes:
        id, source, statement, published, tolerance: of the claim.
        group: heading under which it stands.
        theme: one of `core.experiment.GROUPS`.
        page, question: key and title of the page that shows it; None and "" without one.
        lacks: why this machine cannot compute it, known beforehand; empty if it can.
        verdict: what was found; None before.
        waits: whether it was asked for and is not done.
        share: of it that is done, 0 to 1, while it is under way.
    """

    id: str
    source: str
    statement: str
    published: str
    tolerance: str
    group: str
    theme: str
    page: str | None = None
    question: str = ""
    lacks: str = ""
    verdict: Verdict | None = None
    waits: bool = False
    share: float | None = None

    @property
    def kind(self) -> str:
        """One of `KINDS`, or `UNCHECKED`."""
        return UNCHECKED if self.verdict is None else self.verdict.kind

    def matches(self, words: Iterable[str]) -> bool:
        """Return whether every word, in small letters, is in the row as it is shown."""
        found = self.verdict
        cells: tuple[str, ...] = (translated(UNCHECKED),)
        if found is not None:
            cells = (shown_verdict(found.verdict), found.measured, found.why)
        text = " ".join(
            (
                self.id,
                self.source,
                self.statement,
                self.published,
                translated(self.theme),
                self.page or "",
                self.question,
                *cells,
            )
        ).lower()
        return all(word in text for word in words)

    def asked(self) -> Entry:
        """Return the row as it waits for its turn; what was found before is forgotten."""
        return replace(self, verdict=None, waits=True, share=None)

    def under_way(self, share: float) -> Entry:
        """Return the row while so much of it is done."""
        return replace(self, share=share)

    def called_off(self) -> Entry:
        """Return the row, asked for no more."""
        return replace(self, waits=False, share=None)

    def judged(self, verdict: Verdict) -> Entry:
        """Return the row with what was found."""
        return replace(self, verdict=verdict, waits=False, share=None)

    def broken(self, why: str) -> Entry:
        """Return the row whose computation broke, with the reason in one sentence."""
        return self.judged(
            Verdict(
                self.id,
                self.source,
                self.statement,
                self.published,
                self.tolerance,
                UNKNOWN,
                UNKNOWN,
                "",
                why,
                self.page,
                0.0,
            )
        )


_MARKDOWN = ("id", "claim", "published", "measured", "verdict", "why")
_CSV = ("id", "source", "claim", "published", "measured", "verdict", "why", "tolerance", "page")


def _fields(found: Verdict) -> dict[str, str]:
    return {
        "id": found.id,
        "source": found.source,
        "claim": found.statement,
        "published": found.published,
        "measured": found.measured,
        "verdict": found.verdict,
        "why": found.why,
        "tolerance": found.tolerance,
        "page": found.experiment or "",
    }


def as_markdown(verdicts: Iterable[Verdict]) -> str:
    """Return verdicts as a table in Markdown."""
    lines = [_MARKDOWN, ("---",) * len(_MARKDOWN)]
    for found in verdicts:
        fields = _fields(found)
        lines.append(tuple(fields[name].replace("|", "\\|") for name in _MARKDOWN))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def as_csv(verdicts: Iterable[Verdict]) -> str:
    """Return verdicts as comma separated text with a header line."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _CSV, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_fields(found) for found in verdicts)
    return text.getvalue()


def as_json(verdicts: Iterable[Verdict]) -> str:
    """Return verdicts as a list of what `layerlab claims --json` prints of each."""
    found = [verdict.as_json() for verdict in verdicts]
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


# How a ledger is copied: the name of a form -> how verdicts are written in it.
FORMS = {"Markdown": as_markdown, "CSV": as_csv, "JSON": as_json}
