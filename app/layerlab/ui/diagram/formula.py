"""The arithmetic of a neuron in words and numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from layerlab.core.frames import DiagramPart
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _, ngettext
from layerlab.ui.plotting import scale

Array = np.ndarray
Span = tuple[str, str]  # text, token of its colour
Line = tuple[Span, ...]

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
MAX_LABEL_LENGTH = 16
HOLD = "\u00a0"  # a space at which no row is broken
_NOT_FINITE = _("not finite")


def number(value: float) -> str:
    """Return a number with two decimals, or three digits, and a true minus sign."""
    value = float(value) + 0.0  # minus zero is zero
    if not np.isfinite(value):
        return _NOT_FINITE
    size = abs(value)
    if size >= 1e5:
        return scale.number(value, 2)
    if size >= 100:
        text = f"{value:.0f}"
    elif size >= 0.1 or value == 0:
        text = f"{value:.2f}"
    elif size >= 0.001:
        text = f"{value:.2g}"
    else:
        return scale.number(value, 1)
    return text.replace("-", "−")


def short(value: float) -> str:
    """Return a number with two decimals, so that a column of them stays in line."""
    if not np.isfinite(value) or abs(value) >= 100:
        return number(value)
    text = f"{value:.2f}"
    return ("0.00" if text == "-0.00" else text).replace("-", "−")


def sign_token(value: float) -> str:
    """Return the token of the colour of a weight."""
    return "negative" if value < 0 else "positive"


def unit_name(part: DiagramPart, layer: int, unit: int) -> str:
    """Return the sign of a unit in formulas: `x`, `x₃`, `h₂`, `ŷ`, or a feature's name."""
    column = part.layers[layer]
    label = unit_label(part, layer, unit)
    if layer == 0:
        if label and len(label) <= MAX_LABEL_LENGTH:
            return label
        return "x" if column.size == 1 else "x" + str(unit + 1).translate(SUBSCRIPTS)
    letter = "ŷ" if layer == len(part.layers) - 1 else "h"
    return letter if column.size == 1 else letter + str(unit + 1).translate(SUBSCRIPTS)


def neuron_title(part: DiagramPart, layer: int, unit: int) -> str:
    """Return the name of a neuron in words: `layer 2, neuron 5`."""
    label = unit_label(part, layer, unit)
    if layer == 0:
        default = str(unit + 1) if part.layers[0].size > 1 else "x"
        return _("input {name}", name=label or default)
    if layer == len(part.layers) - 1:
        many = part.layers[layer].size > 1
        return _("output {name}", name=(label or unit + 1) if many else "ŷ")
    return _("layer {layer}, neuron {neuron}", layer=layer, neuron=unit + 1)


def edge_title(part: DiagramPart, gap: int, source: int, unit: int) -> str:
    """Return the ends of an edge: `h₄ → h₅, into layer 2`."""
    ends = f"{unit_name(part, gap, source)} → {unit_name(part, gap + 1, unit)}"
    inner = gap + 1 < len(part.layers) - 1
    return _("{ends}, into layer {layer}", ends=ends, layer=gap + 1) if inner else ends


def unit_label(part: DiagramPart, layer: int, unit: int) -> str:
    """Return the name that a unit has of its own, such as a feature's; empty without one."""
    column = part.layers[layer]
    if len(column.labels) == column.size:
        return column.labels[unit]
    places = np.flatnonzero(column.shown == unit)
    if len(places) and len(column.labels) == len(column.shown):
        return column.labels[int(places[0])]
    return ""


def activation_name(spec: LabSpec | None) -> str:
    """Return the activation as a function's name in formulas."""
    return spec.net.activation.replace("-", " ") if spec is not None else "act"


def _signed_terms(terms: Sequence[Span], values: Sequence[float]) -> list[Span]:
    """Put plus and minus signs between terms whose texts carry no sign."""
    spans: list[Span] = []
    for i, ((text, token), value) in enumerate(zip(terms, values, strict=True)):
        minus = value < 0
        joint = ("−" if minus else "") if i == 0 else (" − " if minus else " + ")
        if joint:
            spans.append((joint, "muted" if i else token))
        spans.append((text, token))
    return spans


def weighted_sum(
    part: DiagramPart, layer: int, unit: int, most: int, values: Array | None = None
) -> list[Span]:
    """Return `0.83·x₁ − 1.20·x₂ + 6 smaller terms + 0.31`, largest weights first.

    Args:
        part: the network.
        layer: 1 or more.
        unit: index among all units of the layer.
        most: terms that are written out.
        values: (in,) numbers to multiply the weights with, instead of names; the
            largest products come first then, and the rest is summed up.
    """
    weights = np.asarray(part.weights[layer - 1], float)[:, unit]  # (in,)
    bias = float(part.biases[layer - 1][unit])
    sizes = np.abs(weights if values is None else weights * values)
    order = np.argsort(-np.nan_to_num(sizes), kind="stable")
    # A rest of one term is written out: "1 smaller term" would take as much room.
    count = len(order) if len(order) <= most + 1 else most
    terms: list[Span] = []
    signs: list[float] = []
    for source in order[:count]:
        w = float(weights[source])
        if values is None:
            name = unit_name(part, layer - 1, int(source))
        else:
            name = _factor(float(values[source]))
        terms.append((f"{number(abs(w))}·{name}", sign_token(w)))
        signs.append(w)
    spans = _signed_terms(terms, signs)
    rest = order[count:]
    if len(rest):
        if values is None:
            spans.append((f" + {_smaller_terms(len(rest))}", "muted"))
        else:
            total = float(weights[rest] @ values[rest])
            joint = " − " if total < 0 else " + "
            spans.append((joint + number(abs(total)) + counted(len(rest)), "muted"))
    joint = " − " if bias < 0 else " + "
    spans.append((f"{joint}{number(abs(bias))}", "text"))
    return spans


def counted(terms: int) -> str:
    """Return how many terms a number stands for, to be read after it."""
    return f" ({_smaller_terms(terms)})"


def _smaller_terms(count: int) -> str:
    text = ngettext("{count} smaller term", "{count} smaller terms", count)
    return text.replace(" ", HOLD)


def _factor(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def neuron_formula(
    part: DiagramPart, spec: LabSpec | None, layer: int, unit: int, most: int = 4
) -> Line:
    """Return a neuron's formula with its numbers as one coloured line."""
    name = unit_name(part, layer, unit)
    if layer == 0:
        return ((_("{name} is an input: it comes from the data", name=name), "muted"),)
    inner = weighted_sum(part, layer, unit, most)
    if layer == len(part.layers) - 1:
        head, tail = f"{name} = ", ""
    else:
        norm = spec is not None and spec.net.layer_norm
        skip = f"{unit_name(part, layer - 1, unit)} + " if part.skips[layer - 1] else ""
        head = f"{name} = {skip}{activation_name(spec)}({'norm(' if norm else ''}"
        tail = "))" if norm else ")"
    return ((head, "muted"), *inner, (tail, "muted"))


def describe(part: DiagramPart, spec: LabSpec | None, layer: int, unit: int) -> str:
    """Return a neuron in one plain sentence, for screen readers."""
    text = neuron_title(part, layer, unit)
    if layer:
        text = _(
            "{neuron}, bias {bias}, {formula}",
            neuron=text,
            bias=number(part.biases[layer - 1][unit]),
            formula=plain(neuron_formula(part, spec, layer, unit)),
        )
    place = np.flatnonzero(part.layers[layer].shown == unit)
    if len(place) and bool(part.layers[layer].dead[int(place[0])]):
        text = _("{neuron}, dead: slope 0 on every training input", neuron=text)
    return text


def plain(line: Sequence[Span]) -> str:
    """Return a coloured line without its colours."""
    return "".join(text for text, _ in line).replace(HOLD, " ")
