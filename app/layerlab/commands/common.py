"""What the commands share: how a lab is chosen, how results are printed."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn

from layerlab.core.errors import LabError, quoted
from layerlab.core.translation import _

if TYPE_CHECKING:  # `doctor` works where a library is missing, so nothing here imports one
    from layerlab.core.spec import LabSpec, TaskSpec
    from layerlab.nets.tables import Choices


class Parser(argparse.ArgumentParser):
    """An argument parser whose refusals are one sentence, like all others."""

    def error(self, message: str) -> NoReturn:
        """Refuse the command line; raises LabError."""
        raise LabError(_("{message}; see `{prog} --help`", message=message, prog=self.prog))


def add_lab_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that choose and change a lab."""
    lab = parser.add_argument_group(_("which lab"))
    lab.add_argument("--spec", metavar="FILE", help=_("a spec in JSON, or a saved lab"))
    add_path_argument(lab)
    data = lab.add_mutually_exclusive_group()
    data.add_argument("--task", metavar="NAME", help=_("a task with the spec that suits it"))
    data.add_argument(
        "--csv",
        metavar="FILE",
        help=_("any table as the task: CSV, another text file or a spreadsheet"),
    )
    add_table_arguments(parser)
    lab.add_argument(
        "--set",
        metavar="KNOB=VALUE",
        action="append",
        default=[],
        help=_("turn any knob, such as net.width=16 or net.activation=tanh; may be repeated"),
    )


def add_table_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that decide what is read in a table."""
    table = parser.add_argument_group(_("how a table is read"))
    table.add_argument("--target", metavar="COLUMN", help=_("column to predict"))
    table.add_argument("--problem", metavar="KIND", help=_("regression or classification"))
    table.add_argument(
        "--column",
        metavar="NAME=KIND",
        action="append",
        help=_(
            "read a column as number, date, time, category, boolean, label or text; may be "
            "repeated"
        ),
    )
    table.add_argument(
        "--leave-out",
        metavar="NAME",
        action="append",
        help=_("a column not to learn from; may be repeated"),
    )
    table.add_argument(
        "--gaps",
        metavar="WAY",
        help=_(
            "leave out rows with missing cells (rows) or columns with them (columns), or fill "
            "the cells (fill)"
        ),
    )
    table.add_argument(
        "--header",
        metavar="YES|NO",
        help=_("whether the first row has the names of the columns; else it is looked at"),
    )
    table.add_argument(
        "--sheet",
        metavar="NAME",
        help=_("sheet of a spreadsheet; the first one that holds a table if not given"),
    )
    table.add_argument(
        "--split",
        metavar="WAY",
        help=_(
            "rows for validation: random, stratified (from each class in proportion), last "
            "(the last ones, as time series ask for) or column"
        ),
    )
    table.add_argument(
        "--split-column",
        metavar="NAME",
        help=_("the column that says which rows are for validation; not learned from"),
    )
    table.add_argument(
        "--validation", metavar="SHARE", help=_("share of the rows for validation, 0 to 0.9")
    )


SPLIT_ARGUMENTS = ("split", "validation")  # for any table, those of data sets too
TABLE_ARGUMENTS = (  # those that need a file
    *("target", "problem", "column", "leave_out", "gaps", "header", "split_column"),
    "sheet",
)


def table_choices(args: argparse.Namespace) -> Choices:
    """Return what the arguments decide about a table.

    Raises:
        LabError: one sentence: a kind, a problem or a way with gaps is not known.
    """
    from layerlab.core.declared import KNOBS
    from layerlab.nets.tables import Choices

    kinds = []
    for text in args.column or ():
        name, sign, kind = text.rpartition("=")
        if not sign:
            raise LabError(
                _("--column {text}: write it as NAME=KIND, such as zip=label", text=text)
            )
        kinds.append((name, kind))
    KNOBS["task.kinds"].check(tuple(kinds), "--column")
    for option in ("problem", "gaps", "header"):
        value = getattr(args, option)
        if value is not None:
            KNOBS[f"task.{option}"].check(value, f"--{option}")
    return Choices(
        target=args.target,
        problem=args.problem or "auto",
        kinds=tuple(kinds),
        leave_out=tuple(args.leave_out or ()),
        gaps=None if args.gaps == "auto" else args.gaps,
        header={"yes": True, "no": False}.get(args.header),
        split_column=args.split_column,
        sheet=args.sheet,
    )


def split_choices(args: argparse.Namespace, path: str) -> TaskSpec:
    """Return a table's task with what the arguments decide about its validation split.

    Raises:
        LabError: one sentence: a way or a share is not known, or they do not go together.
    """
    from layerlab.core.spec import LabSpec, TaskSpec

    return _turned(LabSpec(task=TaskSpec(name="csv", path=path)), _split_edits(args)).task


def _split_edits(args: argparse.Namespace) -> list[str]:
    """Return what the arguments decide about the validation split, as `--set` has it."""
    if args.split_column is not None and args.split not in (None, "column"):
        raise LabError(
            _(
                "--split {way} and --split-column exclude each other; the column goes with "
                "--split column",
                way=args.split,
            )
        )
    if args.split == "column" and args.split_column is None:
        raise LabError(_("--split column: name the column with --split-column NAME"))
    edits = []
    if args.split_column is not None:
        edits = ["task.split=column", f"task.split_column={args.split_column}"]
    elif args.split is not None:
        edits = [f"task.split={args.split}"]
    if args.validation is not None:
        edits.append(f"task.validation={args.validation}")
    return edits


def add_path_argument(parser: argparse._ActionsContainer) -> None:
    """Declare the option that lets a lab's table be anywhere."""
    parser.add_argument(
        "--allow-path",
        action="store_true",
        help=_(
            "read the table that a lab names wherever it is; else only beside the lab, and "
            "where a table was opened before"
        ),
    )


@contextlib.contextmanager
def path_option() -> Iterator[None]:
    """Name the option where a lab's table is not read without it."""
    from layerlab.runtime.opened import UnknownTableError

    try:
        yield
    except UnknownTableError as error:
        raise LabError(_("{error}; --allow-path allows it", error=error)) from None


def chosen_spec(args: argparse.Namespace) -> LabSpec:
    """Return the lab that the arguments choose, checked.

    `--task` and `--csv` bring the spec that suits them; beside `--spec` they replace only
    the data of that spec.

    Raises:
        LabError: one sentence with the file, name or knob.
    """
    from layerlab.nets.problem import check

    for name in TABLE_ARGUMENTS if args.csv is None else ():
        if getattr(args, name) is not None:
            option = name.replace("_", "-")
            raise LabError(_("--{option} goes with --csv FILE", option=option))
    split = _split_edits(args)  # what excludes each other is said before a table is read
    spec = _turned(_base(args), [*split, *args.set])
    if args.split is not None:
        _check_has_rows(spec.task.name)
    _check_effect(spec.task, args.set)
    try:
        check(spec)
    except LabError as error:
        is_as_in_file = not (args.set or args.task or args.csv or split)
        if args.spec is None or not is_as_in_file or args.spec in str(error):
            raise
        raise LabError(f"{args.spec}: {error}") from None
    return spec


def _base(args: argparse.Namespace) -> LabSpec:
    import msgspec

    from layerlab.core.spec import LabSpec
    from layerlab.nets.tasks import TASKS, recommended_for_csv

    if args.task == "csv":
        raise LabError(_("the task csv needs its file; give it with --csv FILE"))
    has_own_data = args.task is None and args.csv is None
    spec = LabSpec()
    if args.spec is not None:
        with path_option():
            spec = _of_file(args.spec, has_own_data, args.allow_path)
    if args.task is not None:
        own = TASKS[args.task].recommend(_own_task(args.task, args.set))
    elif args.csv is not None:
        own = recommended_for_csv(args.csv, choices=table_choices(args))
    else:
        return spec
    return own if args.spec is None else msgspec.structs.replace(spec, task=own.task)


def _check_has_rows(task: str) -> None:
    """Refuse a way to split for points that are drawn; raises LabError."""
    from layerlab.nets.tasks import TASKS

    if "split" not in TASKS[task].knobs:
        raise LabError(
            _("--split goes with a table; the task {task} draws its points", task=task)
        )


def _check_effect(task: TaskSpec, edits: list[str]) -> None:
    """Refuse what would change other tasks, but not this one."""
    from layerlab.nets.tasks import TASKS

    for path in (text.partition("=")[0].strip() for text in edits):
        if path not in ("task.formula", "task.points", "task.label_noise"):
            continue
        if path.removeprefix("task.") not in TASKS[task.name].active_knobs(task):
            raise LabError(
                _("{path} has no effect on the task {task}", path=path, task=task.name)
            )


def _own_task(name: str, edits: list[str]) -> TaskSpec:
    """Return a task with those of the edits that are its own, which decide what suits it."""
    from layerlab.core.spec import LabSpec, TaskSpec, replace
    from layerlab.nets.tasks import TASKS

    knobs = {f"task.{knob}" for knob in TASKS[name].knobs}
    own = [text for text in edits if text.partition("=")[0].strip() in knobs]
    spec = replace(LabSpec(), task=TaskSpec(name=TASKS[name].key))
    return _turned(spec, own).task


def _of_file(path: str, has_own_data: bool, any_path: bool) -> LabSpec:
    """Return the spec of a file; a saved lab that is damaged is refused as a whole.

    Where other data take the place of its own, the network that was saved does not matter,
    and its CSV file may be gone.
    """
    from layerlab.nets.optimizers import slots_of
    from layerlab.nets.problem import layout_of
    from layerlab.nets.tasks.csv import inputs_of
    from layerlab.runtime.labfile import load, load_spec

    if not has_own_data:
        return load_spec(path)
    return load(path, layout_of, slots_of, any_path, inputs_of).spec


def _turned(spec: LabSpec, edits: list[str]) -> LabSpec:
    from layerlab.core.spec import edit

    for text in edits:
        path, sign, value = text.partition("=")
        if not sign:
            raise LabError(
                _("--set {text}: write it as KNOB=VALUE, such as net.width=16", text=text)
            )
        spec = edit(spec, path.strip(), _value(path.strip(), value.strip()))
    return spec


def _value(path: str, text: str) -> Any:
    """Return a knob's value as its kind asks for it."""
    from layerlab.core.declared import KNOBS
    from layerlab.core.errors import unknown_name

    if path not in KNOBS:
        raise unknown_name(_("knob"), path, KNOBS)
    kind = KNOBS[path].kind
    if kind in ("choice", "text") or (kind == "batch" and text == "full"):
        return text
    if kind == "names" and KNOBS[path].choices and not text.startswith("["):
        return tuple(name.strip() for name in text.split(",")) if text else ()
    try:
        value = json.loads(text, parse_constant=float)
    except (ValueError, RecursionError):
        value = text
    if value is None:
        return None
    wanted: dict[str, tuple[type, ...]] = {
        "bool": (bool,),
        "widths": (list,),
        "names": (list,),
        "pairs": (list,),
        "numbers": (list,),
        "float": (int, float),
    }
    fits = isinstance(value, wanted.get(kind, (int,)))
    if not fits or (kind != "bool" and isinstance(value, bool)):
        example = {
            "bool": _("true or false"),
            "widths": _("a list such as [8, 4, 8]"),
            "names": _('a list such as ["id", "name"]'),
            "pairs": _('a list such as [["code", "category"]]'),
            "numbers": _("a list such as [0.5, -0.2, 1]"),
        }
        what = example.get(kind, _("a number") if kind == "float" else _("a whole number"))
        raise LabError(
            _("{path} is {text}, it must be {what}", path=path, text=quoted(text), what=what)
        )
    if kind in ("names", "pairs", "numbers"):
        return tuple(tuple(item) if isinstance(item, list) else item for item in value)
    if kind == "widths":
        if not all(type(width) is int for width in value):
            raise LabError(
                _(
                    "{path} is {text}, its widths must be whole numbers",
                    path=path,
                    text=quoted(text),
                )
            )
        return tuple(value)
    return value


def json_line(values: Any) -> str:
    """Return JSON on one line; what is not a finite number becomes null."""
    return json.dumps(_finite(values), allow_nan=False, ensure_ascii=False)


def _finite(values: Any) -> Any:
    if hasattr(values, "tolist"):  # numpy's arrays and numbers
        values = values.tolist()
    if isinstance(values, dict):
        return {str(key): _finite(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [_finite(value) for value in values]
    if isinstance(values, float) and not math.isfinite(values):
        return None
    return values
