"""Draw the whole window into a picture; no display is needed."""

from __future__ import annotations

import argparse
import os
import pathlib
import re

from layerlab.commands.common import (
    SPLIT_ARGUMENTS,
    TABLE_ARGUMENTS,
    add_lab_arguments,
    chosen_spec,
)
from layerlab.core.disk import check_writable
from layerlab.core.errors import LabError, NotReadyError
from layerlab.core.figures import ENDINGS, MAX_SIDE, MIN_SIDE, PRINT
from layerlab.core.spec import LabSpec, edit
from layerlab.core.themes import THEME_NAMES
from layerlab.core.translation import _

MIN_SIZE, MAX_SIZE = (640, 480), (7680, 4320)
MIN_VIEW, MAX_VIEW = (MIN_SIDE, MIN_SIDE), (MAX_SIDE, MAX_SIDE)
WINDOW_SIZE, VIEW_SIZE = (1440, 900), (720, 450)
MIN_SCALE, MAX_SCALE = 0.25, 8.0
NO_PICTURE = ".csv"  # the numbers of a view
_SIZE = re.compile(r"(\d{1,5})[xX×](\d{1,5})")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--out", metavar="FILE", required=True, help=_("the picture to write"))
    parser.add_argument(
        "--view",
        metavar="NAME",
        help=_(
            "one view instead of the window, also as CSV: diagram, prediction, "
            "signal, gradient, loss, or one of the page's"
        ),
    )
    page = parser.add_argument_group(_("a page of the gallery instead of the lab"))
    page.add_argument(
        "--experiment", metavar="KEY", help=_("see `experiments`; `gallery` draws all of them")
    )
    page.add_argument("--knobs", metavar="FILE", help=_("its knobs; --set turns single ones"))
    page.add_argument(
        "--claims",
        metavar="IDS",
        nargs="?",
        const="",
        help=_(
            "draws the page of the ledger, and computes these rows before: "
            "`all`, or ids such as D16,L1, the last of which is chosen"
        ),
    )
    add_lab_arguments(parser)
    view = parser.add_argument_group("how")
    view.add_argument(
        "--updates", type=int, metavar="N", help=_("how far to train; all the way")
    )
    view.add_argument("--size", metavar="WxH", help=_("pixels; 1440x900, of a view 720x450"))
    view.add_argument(
        "--scale",
        type=float,
        metavar="S",
        default=1.0,
        help=_("pixels of a PNG in one of the size"),
    )
    view.add_argument(
        "--theme",
        choices=(*THEME_NAMES, PRINT),
        default="dark",
        help=_("dark; print: dark on white, for paper"),
    )


def run(args: argparse.Namespace) -> int:
    """Draw the picture; return the exit code."""
    out = _checked_out(args.out, args.view is not None)
    size, scale = _size(args.size, args.view is not None), _scale(args)
    if args.updates is not None and args.updates < 0:
        raise LabError(_("--updates is {updates}, it must be 0 or more", updates=args.updates))
    rows: list[str] = []
    if args.claims is not None:
        rows = checked_rows(args)
        spec = LabSpec()
    elif args.experiment is not None:
        check_page(args)
        spec = LabSpec()
    elif args.knobs is not None:
        raise LabError(_("--knobs go with --experiment KEY"))
    else:
        spec = _long_enough(chosen_spec(args), args.updates)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is loaded
    from layerlab.commands.libraries import check_plots, import_problem

    try:
        from layerlab.compose.shot import How, shot, shot_claims, shot_page
    except ImportError as error:
        raise NotReadyError(import_problem(error)) from error
    check_plots()
    how = How(size, args.theme, args.view or "", scale)
    if args.claims is not None:
        shot_claims(out, rows, how)
    elif args.experiment is not None:
        edits = turned(args.set, args.experiment)
        shot_page(out, args.experiment, args.knobs, edits, how)
    else:
        shot(out, spec, args.updates, how)
    return 0


_OF_A_LAB = ("spec", "task", "csv", *TABLE_ARGUMENTS, *SPLIT_ARGUMENTS, "updates")


def checked_rows(args: argparse.Namespace) -> list[str]:
    """Return the ids of the rows to compute; raises LabError where one is not known."""
    from layerlab.claims import claim, claims

    for name in (*_OF_A_LAB, "experiment", "knobs"):
        if getattr(args, name) is not None:
            option = name.replace("_", "-")
            raise LabError(_("--{name} does not go with --claims", name=option))
    if args.set:
        raise LabError(_("--set does not go with --claims"))
    if args.claims == "all":
        return [row.id for row in claims()]
    return [claim(name).id for name in args.claims.split(",")] if args.claims else []


def check_page(args: argparse.Namespace) -> None:
    """Refuse a page that is not known, and what only a lab has; raises LabError."""
    for name in _OF_A_LAB:
        if getattr(args, name) is not None:
            raise LabError(
                _(
                    "--{name} is of the lab; a page has --knobs FILE and --set",
                    name=name.replace("_", "-"),
                )
            )
    if args.experiment != "gallery":
        from layerlab.experiments import EXPERIMENTS

        EXPERIMENTS[args.experiment]


def turned(edits: list[str], key: str) -> dict[str, object]:
    """Return the knobs of `--set`: words where the page's knob takes words, else JSON."""
    import msgspec

    from layerlab.experiments import EXPERIMENTS

    kinds = {} if key == "gallery" else {k.path: k.kind for k in EXPERIMENTS[key].knobs}
    knobs: dict[str, object] = {}
    for text in edits:
        name, sign, value = text.partition("=")
        if not sign:
            raise LabError(_("--set {text}: it must be like KNOB=VALUE", text=text))
        try:
            is_word = kinds.get(name) in ("choice", "text")
            knobs[name] = value if is_word else msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            knobs[name] = value
    return knobs


def _long_enough(spec: LabSpec, updates: int | None) -> LabSpec:
    """Return the spec, made longer where it would end before the picture is wanted."""
    from layerlab.nets.problem import problem_of

    if updates is None or updates <= problem_of(spec).length:
        return spec
    return edit(spec, "train.updates", updates)


def _checked_out(text: str, is_view: bool) -> pathlib.Path:
    out = pathlib.Path(text)
    endings = [ending for ending in ENDINGS if is_view or ending != NO_PICTURE]
    allowed = last = endings[-1]
    if len(endings) > 1:
        allowed = _("{others} or {last}", others=", ".join(endings[:-1]), last=last)
    if out.is_dir():
        raise LabError(
            _(
                "{path} is a directory, --out must be a file that ends in {allowed}",
                path=text,
                allowed=allowed,
            )
        )
    if out.suffix.lower() not in endings:
        raise LabError(
            _(
                "{path} does not end in {allowed}, which is what is written",
                path=text,
                allowed=allowed,
            )
        )
    check_writable(out)
    return out


def _scale(args: argparse.Namespace) -> float:
    if args.view is not None and args.claims is not None:
        raise LabError(_("--view does not go with --claims"))
    if not MIN_SCALE <= args.scale <= MAX_SCALE:
        raise LabError(
            _(
                "--scale is {scale:g}, the range is {min_scale} to {max_scale}",
                scale=args.scale,
                min_scale=MIN_SCALE,
                max_scale=MAX_SCALE,
            )
        )
    return float(args.scale)


def _size(text: str | None, is_view: bool) -> tuple[int, int]:
    if text is None:
        return VIEW_SIZE if is_view else WINDOW_SIZE
    match = _SIZE.fullmatch(text)
    if match is None:
        raise LabError(_("--size is {text!r}, it must be like 1440x900", text=text))
    width, height = int(match[1]), int(match[2])
    least, most = (MIN_VIEW, MAX_VIEW) if is_view else (MIN_SIZE, MAX_SIZE)
    if not (least[0] <= width <= most[0] and least[1] <= height <= most[1]):
        raise LabError(
            _(
                "--size is {text}, the range is {least} to {most}",
                text=text,
                least=f"{least[0]}x{least[1]}",
                most=f"{most[0]}x{most[1]}",
            )
        )
    return width, height
