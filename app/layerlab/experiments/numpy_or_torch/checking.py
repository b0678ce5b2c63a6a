"""Draws what the differences say: error by push, array by array, and the slope alone."""

from __future__ import annotations

import numpy as np

from layerlab.experiments.numpy_or_torch.model import BUG, GOOD, Result
from layerlab.experiments.numpy_or_torch.names import NONE
from layerlab.ui.pages.view import PageView, PlotCard
from layerlab.ui.plotting.colors import mix
from layerlab.ui.plotting.handles import Handle, HandlePlot
from layerlab.ui.plotting.items import Band, Bars, Dots, Line, Mark, Post, Words
from layerlab.ui.plotting.legend import Key
from layerlab.ui.plotting.reading import Reading
from layerlab.ui.plotting.rows import RowPlot
from layerlab.ui.plotting.scale import number

FLOOR, TOP = 1e-14, 100.0  # of errors that are drawn
VERDICTS = {"sound": "good", "mistake": "negative", "doubt": "warning", "blind": "muted"}


def draw_valley(view: PageView, card: PlotCard, result: Result) -> None:
    """Draw the V, its theory, and the zones of good and bug."""
    valley = result.valley
    x = valley.pushes
    accent, muted = view.color("accent"), view.color("muted")
    wrong = result.is_wrong
    ends = np.array([FLOOR, 1.0])
    bands: dict[str, Mark] = {
        "good": Band(
            ends, np.full(2, FLOOR), np.full(2, GOOD), mix(view.theme, view.color("good"), 0.12)
        ),
        "bug": Band(
            ends,
            np.full(2, BUG),
            np.full(2, TOP),
            mix(view.theme, view.color("negative"), 0.12),
        ),
    }
    still: dict[str, Mark] = {
        "words": Words(
            np.full(2, 2e-14),
            np.array([1e-13, 12.0]),
            ["good", "bug"],
            [view.color("good"), view.color("negative")],
            view.theme,
            10.5,
            600,
        ),
    }
    left = "digits cancel", np.array([2e-14]), np.array([1e-9])
    right = "corner cut", np.array([1.0]), np.array([1e-11])
    for text, at, height in (left, right) if valley.cut.any() else (left,):
        still[text] = Words(at, height, [text], muted, view.theme, right=text == right[0])
    theory = np.hypot(valley.cut, valley.rounding)
    curves = [
        ("centred", valley.centred, view.color("negative") if wrong else accent),
        ("one-sided", valley.one_sided, view.theme.layer_color(0, 4)),
        ("32 bit", valley.single, muted),
    ]
    live: dict[str, Mark] = {
        "theory": Line(x, np.clip(theory, FLOOR, TOP), view.color("text"), 1.2, (4, 3))
    }
    if wrong:
        live["sound"] = Line(
            x, np.clip(valley.sound, FLOOR, TOP), view.color("accent", 0.6), 1.4
        )
    for name, y, ink in reversed(curves):
        live[name] = Line(x, np.clip(y, FLOOR, TOP), ink, 2.2 if name == "centred" else 1.5)
    legend = [Key("line", ink, name, 1.8) for name, _, ink in curves]
    legend.append(Key("dash", view.color("text"), "theory", 1.2))
    columns = {"eps": x, "theory": theory} | {name: y for name, y, _ in curves}
    card.show_plot(bands=bands, still=still, live=live, legend=legend, columns=columns)
    eps, error = valley.here
    ink = view.color(VERDICTS[result.found.kind])
    assert isinstance(card.plot, HandlePlot)
    handle = Handle("eps", eps, float(np.clip(error, FLOOR, TOP)), ink, along="x")
    card.plot.set_handles((handle,))
    card.set_note(
        f"error <b>{number(error, 2)}</b> at eps {number(eps, 2)}", f"<b>{number(error, 2)}</b>"
    )
    card.read_curves(x, curves, "eps")


def draw_arrays(view: PageView, card: PlotCard, result: Result) -> None:
    """Draw the error of every array; the first one that is off names the layer."""
    plot, checks = card.plot, result.checks
    assert isinstance(plot, RowPlot)
    wrong = result.mistake.name != NONE
    bright = next(
        (k for k, one in enumerate(checks) if wrong and one.layer == result.mistake.place), -1
    )
    plot.set_rows([one.name for one in checks], bright)
    rows = np.arange(float(len(checks)))
    errors = np.clip([one.error for one in checks], FLOOR, 1.0)
    inks = [
        view.color("good" if e < GOOD else "negative" if e > BUG else "warning") for e in errors
    ]
    live: dict[str, Mark] = {
        "good": Post(GOOD, "", view.color("good"), view.theme),
        "bug": Post(BUG, "", view.color("negative"), view.theme),
        "errors": Bars(rows, np.full(len(rows), FLOOR), errors, inks, 0.6),
    }
    card.show_plot(
        live=live,
        columns={
            "layer": np.array([one.layer for one in checks]),
            "error": np.array([one.error for one in checks]),
        },
    )
    token = VERDICTS[result.found.kind]
    ink = view.color(token).name()
    said = f"<b style='color:{ink}'>{result.found.words}</b>"
    brief = f"layer {result.found.layer}" if result.found.layer else "?"
    card.set_note(said, f"<b style='color:{ink}'>{brief}</b>")
    plot.reader = lambda x, y: _read_array(view, result, plot.row_at(y))


def _read_array(view: PageView, result: Result, row: int) -> Reading:
    one = result.checks[row]
    return Reading(
        one.name,
        (
            (view.color("accent"), f"relative error {number(one.error, 2)}"),
            (None, "click: the mistake goes here"),
        ),
    )


def draw_slope(view: PageView, card: PlotCard, result: Result) -> None:
    """Draw the slope by hand, as it is used, and by differences of the value."""
    slope = result.slope
    card.set_title(f"Slope of {result.label}")
    accent, ink = view.color("accent"), view.color("negative")
    some = slice(None, None, 8)
    live: dict[str, Mark] = {"by hand": Line(slope.z, slope.by_hand, accent, 2.0)}
    legend = [Key("line", accent, "by hand")]
    if (slope.used != slope.by_hand).any():
        live["used"] = Line(slope.z, slope.used, ink, 2.0, (4, 2))
        legend.append(Key("dash", ink, "used"))
    shown = np.clip(slope.by_differences, -2, 2)
    live["differences"] = Dots(slope.z[some], shown[some], view.color("text"), 2.2)
    legend.append(Key("dot", view.color("text"), "by push"))
    card.show_plot(
        live=live,
        legend=legend,
        columns={
            "z": slope.z,
            "by hand": slope.by_hand,
            "used": slope.used,
            "by push": slope.by_differences,
        },
    )
    most = float(np.abs(slope.by_hand).max())
    card.set_note(f"at most <b>{number(most, 4)}</b>", f"<b>{number(most, 4)}</b>")
    card.read_curves(
        slope.z,
        [
            ("by hand", slope.by_hand, accent),
            ("by push", slope.by_differences, view.color("text")),
        ],
    )
