"""Graphs of one's own: a text with one edge per line. No Qt."""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass

import numpy as np

from layerlab.core.disk import read_file
from layerlab.core.errors import LabError
from layerlab.core.translation import _, ngettext
from layerlab.nets.studies.graph_filters import Edges

MAX_NODES, MAX_EDGES = 200, 2000  # what is still drawn and solved within a frame
MIN_WEIGHT, MAX_WEIGHT = 1e-3, 1e3  # beyond, digits of the spectrum are lost
MAX_NAME = 24  # letters of a name
MAX_BYTES = 1_000_000  # of a file: far more than so many edges need
_SEPARATOR = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class Read:
    """What a text holds.

    Attributes:
        names: of the nodes, in the order in which they come.
        ends: indices of both, each edge once. weights: of the edges.
        lines: where each stands, counted from 1.
    """

    names: tuple[str, ...]
    ends: tuple[tuple[int, int], ...]
    weights: tuple[float, ...]
    lines: tuple[int, ...]

    @property
    def edges(self) -> Edges:
        """The same as arrays."""
        i, j = np.array(self.ends).T
        return Edges(len(self.names), i, j, np.array(self.weights))

    @property
    def text(self) -> str:
        """The same as a text, without comments."""
        rows = zip(self.ends, self.weights, strict=True)
        return "".join(f"{self.names[i]} {self.names[j]} {w:g}\n" for (i, j), w in rows)


@functools.lru_cache(maxsize=16)
def read(text: str) -> Read:
    """Read a graph.

    Args:
        text: one edge per line, `a b` or `a b weight`: names without spaces, and a number above
            0; blanks, commas, semicolons or tabs between them. Empty lines and what follows
            `#` are skipped; an edge may stand there twice, as `a b` and `b a`.

    Raises:
        LabError: one sentence with the line that is wrong.
    """
    names: dict[str, int] = {}
    found: dict[tuple[int, int], tuple[float, int]] = {}
    for line, raw in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        words = [word for word in _SEPARATOR.split(raw.partition("#")[0]) if word]
        if not words:
            continue
        a, b, weight = _edge(words, line)
        i, j = (names.setdefault(name, len(names)) for name in (a, b))
        if len(names) > MAX_NODES:
            raise LabError(
                _(
                    "line {line} brings node {nodes}, the page draws at most {max_nodes}",
                    line=line,
                    nodes=len(names),
                    max_nodes=MAX_NODES,
                )
            )
        known = found.setdefault((min(i, j), max(i, j)), (weight, line))
        if known[0] != weight:
            raise LabError(
                _(
                    "line {line} gives {a} and {b} the weight {weight:g}, line "
                    "{known_line} gives them {known_weight:g}",
                    line=line,
                    a=a,
                    b=b,
                    weight=weight,
                    known_line=known[1],
                    known_weight=known[0],
                )
            )
        if len(found) > MAX_EDGES:
            raise LabError(
                _(
                    "line {line} brings edge {edges}, the page draws at most {max_edges}",
                    line=line,
                    edges=len(found),
                    max_edges=MAX_EDGES,
                )
            )
    if not found:
        raise LabError(
            _("there are no edges: each line is an edge, such as `a b` or `a b 0.5`")
        )
    weights, lines = zip(*found.values(), strict=True)
    return Read(tuple(names), tuple(found), weights, lines)


def _edge(words: list[str], line: int) -> tuple[str, str, float]:
    """Return both names and the weight of a line's words."""
    if not 2 <= len(words) <= 3:
        raise LabError(
            ngettext(
                "line {line} has one word, an edge is two names and, if wanted, a weight",
                "line {line} has {count} words, an edge is two names and, if wanted, a weight",
                len(words),
                line=line,
            )
        )
    a, b = words[:2]
    for name in (a, b):
        if len(name) > MAX_NAME or not name.isprintable():
            raise LabError(
                _(
                    "line {line}: a node's name is at most {max_name} letters that can be "
                    "printed",
                    line=line,
                    max_name=MAX_NAME,
                )
            )
    if a == b:
        raise LabError(_("line {line} joins {node} to itself", line=line, node=a))
    weight = 1.0
    if len(words) == 3:
        try:
            weight = float(words[2])
        except ValueError:
            raise LabError(
                _(
                    "line {line}: the weight {word!r} is no number",
                    line=line,
                    word=words[2][:MAX_NAME],
                )
            ) from None
        if not (math.isfinite(weight) and MIN_WEIGHT <= weight <= MAX_WEIGHT):
            raise LabError(
                _(
                    "line {line}: the weight is {word}, it must be {low:g} to {high:g}",
                    line=line,
                    word=words[2][:MAX_NAME],
                    low=MIN_WEIGHT,
                    high=MAX_WEIGHT,
                )
            )
    return a, b, weight


def read_text(path: str) -> str:
    """Return a graph's file as a text that `read` takes, without what it skips.

    Raises:
        LabError: one sentence that names the file, and the line that is wrong.
    """
    raw = read_file(path, MAX_BYTES, "graph")
    try:
        return read(raw.decode("utf-8-sig")).text
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise LabError(
            _("{path}: line {line} is not text (UTF-8)", path=path, line=line)
        ) from None
    except LabError as error:
        raise LabError(f"{path}: {error}") from None
