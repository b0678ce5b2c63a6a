"""Which platform Qt starts on: asked in a process of its own, as Qt aborts where it cannot."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping

from layerlab.commands.display import answers_x
from layerlab.core.errors import one_line
from layerlab.core.program import ASK_QT, own_command, own_environment
from layerlab.core.translation import _

TIMEOUT_S = 60
ALWAYS = ("offscreen", "minimal")  # platforms that need nothing of the machine
_REASON = re.compile(r"Could not \w+ the Qt platform plugin \"[^\"]*\"|Could not .*")


def ask_platform(
    environ: Mapping[str, str], limit_s: float = TIMEOUT_S, *wanted: str
) -> tuple[str, str]:
    """Return the platform on which Qt starts, and what it says where it does not.

    Args:
        environ: variables that the process gets beside its own.
        limit_s: how long to wait for it.
        wanted: what it is to try beside, see `layerlab.compose.ask_qt`.
    """
    try:
        asked = subprocess.run(
            own_command(ASK_QT, *wanted),
            env=own_environment() | dict(environ),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", _("Qt did not start within {seconds:.0f} seconds", seconds=limit_s)
    if asked.returncode == 0:
        return asked.stdout.strip(), ""
    lines = [line.strip() for line in asked.stderr.splitlines() if line.strip()]
    return "", "\n".join(lines) or _("exit code {code}", code=asked.returncode)


def platform_problem(environ: Mapping[str, str] = os.environ) -> str:
    """Return why Qt cannot start on the platform that it would take, or "" if it can.

    To ask takes a second, so it is not done where it is known: on a screen that answers as
    X, and on platforms that need none.
    """
    own = environ.get("QT_QPA_PLATFORM", "")
    if own.partition(":")[0] in ALWAYS:
        return ""
    if not own:
        x = environ.get("DISPLAY")
        if not sys.platform.startswith("linux") or (x and answers_x(x)):
            return ""
    platform, words = ask_platform(environ)
    if platform:
        return ""
    found = _REASON.search(words)
    reason = one_line(found[0] if found else words.rpartition("\n")[2])
    if own:
        return _(
            "Qt does not start with QT_QPA_PLATFORM={own} ({reason}); unset it",
            own=one_line(own),
            reason=reason,
        )
    return _("Qt does not start on this display ({reason})", reason=reason)
