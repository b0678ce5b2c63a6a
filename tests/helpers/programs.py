"""Running the programs that pages give away."""

from __future__ import annotations

import functools
import io
from typing import Any

from layerlab.core.resources import resource


def printed_by(program: str, names: dict[str, object] | None = None) -> str:
    """Run `program` and return what it printed; `names` holds its names afterwards.

    It gets a `print` of its own: what another thread does to `sys.stdout` in the meantime
    cannot take its words away.
    """
    names = {} if names is None else names
    paper = io.StringIO()
    names["print"] = functools.partial(print, file=paper)
    exec(program, names)
    return paper.getvalue()


def common(name: str) -> dict[str, Any]:
    """Return the names of a file of `resources/programs/common/`."""
    names: dict[str, Any] = {}
    exec(resource(f"programs/common/{name}.py").read_text("utf-8"), names)
    return names
