"""Print the default spec or a task's own, or check a file."""

from __future__ import annotations

import argparse

from layerlab.commands.common import add_path_argument, path_option
from layerlab.core.errors import LabError
from layerlab.core.numbers import grouped
from layerlab.core.spec import LabSpec, to_json
from layerlab.core.translation import _, ngettext


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--default", action="store_true", help=_("print the default spec"))
    what.add_argument("--task", metavar="NAME", help=_("print the spec that suits a task"))
    what.add_argument("--check", metavar="FILE", help=_("check a spec or a saved lab"))
    add_path_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Print or check; return the exit code."""
    if args.check is not None:
        with path_option():
            print(described(args.check, args.allow_path))
        return 0
    spec = LabSpec()
    if args.task is not None:
        from layerlab.nets.tasks import TASKS

        if args.task == "csv":
            raise LabError(_("the task csv needs its file; see `layerlab train --help`"))
        spec = TASKS[args.task].recommended()
    print(to_json(spec), end="")
    return 0


def described(path: str, any_path: bool = False) -> str:
    """Return one sentence on a file that is fine; raises LabError for one that is not."""
    from layerlab.nets.optimizers import slots_of
    from layerlab.nets.problem import check, layout_of
    from layerlab.nets.tasks.csv import inputs_of
    from layerlab.runtime.labfile import load

    try:
        saved = load(path, layout_of, slots_of, any_path, inputs_of)
        spec = saved.spec
        check(spec)
    except LabError as error:
        text = str(error)
        raise error if path in text else LabError(f"{path}: {text}") from None
    kind = _("a spec")
    if saved.state is not None:
        kind = ngettext(
            "a lab, trained for {count} update",
            "a lab, trained for {count} updates",
            saved.state.update,
        )
    return ngettext(
        "{path} is {kind}: {task}, hidden {hidden}, {activation}, {init}, "
        "{parameters} parameters, {count} seed",
        "{path} is {kind}: {task}, hidden {hidden}, {activation}, {init}, "
        "{parameters} parameters, {count} seeds",
        spec.train.seeds,
        path=path,
        kind=kind,
        task=spec.task.name,
        hidden=list(spec.net.hidden),
        activation=spec.net.activation,
        init=spec.net.init,
        parameters=grouped(layout_of(spec).parameters),
    )
