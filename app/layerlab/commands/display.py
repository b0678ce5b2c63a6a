"""Whether there is a display to open a window on. Standard library only."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping

from layerlab.core.translation import _

_X_DISPLAY = re.compile(r"(?P<host>[^:]*):(?P<number>\d+)(\.\d+)?")
_X_PORT = 6000
_TIMEOUT_S = 2.0


def display_problem(environ: Mapping[str, str] = os.environ) -> str:
    """Return why no window can be shown, in one sentence, or "" if one can.

    The server is asked, not only the variable: Qt aborts the whole process when the
    variable names a server that is gone. A platform chosen by QT_QPA_PLATFORM is taken
    as meant.
    """
    if not sys.platform.startswith("linux") or environ.get("QT_QPA_PLATFORM"):
        return ""
    wayland, x = environ.get("WAYLAND_DISPLAY"), environ.get("DISPLAY")
    if not wayland and not x:
        return _("there is no display to open a window on")
    if wayland and _answers_wayland(wayland, environ.get("XDG_RUNTIME_DIR", "")):
        return ""
    if x and answers_x(x):
        return ""
    return _("the display {display} does not answer", display=x or wayland)


def _answers_wayland(name: str, folder: str) -> bool:
    return _connects(socket.AF_UNIX, os.path.join(folder, name))


def answers_x(display: str) -> bool:
    """Return whether there is a server of X behind a value of DISPLAY."""
    match = _X_DISPLAY.fullmatch(display)
    if match is None:
        return False
    number = int(match["number"])
    if match["host"] not in ("", "unix"):
        return _connects_to(match["host"], _X_PORT + number)
    path = f"/tmp/.X11-unix/X{number}"
    return _connects(socket.AF_UNIX, "\0" + path) or _connects(socket.AF_UNIX, path)


def _connects(family: int, address: str) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(_TIMEOUT_S)
        try:
            client.connect(address)
        except OSError:
            return False
        return True


def _connects_to(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), _TIMEOUT_S).close()
    except (OSError, OverflowError):
        return False
    return True
