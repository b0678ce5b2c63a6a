"""Presets: the experiments of the sources, as specs that one click brings."""

from __future__ import annotations

import msgspec

from layerlab.core.resources import resource
from layerlab.core.spec import LabSpec
from layerlab.core.translation import translated


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An experiment to try.

    Attributes:
        key: its name. label: what the button says. help: what to look for.
        spec: the whole spec; fields that the file leaves out have their defaults.
    """

    key: str
    label: str
    help: str
    spec: LabSpec


def presets() -> list[Preset]:
    """Return the shipped presets, in the order in which they are shown."""
    raw = resource("specs/presets.json").read_bytes()
    return [
        msgspec.structs.replace(
            preset, label=translated(preset.label), help=translated(preset.help)
        )
        for preset in msgspec.json.decode(raw, type=list[Preset])
    ]
