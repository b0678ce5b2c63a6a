"""Running the programs that pages give away."""

from __future__ import annotations

import functools
import io


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
