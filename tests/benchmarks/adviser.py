"""How often the adviser names a sickness, cures it, and finds none.

    python -m tests.benchmarks.adviser [--seed 2] [--each 5] [--healthy 30]

The cases are those of `adviser_cases`: seed 1 is for tuning, seed 2, held out, is reported. A
sickness is named where the first finding, the one that the lab shows, is of the case's kind.
It is cured where the median final loss is lower after that finding's cure, with the same
seeds and updates: the training loss, for overfitting the validation loss.
"""

from __future__ import annotations

import argparse
import collections

from layerlab.core.advice import KINDS, OVERFIT
from layerlab.nets.adviser import advise
from layerlab.threads import one_thread_each
from tests.benchmarks.adviser_cases import HEALTHY, HELD_OUT, OF_EACH, Case, healthy, sick_of
from tests.benchmarks.adviser_cases import train as train_spec

NOTHING = "(nothing)"


def judge(case: Case) -> tuple[str, float, float]:
    """Return what the adviser says of a case, and the median loss before and after its cure."""
    run = train_spec(case.spec)
    broken = None if run.error is None else run.error.update
    advised = advise(run.spec, run.state, run.history, broken)
    if not advised:
        return NOTHING, run.final(), run.final()
    kind = "validation" if case.kind == OVERFIT else "train"
    return advised[0].kind, run.final(kind), train_spec(advised[0].cured(case.spec)).final(kind)


def main() -> None:
    """Print every case, the table of what was said, and the counts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=HELD_OUT)
    parser.add_argument("--each", type=int, default=OF_EACH)
    parser.add_argument("--healthy", type=int, default=HEALTHY)
    options = parser.parse_args()
    one_thread_each()
    table: collections.Counter[tuple[str, str]] = collections.Counter()
    cured = 0
    print(f"{'case':<14} {'advised':<14} {'before':>9} {'after':>9}   spec")
    for kind in KINDS:
        for case in sick_of(kind, options.seed, options.each):
            advised, before, after = judge(case)
            table[kind, advised] += 1
            cured += after < before
            net, training = case.spec.net, case.spec.train
            print(
                f"{kind:<14} {advised:<14} {before:9.3g} {after:9.3g}   {case.spec.task.name} "
                f"{len(net.hidden)} x {max(net.hidden)} {net.activation} {net.init}, "
                f"{training.optimizer} {training.rate:g}",
                flush=True,
            )
    cases = healthy(options.seed, options.healthy)
    for case in cases:
        advised, *_ = judge(case)
        table["healthy", advised] += 1
        if advised != NOTHING:
            print(f"{'healthy':<14} {advised:<14} {case.spec.task.name} {case.spec.net}")
    columns = (*KINDS, NOTHING)
    print(f"\n{'':<14}" + "".join(f"{name:>15}" for name in columns))
    for row in (*KINDS, "healthy"):
        print(f"{row:<14}" + "".join(f"{table[row, name]:>15}" for name in columns))
    total = options.each * len(KINDS)
    named = sum(table[kind, kind] for kind in KINDS)
    print(
        f"\nnamed {named} of {total}, cured {cured} of {total}, quiet on "
        f"{table['healthy', NOTHING]} of {len(cases)} healthy"
    )


if __name__ == "__main__":
    main()
