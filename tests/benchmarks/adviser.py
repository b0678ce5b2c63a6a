"""How often the adviser is right, and what its cures do.

    python -m tests.benchmarks.adviser [--group tuning | "held out" | fresh] [--cures]
    python -m tests.benchmarks.adviser --kinds [--seed 2] [--each 5] [--healthy 30]

The first judges it on the committed specs (`adviser_specs`). It is right on a sick one where
the first finding, the one that the lab shows, has a cure that gains more than a healthy run
leaves, and on a healthy one where it says nothing. `--cures` applies every first cure: median
loss on the held-out points after it beside before, with the run's own seeds, and elsewhere:
with eight other seeds and, of a task that draws its points, with nine held-out points for each
that is trained on, neither of which the adviser has seen. It ends with exit code 1 where a
ratio is above `WORST`, or where it is right on fewer than `RIGHT` of the sick or the healthy
ones.

The second judges it on the cases of `adviser_cases`, which have one sickness each: seed 1 is
for tuning, seed 2, held out, is reported. A sickness is named where the first finding is of the
case's kind. It is cured where the median final loss is lower after that finding's cure, with
the same seeds and updates: the training loss, for overfitting the validation loss.
"""

from __future__ import annotations

import argparse
import collections
import statistics
import sys
from dataclasses import dataclass

from msgspec.structs import replace

from layerlab.core.advice import OVERFIT
from layerlab.core.spec import LabSpec
from layerlab.nets.adviser import advise
from layerlab.nets.tasks import TASKS
from layerlab.threads import one_thread_each
from tests.benchmarks.adviser_cases import HEALTHY, HELD_OUT, OF_EACH, Case, healthy, sick_of
from tests.benchmarks.adviser_cases import KINDS as CASES
from tests.benchmarks.adviser_cases import train as train_spec
from tests.benchmarks.adviser_specs import GROUPS, LITTLE, SCRAPS, SICK, Drawn, figures, read

NOTHING = "(nothing)"
WORST = 1.05  # of the median loss after a cure beside before
RIGHT = 0.9
MANY = 0.9  # share of the points that are held out elsewhere
OTHER_SEEDS = 5000  # added to the seed of the weights


@dataclass(frozen=True)
class Verdict:
    """What the adviser says of a spec first, and what its cure does.

    Attributes:
        kind: of the finding, or `NOTHING`. label: of its cure.
        own, after: median final loss on the held-out points without and with the cure.
        others: likewise, elsewhere; None where that was not asked for.
    """

    kind: str
    label: str
    own: float
    after: float
    others: tuple[float, float] | None = None

    def is_right(self, drawn: Drawn) -> bool:
        """Return whether it cures what is sick, and is says nothing of what is healthy."""
        if drawn.label != SICK:
            return self.kind == NOTHING
        if self.kind == NOTHING:
            return False
        if self.own > 1e29:  # it diverged
            return self.after < drawn.scale
        gained = self.own - self.after
        return gained > LITTLE * drawn.scale and self.after < (1 - SCRAPS) * self.own


def verdict(drawn: Drawn, is_thorough: bool = False) -> Verdict:
    """Return what the adviser says of a spec; `is_thorough`: and what it does elsewhere."""
    run = train_spec(drawn.spec, drawn.until)
    broken = None if run.error is None else run.error.update
    advised = advise(run.spec, run.state, run.history, broken, at_most=1)
    if not advised:
        return Verdict(NOTHING, "", drawn.own, drawn.own)
    cured = advised[0].cured(drawn.spec)
    own, after = figures([drawn.spec, cured])
    other = None
    if is_thorough:
        other = tuple(figures([_elsewhere(spec) for spec in (drawn.spec, cured)]))
    return Verdict(advised[0].kind, advised[0].label, own, after, other)


def _elsewhere(spec: LabSpec) -> LabSpec:
    task = spec.task
    if "samples" in TASKS[task.name].knobs:  # those that are trained on stay
        task = replace(task, validation=MANY)
    train = replace(spec.train, seed=spec.train.seed + OTHER_SEEDS)
    return replace(spec, task=task, train=train)


def judge(case: Case) -> tuple[str, float, float]:
    """Return what the adviser says of a case, and the median loss before and after its cure."""
    run = train_spec(case.spec)
    broken = None if run.error is None else run.error.update
    advised = advise(run.spec, run.state, run.history, broken, at_most=1)
    if not advised:
        return NOTHING, run.final(), run.final()
    kind = "validation" if case.kind == OVERFIT else "train"
    return advised[0].kind, run.final(kind), train_spec(advised[0].cured(case.spec)).final(kind)


def judge_specs(group: str, is_thorough: bool) -> int:
    """Print what is said of each committed spec; return 1 where an aim is missed."""
    right: collections.Counter[str] = collections.Counter()
    ratios: list[float] = []
    others: list[float] = []
    specs = read(group)
    print(f"{'label':<8} {'family':<12} {'advised':<24} {'before':>9} {'after':>9}  cure")
    for drawn in specs:
        said = verdict(drawn, is_thorough)
        is_right = said.is_right(drawn)
        right[drawn.label] += is_right
        line = f"{drawn.label:<8} {drawn.family:<12} {said.kind:<24} {said.own:9.3g} "
        line += f"{said.after:9.3g}  {said.label}"
        if said.kind != NOTHING:
            ratios.append(_ratio(said.own, said.after))
        if said.others is not None:
            others.append(_ratio(*said.others))
            line += f"  ({ratios[-1]:.2f}, elsewhere {others[-1]:.2f})"
        print(line if is_right else f"{line}  <- wrong, {drawn.change}", flush=True)
    print()
    is_good = all(ratio <= WORST for ratio in ratios + others)
    for label in sorted(right):
        of = sum(one.label == label for one in specs)
        is_good &= right[label] >= RIGHT * of
        print(f"right on {right[label]} of {of} {label}")
    for name, found in (("with the same seeds", ratios), ("elsewhere", others)):
        if found:
            worse = sum(ratio > WORST for ratio in found)
            print(
                f"{len(found)} cures {name}: loss after beside before "
                f"{statistics.median(found):.2f} (median), {max(found):.2f} (worst), "
                f"{worse} above {WORST}"
            )
    return int(not is_good)


def _ratio(own: float, after: float) -> float:
    if own == float("inf"):
        return 0.0 if after < own else 1.0
    return after / own if own else float(after > 0)


def judge_kinds(seed: int, each: int, most: int) -> None:
    """Print every case of one sickness, the table of what was said, and the counts."""
    table: collections.Counter[tuple[str, str]] = collections.Counter()
    cured = 0
    print(f"{'case':<14} {'advised':<24} {'before':>9} {'after':>9}   spec")
    for kind in CASES:
        for case in sick_of(kind, seed, each):
            advised, before, after = judge(case)
            table[kind, advised] += 1
            cured += after < before
            net, training = case.spec.net, case.spec.train
            print(
                f"{kind:<14} {advised:<24} {before:9.3g} {after:9.3g}   {case.spec.task.name} "
                f"{len(net.hidden)} x {max(net.hidden)} {net.activation} {net.init}, "
                f"{training.optimizer} {training.rate:g}",
                flush=True,
            )
    cases = healthy(seed, most)
    for case in cases:
        advised, *_ = judge(case)
        table["healthy", advised] += 1
        if advised != NOTHING:
            print(f"{'healthy':<14} {advised:<24} {case.spec.task.name} {case.spec.net}")
    print()
    for (kind, advised), count in sorted(table.items()):
        print(f"{kind:<14} {advised:<24} {count}")
    total = each * len(CASES)
    named = sum(table[kind, kind] for kind in CASES)
    print(
        f"\nnamed {named} of {total}, cured {cured} of {total}, quiet on "
        f"{table['healthy', NOTHING]} of {len(cases)} healthy"
    )


def main() -> int:
    """Judge the adviser; return 1 where an aim is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--group", default="tuning", choices=GROUPS)
    parser.add_argument("--cures", action="store_true")
    parser.add_argument("--kinds", action="store_true")
    parser.add_argument("--seed", type=int, default=HELD_OUT)
    parser.add_argument("--each", type=int, default=OF_EACH)
    parser.add_argument("--healthy", type=int, default=HEALTHY)
    options = parser.parse_args()
    one_thread_each()
    if options.kinds:
        judge_kinds(options.seed, options.each, options.healthy)
        return 0
    return judge_specs(options.group, options.cures)


if __name__ == "__main__":
    sys.exit(main())
