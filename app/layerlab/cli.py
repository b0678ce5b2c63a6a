"""The command `layerlab`: opens the window, or runs one of the commands without it.

Exit codes: 0 done; 1 it could not be done (the training diverged, or this machine lacks
something); 2 wrong input, said in one sentence; 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import NoReturn

from layerlab import __version__
from layerlab.commands import COMMANDS
from layerlab.core.disk import reason, write_file
from layerlab.core.errors import LabError, NotFiniteError, NotReadyError
from layerlab.core.folders import log_folder
from layerlab.core.libraries import FAILURES, import_sentence
from layerlab.core.outlet import is_unread
from layerlab.core.phrases import capitalized
from layerlab.core.program import ASK_QT, ENGINE_CHILD, TRY_ENGINE, leave, print_anywhere
from layerlab.core.themes import THEME_NAMES
from layerlab.core.translation import _
from layerlab.threads import one_thread_each

TRAINS_NOTHING = ("experiments", "doctor", "spec", "data", "runs")
FAILED, WRONG_INPUT, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141
_FULL = (errno.ENOSPC, errno.EFBIG, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC))


def run() -> NoReturn:
    """Run the command line as a process, which ends with it; see `main`."""
    print_anywhere()
    try:
        code = main()
    except SystemExit as end:  # such as after --help
        code = end.code if isinstance(end.code, int) else FAILED if end.code else 0
    leave(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: arguments after the program's name; those of the process if None.

    Returns:
        The exit code, see above.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    one_thread_each()
    if not os.environ.get("LAYERLAB_DEBUG"):
        warnings.formatwarning = _as_sentence
    try:
        code = _run(arguments)
        if sys.stdout is not None:  # as in a program of Windows that has no console
            sys.stdout.flush()  # here, where a closed pipe can still be answered
        return code
    except LabError as error:
        _print_error(str(error))
        return FAILED if isinstance(error, NotReadyError | NotFiniteError) else WRONG_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read it has seen enough
        _close_output()
        return BROKEN_PIPE
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FULL and error.filename is None:
            _close_output()  # all files are written by `core.disk`, which says it itself
            _print_error(_("the output cannot be written: {reason}", reason=reason(error)))
            return FAILED
        if os.environ.get("LAYERLAB_DEBUG"):
            traceback.print_exc()
        if isinstance(error, ImportError):  # a library is missing, or a file of the lab's own
            _print_error(import_sentence(error))
        else:
            what = " ".join(f"{type(error).__name__}: {error}".split())
            _print_error(_("internal error: {what}; {kept}", what=what, kept=_kept(error)))
        return FAILED


def _close_output() -> None:
    """Let Python's own flush at exit find nothing to complain about."""
    with contextlib.suppress(AttributeError, OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse_closed_output() -> None:
    """Raise BrokenPipeError where nobody reads what would take minutes to find."""
    with contextlib.suppress(AttributeError, ValueError):  # no output, or one of another kind
        if is_unread(sys.stdout.fileno()):
            raise BrokenPipeError


def _kept(error: Exception) -> str:
    """Keep where an error comes from, for whoever can help; return where that is."""
    place = log_folder() / "internal-error.txt"
    text = [f"Layerlab {__version__}\n", *traceback.format_exception(error)]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_file(place, "".join(text).encode(errors="replace"))
    except (OSError, LabError):
        return _("LAYERLAB_DEBUG=1 shows where")
    return _("the traceback is in {place}", place=place)


def _as_sentence(message: Warning | str, *_: object, **__: object) -> str:
    return f"layerlab: {message}\n"


def _print_error(sentence: str) -> None:
    print(f"layerlab: {sentence}", file=sys.stderr)


def _run(arguments: list[str]) -> int:
    if arguments[:1] == [ENGINE_CHILD]:
        from layerlab.nets.engines import child

        return child.main()
    if arguments[:1] == [ASK_QT]:
        from layerlab.compose.ask_qt import ask_qt

        return ask_qt(*arguments[1:])
    if arguments[:1] == [TRY_ENGINE]:
        from layerlab.nets.engines.trial import main as try_engine

        return try_engine(arguments[1])
    name = arguments[0] if arguments else ""
    if name not in COMMANDS:
        return _open_window(arguments)
    from layerlab.commands.common import Parser

    module = importlib.import_module(f"layerlab.commands.{name}")
    what = COMMANDS[name]
    parser = Parser(prog=f"layerlab {name}", description=f"{capitalized(what)}.")
    module.add_arguments(parser)
    args = parser.parse_args(arguments[1:])
    _check_environment(name)
    _refuse_closed_output()
    return int(module.run(args))


def _check_environment(command: str) -> None:
    """Refuse a width of vectors that cannot be; `doctor` and the window show it instead."""
    if os.environ.get("LAYERLAB_VECTOR_BYTES") and command not in TRAINS_NOTHING:
        with contextlib.suppress(*FAILURES):  # what does not load is said where it is needed
            from layerlab.nets.engines.compiled import target

            if problem := target.problem():
                raise LabError(problem)


def _open_window(arguments: list[str]) -> int:
    import argparse

    from layerlab.commands.common import Parser

    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:<{width}}  {text}" for name, text in COMMANDS.items())
    parser = Parser(
        prog="layerlab",
        usage=_(
            "layerlab [FILE] [--theme dark|light]\n"
            "       layerlab --experiment KEY [--knobs FILE]\n       layerlab COMMAND ..."
        ),
        description=_(
            "A desktop lab for the architecture of neural networks. Opens the window."
        ),
        epilog=_("commands, each with its own --help:\n{listed}", listed=listed),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help=_("a saved lab, a spec in JSON or a CSV file to open"),
    )
    parser.add_argument(
        "--experiment",
        metavar="KEY",
        help=_("open a page of the gallery; `experiments` lists them"),
    )
    parser.add_argument("--knobs", metavar="FILE", help=_("turn its knobs as in this file"))
    parser.add_argument("--theme", choices=THEME_NAMES, help=_("colours of the window"))
    parser.add_argument("--version", action="version", version=f"Layerlab {__version__}")
    args = parser.parse_args(arguments)
    from layerlab.commands import window

    return window.run(args.file, args.theme, args.experiment, args.knobs)


if __name__ == "__main__":
    run()
