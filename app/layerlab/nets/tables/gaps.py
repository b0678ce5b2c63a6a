"""Gaps: what stands in a cell where there is no value."""

from __future__ import annotations

from collections.abc import Iterable

# In small letters. Errors of spreadsheets are gaps: what should have been there is not known.
GAPS = frozenset(
    (
        *("", "na", "n/a", "n.a.", "nan", "none", "null", "nil", "-", "--", "---", ".", ".."),
        *(
            "?",
            "\u2026",
            "missing",
            "(missing)",
            "(null)",
            "<na>",
            "#n/a",
            "#n/a n/a",
            "#na",
            "\u2013",
        ),
        *("#nv", "#wert!", "#bezug!", "#zahl!", "#valeur!", "#nom?", "#nombre!", "#n/d"),
        *("#¡div/0!", "#¡valor!", "#¡ref!", "#¡num!", "#¿nombre?", "#valore!", "#rif!"),
        *("#waarde!", "#verw!", "#naam?", "#n/b", "#calc!", "#spill!", "#getting_data"),
        *("k.a.", "k. a.", "n.d.", "no data", ":"),  # not translated; `:` by Eurostat
        *("\u2014", "\u2212", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!"),
        *("-nan", "1.#ind", "-1.#ind"),
        *(f": {flag}" for flag in "bcdefinprsuz"),  # with Eurostat's flags
    )
)
# Numbers that stand for a gap in many tables, where they lie far from all others.
CONSTANTS = frozenset(
    sign * value for sign in (1, -1) for value in (99, 999, 9999, 99999, 999999, 999.9, 99.99)
) | {-1e30, -1e20}
FAR = 3.0  # times the range of the others, beyond their ends


def is_gap(cell: str) -> bool:
    """Return whether a cell, without surrounding blanks, stands for a gap."""
    return cell.lower() in GAPS


def far_constants(values: Iterable[float]) -> list[float]:
    """Return those of a column's different numbers that stand for gaps.

    They are among `CONSTANTS`, and lie further from all other numbers than `FAR` times the
    range of these.
    """
    different = sorted(set(values))
    suspects = [value for value in different if value in CONSTANTS]
    others = [value for value in different if value not in CONSTANTS]
    if not suspects or len(others) < 3:
        return []
    low, high = others[0], others[-1]
    room = FAR * (high - low)
    return [value for value in suspects if value < low - room or value > high + room]
