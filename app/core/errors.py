"""Errors that a person reads: one clear sentence each."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class LabError(Exception):
    """Input that the lab refuses, said in one sentence that names where it is.

    The message is shown as it stands: in the window, or on the command line with
    exit code 2. It names the file, row, column or field, and what would be right.
    """


class NotFiniteError(LabError):
    """A training that left the finite numbers.

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


def unknown_name(what: str, name: str, known: Iterable[str]) -> LabError:
    """Say that `name` is not known, what is, and which one was probably meant."""
    names = list(known)
    near = difflib.get_close_matches(str(name), names, 1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(names)}"
    return LabError(f"{what} {name!r} is not known{hint}")
