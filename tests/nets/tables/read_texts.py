"""Reads tables that tests write down as texts, and compares what they say of them."""

from __future__ import annotations

import pathlib
import tempfile
from typing import Any

import numpy as np

from layerlab.nets.tables import Choices
from layerlab.nets.tables.reading import Reading, read


def reading_of(
    content: str | bytes, name: str = "table.csv", *, tolerant: bool = False, **choices: Any
) -> Reading:
    """Return the reading of a file with this content."""
    raw = content if isinstance(content, bytes) else content.encode()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / name
        path.write_bytes(raw)
        return read(str(path), Choices(**choices), tolerant)


def lines(*head: str, row: str, count: int = 12) -> str:
    """Return lines: a head, then a row with `{i}`, `{c}`, `{h}` and `{z}` filled in.

    i counts, c is `u` or `v`, h is i halves, z is a number that goes up and down.
    """
    body = [
        row.format(i=i, c="uv"[i % 2], h=i / 2, z=(7 * i) % 10 + 0.25) for i in range(count)
    ]
    return "\n".join([*head, *body]) + "\n"


def check(reading: Reading, expected: dict[str, Any]) -> None:
    """Compare a reading with what is expected of it.

    Args:
        reading: what was read.
        expected: fields of `Reading.as_json`, besides `kinds` (name -> kind), `unused`
            (names), `values` (name -> first values), `said` (parts of the notes) and `silent`
            (there is no note at all).
    """
    found = reading.as_json()
    notes = " | ".join(found["notes"])
    for key, value in expected.items():
        if key == "kinds":
            kinds = {c["name"]: c["kind"] for c in found["columns"]}
            assert {name: kinds[name] for name in value} == value, notes
        elif key == "unused":
            assert [c["name"] for c in found["columns"] if not c["used"]] == value, notes
        elif key == "values":
            for name, first in value.items():
                values = reading.column(name).values[: len(first)].tolist()
                if isinstance(first[0], str):
                    assert values == first, notes
                else:
                    np.testing.assert_allclose(values, first, err_msg=notes)
        elif key == "said":
            for part in [value] if isinstance(value, str) else value:
                assert part in notes
        elif key == "silent":
            assert not notes
        else:
            assert found[key] == value, notes
