"""Errors that a person reads: one clear sentence each."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from layerlab.core.translation import _

MAX_TEXT = 120  # characters that a message quotes of what is not its own
MAX_BITS = 1000  # of a whole number that is quoted


class LabError(Exception):
    """Input that the lab refuses, said in one sentence that names where it is.

    The message is shown as it stands: in the window, or on the command line with
    exit code 2. It names the file, row, column or field, and what would be right.
    """


class NotReadyError(LabError):
    """Something that this machine lacks; exit code 1, as the input was not wrong."""


class NoPointsError(LabError):
    """Data made by hand of which there are too few yet; says what to do, not what is wrong."""


class NotFiniteError(LabError):
    """A training whose numbers became NaN or infinite.

    Attributes:
        update: the update after which the loss was not finite first.
        layer: where it began, as shown (1 is the first hidden layer).
    """

    def __init__(self, message: str, update: int, layer: int | None = None) -> None:
        super().__init__(message)
        self.update = update
        self.layer = layer


class LabWarning(RuntimeWarning):
    """What a person should know although the lab works on, said in one sentence.

    On the command line it is a line on standard error, in the window a message too.
    """


def one_line(text: object) -> str:
    """Return a text from outside on one line, and no longer than a person reads."""
    line = "".join(c if c.isprintable() else " " for c in str(text)[: MAX_TEXT + 1])
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "…"


def quoted(value: object) -> str:
    """Return a value from outside as messages quote it: on one line, of limited length."""
    if isinstance(value, str):
        value = value[: MAX_TEXT + 1]
    elif isinstance(value, int) and value.bit_length() > MAX_BITS:
        return _("a number of too many digits")
    return one_line(repr(value))


def unknown_name(what: str, name: str, known: Iterable[str]) -> LabError:
    """Say that `name` is not known, what is, and which one was probably meant."""
    names = list(known)
    # Of a long text the comparison takes long, and no name is one.
    near = difflib.get_close_matches(str(name)[:MAX_TEXT], names, 1)
    fields = {"what": what, "name": quoted(name), "known": ", ".join(names)}
    if near:
        fields["near"] = repr(near[0])
        return LabError(_("{what} {name} is not known; did you mean {near}?", **fields))
    return LabError(_("{what} {name} is not known; known: {known}", **fields))
