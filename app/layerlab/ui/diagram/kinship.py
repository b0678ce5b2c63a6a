"""Which networks are alike: what of a view is kept when another one is shown."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from layerlab.core.frames import DiagramPart

Network = tuple[tuple[int, ...], tuple[bool, ...]]  # sizes of the layers, and skips


def network_of(part: DiagramPart) -> Network:
    """Return what a layout of every unit depends on."""
    return tuple(layer.size for layer in part.layers), tuple(part.skips)


def shape_of(part: DiagramPart) -> Hashable:
    """Return what a layout of the drawn units depends on."""
    columns = tuple((c.size, c.shown.tobytes(), tuple(c.labels)) for c in part.layers)
    return columns, tuple(part.skips)


def is_another_task(before: Network | None, now: Network) -> bool:
    """Return whether places in one network mean nothing in another: other ends, or depth."""
    if before is None:
        return False
    old, new = before[0], now[0]
    return (len(old), old[0], old[-1]) != (len(new), new[0], new[-1])


def holds(sizes: Sequence[int], neuron: tuple[int, int]) -> bool:
    """Return whether a network of these sizes has a unit of a layer."""
    layer, unit = neuron
    return layer < len(sizes) and unit < sizes[layer]
