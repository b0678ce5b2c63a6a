"""Open the window."""

from __future__ import annotations

import contextlib
import difflib
import gc
import os
import re
import sys

from layerlab.commands import COMMANDS
from layerlab.commands.spec import described
from layerlab.core.disk import is_small
from layerlab.core.errors import LabError, NotReadyError
from layerlab.core.translation import _


def run(
    path: str | None, theme: str | None, experiment: str | None = None, knobs: str | None = None
) -> int:
    """Open the window and stay until it is closed.

    Args:
        path: a saved lab, a spec or a CSV file; None reopens the last lab.
        theme: one of `core.themes.THEME_NAMES`; None: what was chosen last.
        experiment: key of a page of the gallery to open; None for the lab.
        knobs: a file with that page's knobs. The page says what is wrong with it.

    Returns:
        The exit code.

    Raises:
        LabError: the file cannot be opened.
        NotReadyError: there is no display, or Qt does not load.
    """
    # Modules and widgets stay: to look for garbage among them takes a tenth of the start.
    gc.disable()
    try:
        return _open(path, theme, experiment, knobs)
    finally:
        gc.enable()


def _open(
    path: str | None, theme: str | None, experiment: str | None, knobs: str | None
) -> int:
    """Open the window; see `run`."""
    from layerlab.commands.display import display_problem
    from layerlab.commands.libraries import check_plots, import_problem
    from layerlab.commands.qt_platform import platform_problem

    problem = display_problem() or platform_problem()
    if path is not None:
        check_name(path)
        if problem or is_terminal():
            check_file(path)
    check_page(experiment, knobs)
    if problem:
        raise NotReadyError(
            _(
                "{problem}; `layerlab shot --out lab.png` draws the window into a file instead",
                problem=problem,
            )
        )
    try:
        from layerlab.compose.start import run_window
    except ImportError as error:
        raise NotReadyError(import_problem(error)) from error
    check_plots()
    return run_window(path, theme, experiment, knobs)


def check_page(experiment: str | None, knobs: str | None) -> None:
    """Refuse a page that is not known; raises LabError."""
    if experiment is None:
        if knobs is not None:
            raise LabError(_("--knobs go with --experiment KEY"))
        return
    from layerlab.experiments import EXPERIMENTS

    EXPERIMENTS[experiment]


def check_name(path: str) -> None:
    """Refuse a word that names no file and may be a misspelt command."""
    if os.path.exists(path) or not (is_terminal() or re.fullmatch(r"[\w-]+", path)):
        return
    near = difflib.get_close_matches(path, COMMANDS, 1)
    if not near:
        raise LabError(_("{path}: no such file or command", path=path))
    raise LabError(
        _(
            "{path}: no such file or command; did you mean the command {near!r}?",
            path=path,
            near=near[0],
        )
    )


def check_file(path: str) -> None:
    """Refuse a file before a window opens for it, where somebody reads the sentence.

    Where the program was started by a double click nobody does: there the window says it.
    A large file is read by the window alone, which can show that it does.
    """
    if not is_small(path):
        return
    from layerlab.nets.tasks.tables import is_table

    if is_table(path):
        from layerlab.nets.tables.reading import read

        read(path, tolerant=True)  # what cannot be learned from opens the import sheet
        return
    from layerlab.runtime.labfile import OtherInputsError, load_spec
    from layerlab.runtime.opened import UnknownTableError, locate

    # Which the window asks about.
    with contextlib.suppress(UnknownTableError, OtherInputsError):
        table = locate(load_spec(path).task, path, None, False).path
        if table is None or is_small(table):
            described(path)


def is_terminal() -> bool:
    """Return whether a person reads what the program prints."""
    return sys.stderr is not None and sys.stderr.isatty()
