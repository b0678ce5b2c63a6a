"""Train without a window and report the losses."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from layerlab.commands.common import add_lab_arguments, chosen_spec, json_line
from layerlab.commands.data import sentences
from layerlab.core.errors import NotFiniteError
from layerlab.core.outlet import Outlet
from layerlab.core.translation import _

if TYPE_CHECKING:
    from layerlab.core.spec import TaskSpec


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_lab_arguments(parser)
    run = parser.add_argument_group("how")
    run.add_argument(
        "--engine", metavar="NAME", help=_("compiled (the default), numpy or torch")
    )
    length = run.add_mutually_exclusive_group()
    length.add_argument("--updates", type=int, metavar="N", help=_("steps of the optimizer"))
    length.add_argument(
        "--epochs", type=int, metavar="N", help=_("passes over the training set")
    )
    run.add_argument("--seeds", type=int, metavar="S", help=_("networks trained at once"))
    out = _("keep the trained lab, for the window; a pipe or a device is written into")
    run.add_argument("--out", metavar="FILE", help=out)
    run.add_argument("--json", action="store_true", help=_("reports as JSON, one a line"))


def run(args: argparse.Namespace) -> int:
    """Train as the arguments say; return the exit code."""
    for knob in ("updates", "epochs", "seeds"):
        if getattr(args, knob) is not None:
            args.set.append(f"train.{knob}={getattr(args, knob)}")
    if args.out is None:
        return _train(args, None)
    with Outlet(args.out) as outlet:
        return _train(args, outlet)


def _train(args: argparse.Namespace, outlet: Outlet | None) -> int:
    from layerlab.commands.training import ReportedRun  # with it comes numpy

    spec = chosen_spec(args)
    show_reading(spec.task, args.json)
    training = ReportedRun(spec, args.engine or _default(spec.train.dtype), args.json)
    try:
        state = training.run(None if outlet is None else outlet.check)
    except NotFiniteError as error:
        if args.json:
            print(json_line(training.broken(error)))
        raise
    print(json_line(training.final(state)) if args.json else training.summary(state))
    if outlet is not None:
        from layerlab.runtime.labfile import save

        if args.csv is not None:
            from layerlab.runtime.opened import remember

            remember(args.csv)  # the lab, wherever it is put, need not ask for it
        history = training.history.to_arrays()
        from layerlab.nets.problem import load_data

        task = training.spec.task
        names = load_data(task).feature_names if task.path else ()
        save(args.out, training.spec, state, history, outlet.write, names)
    return 0


def show_reading(task: TaskSpec, as_json: bool) -> None:
    """Print what was read in the table of a task, if it has one."""
    from layerlab.nets.tasks.csv import held_out_of, read_as_json, table_of

    table = table_of(task)
    if table is None or table.reading is None:
        return
    parts = held_out_of(table, task)
    lines = [json_line({"read": read_as_json(table, parts)})]
    if not as_json:
        lines = sentences(table.reading, parts)
    print("\n".join(lines), flush=True)


def _default(dtype: str) -> str:
    """Return the engine that trains where none was asked for; says why it is not the first."""
    from layerlab.nets.engines import default_engine
    from layerlab.nets.engines.ready import instead

    name, why = default_engine(dtype)
    if why:
        print(f"layerlab: {instead(why)}", file=sys.stderr)
    return name
