"""The arithmetic of one sample's pass, neuron by neuron, with its numbers."""

from __future__ import annotations

import numpy as np

from layerlab.core.frames import DiagramPart, Trace
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.ui.diagram.formula import (
    Line,
    Span,
    activation_name,
    counted,
    number,
    sign_token,
    unit_name,
    weighted_sum,
)

Array = np.ndarray

NORM_EPS = 1e-5


def layer_values(trace: Trace, layer: int) -> Array:
    """Return what a layer passes on: the inputs, or h. (units,)"""
    return np.asarray(trace.inputs if layer == 0 else trace.h[layer - 1], float).ravel()


def fits(part: DiagramPart, trace: Trace) -> bool:
    """Return whether a trace was made with the weights of this part."""
    if len(trace.z) != len(part.weights):
        return False
    for gap, (w, b, z) in enumerate(zip(part.weights, part.biases, trace.z, strict=True)):
        h = layer_values(trace, gap)
        if h.shape[0] != w.shape[0] or np.size(z) != w.shape[1]:
            return False
        z_shown = h @ np.asarray(w, float) + b
        scale = np.abs(h) @ np.abs(np.asarray(w, float)) + np.abs(b) + 1e-12
        if not bool((np.abs(z_shown - np.ravel(z)) <= 2e-4 * scale).all()):
            return False
    return True


def forward_lines(
    part: DiagramPart, spec: LabSpec | None, trace: Trace, layer: int, unit: int, most: int
) -> list[Line]:
    """Return how a neuron gets its number from the layer before.

    Args:
        part: the network that the trace was made with.
        spec: names of activation and loss.
        trace: the numbers.
        layer: 0 for inputs; hidden layers and the output from 1.
        unit: index among all units of the layer.
        most: products that are written out.
    """
    if layer == 0:
        value = layer_values(trace, 0)[unit]
        name = unit_name(part, 0, unit)
        text = _("{name} = {number}, from the data", name=name, number=number(value))
        return [((text, "text"),)]
    before = layer_values(trace, layer - 1)
    z = float(np.ravel(trace.z[layer - 1])[unit])
    h = float(np.ravel(trace.h[layer - 1])[unit])
    spans = weighted_sum(part, layer, unit, most, before)
    lines: list[Line] = [(("z = ", "muted"), *spans, (f" = {number(z)}", "text"))]
    name = unit_name(part, layer, unit)
    if layer == len(part.layers) - 1:
        return [*lines, ((f"{name} = z = ", "muted"), (number(h), "text"))]
    act = activation_name(spec)
    inner = z
    if spec is not None and spec.net.layer_norm:
        line, inner = _norm_line(np.ravel(trace.z[layer - 1]).astype(float), unit)
        lines.append(line)
    text = f"{act}({number(inner)})"
    if part.skips[layer - 1]:
        past = float(before[unit])
        text = f"{number(past)} + {text}"
    return [*lines, ((f"{name} = {text} = ", "muted"), (number(h), "text"))]


def _norm_line(z: Array, unit: int) -> tuple[Line, float]:
    """Return the line of layer norm, and the normalized pre-activation."""
    mean, std = float(z.mean()), float(np.sqrt(z.var() + NORM_EPS))
    value = (float(z[unit]) - mean) / std
    text = _(
        "norm(z) = ({z} − mean {mean}) / std {std}",
        z=number(z[unit]),
        mean=number(mean),
        std=number(std),
    )
    return ((f"{text} = ", "muted"), (number(value), "text")), value


def loss_lines(part: DiagramPart, spec: LabSpec | None, trace: Trace) -> list[Line]:
    """Return prediction, target and loss of the sample."""
    output, target = layer_values(trace, len(part.layers) - 1), np.ravel(trace.target)
    kind = spec.train.loss if spec is not None else ""
    prediction, aim = _("prediction ŷ"), _("target y")
    lines: list[Line] = [((f"{prediction} = ", "muted"), (_vector(output), "accent"))]
    if kind == "cross-entropy":
        exponentials = np.exp(output - output.max())
        text = _vector(exponentials / exponentials.sum())
        lines.append((("softmax(ŷ) = ", "muted"), (text, "accent")))
    elif kind == "logistic":
        text = _vector(0.5 + 0.5 * np.tanh(output / 2))
        lines.append((("sigmoid(ŷ) = ", "muted"), (text, "accent")))
    lines.append(((f"{aim} = ", "muted"), (_vector(target), "text")))
    head = _("{loss} of this sample", loss=trace.loss_label)
    return [*lines, ((f"{head} = ", "muted"), (number(trace.loss), "text"))]


def _vector(values: Array, most: int = 4) -> str:
    if len(values) == 1:
        return number(values[0])
    text = ", ".join(number(v) for v in values[:most])
    return f"({text}{', …' if len(values) > most else ''})"


def backward_lines(
    part: DiagramPart, spec: LabSpec | None, trace: Trace, layer: int, unit: int, most: int
) -> list[Line]:
    """Return how a neuron gets its derivatives from the layer after: the chain rule.

    Args:
        part, spec, trace: as in `forward_lines`.
        layer: 1 or more.
        unit: index among all units of the layer.
        most: products that are written out.
    """
    dh = float(np.ravel(trace.dh[layer - 1])[unit])
    dz = float(np.ravel(trace.dz[layer - 1])[unit])
    name = unit_name(part, layer, unit)
    if layer == len(part.layers) - 1:
        lines: list[Line] = [((f"dL/d{name} = ", "muted"), (number(dh), "text"))]
        lines.append(((f"dL/dz = dL/d{name} = ", "muted"), (number(dz), "text")))
        return [*lines, _bias_line(dz), *_weight_lines(part, trace, layer, unit, most)]
    after = _back_sum(part, trace, layer, unit, most)
    first: Line = ((f"dL/d{name} = ", "muted"), *after, (f" = {number(dh)}", "text"))
    lines = [first, _slope_line(spec, dh, dz)]
    return [*lines, _bias_line(dz), *_weight_lines(part, trace, layer, unit, most)]


def _slope_line(spec: LabSpec | None, dh: float, dz: float) -> Line:
    act = activation_name(spec)
    if spec is not None and spec.net.layer_norm:
        head = _("dL/dz, through {activation}′ and norm, =", activation=act)
        return ((f"{head} ", "muted"), (number(dz), "text"))
    slope = f" = {number(dh)} · {number(dz / dh)}" if dh != 0.0 else ""
    return ((f"dL/dz = dL/dh · {act}′(z){slope} = ", "muted"), (number(dz), "text"))


def _bias_line(dz: float) -> Line:
    return (("dL/db = dL/dz = ", "muted"), (number(dz), "text"))


def _back_sum(part: DiagramPart, trace: Trace, layer: int, unit: int, most: int) -> list[Span]:
    """Return the sum over all units of the layer after: weight times their dL/dz."""
    weights = np.asarray(part.weights[layer], float)[unit]  # (out,)
    dz = np.ravel(trace.dz[layer]).astype(float)
    order = np.argsort(-np.abs(np.nan_to_num(weights * dz)), kind="stable")
    count = len(order) if len(order) <= most + 1 else most
    spans: list[Span] = []
    for i, j in enumerate(order[:count]):
        w, d = float(weights[j]), float(dz[j])
        joint = ("−" if w < 0 else "") if i == 0 else (" − " if w < 0 else " + ")
        if joint:
            spans.append((joint, "muted" if i else sign_token(w)))
        factor = f"({number(d)})" if d < 0 else number(d)
        spans.append((f"{number(abs(w))}·{factor}", sign_token(w)))
    rest = order[count:]
    if len(rest):
        total = float(weights[rest] @ dz[rest])
        joint = " − " if total < 0 else " + "
        spans.append((joint + number(abs(total)) + counted(len(rest)), "muted"))
    if layer < len(part.layers) - 2 and part.skips[layer]:
        past = float(np.ravel(trace.dh[layer])[unit])
        joint = " − " if past < 0 else " + "
        text = _("{number} from the skip connection", number=number(abs(past)))
        spans.append((joint + text, "accent"))
    return spans


def _weight_lines(
    part: DiagramPart, trace: Trace, layer: int, unit: int, most: int
) -> list[Line]:
    """Return the derivative of the incoming weights that would change the loss most."""
    dw = np.asarray(trace.dw[layer - 1], float)[:, unit]  # (in,)
    before = layer_values(trace, layer - 1)
    dz = float(np.ravel(trace.dz[layer - 1])[unit])
    lines: list[Line] = []
    order = np.argsort(-np.abs(np.nan_to_num(dw)), kind="stable")
    for source in order[: max(1, most - 2)]:
        name = unit_name(part, layer - 1, int(source))
        factor = f"({number(dz)})" if dz < 0 else number(dz)
        product = f"{number(before[source])}·{factor}"
        how = _("dL/dw from {name} = {product}", name=name, product=product)
        lines.append(
            ((f"{how} = ", "muted"), (number(dw[source]), sign_token(float(dw[source]))))
        )
    return lines
