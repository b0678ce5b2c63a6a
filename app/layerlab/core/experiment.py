"""Experiments: what a page of the gallery declares of itself, before anything is computed.

A page is a folder in `layerlab/experiments`: `experiment.py` makes the `Experiment`, `model.py`
computes (no Qt), `view.py` draws. The declaration is light: `model()` and `view()` import
the other two when they are asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Protocol, cast

from layerlab.core.knobs import Knob
from layerlab.core.registry import Entry
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _, marked, translated
from layerlab.core.values import Values

# Headings of the gallery, in the order in which they stand there.
SIGNAL = marked("Signal and gradient")
SHAPE = marked("Width and depth")
FUNCTION = marked("Expressivity")
LEARNING = marked("Learning and checking")
MECHANISM = marked("Mechanisms of modern networks")
GROUPS = (SIGNAL, SHAPE, FUNCTION, LEARNING, MECHANISM)

# A verdict begins with one of these.
HOLDS = marked("holds")
ONLY_IF = marked("holds only if")  # a condition follows
NOT_REPRODUCED = marked("does not reproduce")
WRONG = marked("wrong as printed")
VERDICTS = (HOLDS, ONLY_IF, NOT_REPRODUCED, WRONG)
PENDING = marked("being computed")  # in its place until the page's longer work gets there
UNKNOWN = marked("cannot be computed")  # in its place where this machine lacks something
# In its place where no person's machine would do: it takes data, weights or scale that the lab
# does not have. What it takes stands beside it.
NOT_CHECKED = marked("not checked here")
NOT_HERE = marked(
    "does not apply here"
)  # in its place where what the claim is about is not there


def shown_verdict(verdict: str) -> str:
    """Return a verdict in the person's language; it is kept and judged by in English."""
    if verdict.startswith(f"{ONLY_IF} "):
        return _("holds only if {condition}", condition=verdict.removeprefix(f"{ONLY_IF} "))
    return translated(verdict)


@dataclass(frozen=True)
class Try:
    """A thing to try: a button that turns knobs.

    Attributes:
        label: what the button says, a few words.
        help: what one then sees, one sentence.
        values: knob -> value; the other knobs go to where the page starts.
    """

    label: str
    help: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class ClaimRow:
    """A claim beside what the page computes at this moment; made by `claims.base.Claim`.

    Attributes:
        id: its row in the ledger, such as `D22`.
        statement: what the source says, in our words, one line or two.
        published: the figure it prints. measured: the page's own, short.
        verdict: begins with one of `VERDICTS`, or is `PENDING`, `UNKNOWN`, `NOT_CHECKED` or
            `NOT_HERE`.
        why: one sentence made of measured numbers.
        here: what the page looks at where that is less, or other, than what the ledger's row
            does, such as `16 seeds, where the ledger trains 256`. The verdict is then said to
            be that of here, and need not be the ledger's.
        source: the text or paper that makes the claim.
    """

    id: str
    statement: str
    published: str
    measured: str
    verdict: str
    why: str = ""
    here: str = ""
    source: str = ""

    @property
    def shown_verdict(self) -> str:
        """The verdict as it is shown."""
        verdict = shown_verdict(self.verdict)
        is_of_here = self.here and self.is_judged
        return _("here: {verdict}", verdict=verdict) if is_of_here else verdict

    @property
    def reason(self) -> str:
        """Why, and what was looked at."""
        looked = _("looks at {here}", here=self.here) if self.here and self.is_judged else ""
        return "; ".join(part for part in (self.why, looked) if part)

    @property
    def is_judged(self) -> bool:
        """Whether there is a verdict."""
        return self.verdict.startswith(VERDICTS)


class PageModel(Protocol):
    """What the lab asks of a page's `model.py`; all take the knobs by name.

    May also have `lab_spec(**values) -> LabSpec`, where the lab can show the same;
    `torch_code(**values)`, a program of PyTorch and NumPy that runs by itself; and
    `work(is_interrupted, **values)`, for what takes longer than a frame: a generator of
    `core.jobs.Step`s whose results are what `compute` returns, with more in it.
    """

    def compute(self, **values: Any) -> Any:
        """Return all that is drawn, frozen, within 50 ms."""

    def claims(self, result: Any) -> Sequence[ClaimRow]:
        """Return the claims that the page bears on, with what the result says of them."""

    def numpy_code(self, **values: Any) -> str:
        """Return a program of Python and NumPy alone that prints the page's figures."""


@dataclass(frozen=True, eq=False)
class Experiment(Entry):
    """One page of the gallery: `key`, `label` (a question), `help` (one sentence), `group`.

    Attributes:
        package: `__package__` of the descriptor, where `model` and `view` are too.
        order: place in its group.
        knobs: two to five; a knob's `path` is its name alone, an argument of `compute`.
        start: the value of every knob when the page opens.
        look_for: one paragraph that says what to look for.
        tries: two or three things to try.
        formula: LaTeX, one line each.
        claims: ids of the ledger's rows that the page bears on.
        in_lab: what "Open in the lab" opens, one sentence; empty where it is the same network.
    """

    package: str = field(kw_only=True)
    order: int = field(kw_only=True)
    knobs: tuple[Knob, ...] = field(kw_only=True)
    start: Mapping[str, object] = field(kw_only=True)
    look_for: str = field(kw_only=True)
    tries: tuple[Try, ...] = field(kw_only=True)
    formula: tuple[str, ...] = field(kw_only=True)
    claims: tuple[str, ...] = field(kw_only=True)
    in_lab: str = field(default="", kw_only=True)

    @property
    def title(self) -> str:
        """The question that the page answers."""
        return self.label

    def values(self, **given: object) -> Values:
        """Return the knobs as the page starts, but for those given.

        Raises:
            LabError: a knob that is not known, or a value outside its range.
        """
        return Values(self.knobs, {**self.start, **given})

    def model(self) -> PageModel:
        """Import what computes."""
        return cast(PageModel, importlib.import_module(f"{self.package}.model"))

    def view(self) -> ModuleType:
        """Import what draws: a class `View` and a function `thumbnail(result)`."""
        return importlib.import_module(f"{self.package}.view")

    def lab_spec(self, values: Values) -> LabSpec | None:
        """Return what the main lab shows of it, or None."""
        make: Callable[..., LabSpec] | None = getattr(self.model(), "lab_spec", None)
        return None if make is None else make(**values)

    def release(self) -> None:
        """Let go of what is large and made again in a moment; the page is not seen."""
        release: Callable[[], None] | None = getattr(self.model(), "release", None)
        if release is not None:
            release()


def found_in(package: ModuleType) -> Iterator[Experiment]:
    """Yield the experiments of the folders in a package, in the order of the gallery."""
    import pkgutil

    folders = [
        name for _, name, is_folder in pkgutil.iter_modules(package.__path__) if is_folder
    ]
    modules = [importlib.import_module(f"{package.__name__}.{n}.experiment") for n in folders]
    pages = [cast(Experiment, module.EXPERIMENT) for module in modules]
    yield from sorted(pages, key=lambda page: (GROUPS.index(page.group), page.order))
