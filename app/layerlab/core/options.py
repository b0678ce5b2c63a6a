"""What the window remembers between starts; nothing here changes a training's result."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from layerlab.core.decoding import convert_json, decode_json
from layerlab.core.errors import LabError
from layerlab.core.knobs import Effect, Knob
from layerlab.core.themes import THEME_NAMES
from layerlab.core.translation import _

MAX_RECENT = 12
VIEW_KNOBS = {
    knob.path: knob
    for knob in (
        Knob(
            "view.speed",
            "float",
            _("Speed"),
            _("Updates per second while playing."),
            effect=Effect.VIEW,
            low=1,
            high=math.inf,
            log=True,
            unit=_("updates/s"),
        ),
        Knob(
            "view.zoom",
            "float",
            _("Zoom"),
            _("Size of everything in the window."),
            effect=Effect.VIEW,
            low=1.0,
            high=2.0,
        ),
        Knob(
            "view.threshold",
            "float",
            _("Loss threshold"),
            _("Seeds whose training loss is below it count as a success."),
            effect=Effect.VIEW,
            low=1e-9,
            high=1e6,
            log=True,
            optional=True,
        ),
        Knob(
            "view.theme",
            "choice",
            _("Theme"),
            _("Dark, light, high contrast, or what the system uses."),
            effect=Effect.VIEW,
            choices=("system", *THEME_NAMES),
        ),
        Knob(
            "view.runs_mb",
            "int",
            _("Kept runs"),
            _("Room on the disk for runs that are kept; none are kept at 0."),
            effect=Effect.VIEW,
            low=0,
            high=100_000,
            unit=_("MB"),
        ),
    )
}


class Options(msgspec.Struct, frozen=True):
    """The window's own settings.

    Attributes:
        theme: `system`, or one of `THEME_NAMES`.
        zoom: 1.0 to 2.0.
        speed: updates per second while playing; None for unlimited.
        engine: name of the engine.
        size: width and height of the window in pixels.
        folder: where files were last opened or saved.
        knob_curve: whether all values of the knob turned last are trained while idle.
        finish_dragging: whether edits are trained to the end at once, each value of a drag
            too; else at `speed`.
        thresholds: task -> loss below which a seed is a success, where it was chosen by hand.
        runs_mb: megabytes that the library of runs may take; 0: none are kept.
        recent: files that were opened or saved last, the newest first.
    """

    theme: str = "system"
    zoom: float = 1.0
    speed: float | None = 375.0
    engine: str = "compiled"
    size: tuple[int, int] = (1440, 900)
    folder: str = ""
    knob_curve: bool = True
    finish_dragging: bool = True
    thresholds: dict[str, float] = msgspec.field(default_factory=dict)
    runs_mb: int = 200
    recent: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        VIEW_KNOBS["view.theme"].check(self.theme)
        VIEW_KNOBS["view.zoom"].check(self.zoom)
        VIEW_KNOBS["view.runs_mb"].check(self.runs_mb)
        if self.speed is not None:
            VIEW_KNOBS["view.speed"].check(self.speed)
        for threshold in self.thresholds.values():
            VIEW_KNOBS["view.threshold"].check(threshold)


def fields_from_json(raw: bytes) -> dict[str, Any]:
    """Read the fields of a settings file, known or not; raises LabError if it is damaged."""
    return decode_json(raw, dict[str, Any], _("the settings"))


def options_from_fields(fields: Mapping[str, Any]) -> tuple[Options, list[str]]:
    """Return the options that fields stand for.

    A field that is not known is one of a newer version, and left to it. One whose value does
    not fit costs itself alone.

    Returns:
        the options, and a sentence for each field that has its default instead.
    """
    fit: dict[str, Any] = {}
    sentences = []
    for name in Options.__struct_fields__:
        if name in fields:
            try:
                one = convert_json({name: fields[name]}, Options, _("the settings"))
            except LabError as error:
                sentences.append(
                    _(
                        "The default of the setting {name} is used: {error}.",
                        name=name,
                        error=error,
                    )
                )
            else:
                fit[name] = getattr(one, name)
    return Options(**fit), sentences


def options_to_fields(options: Options) -> dict[str, Any]:
    """Return the options as fields of a settings file."""
    return {name: getattr(options, name) for name in Options.__struct_fields__}


def options_to_json(options: Options) -> bytes:
    """Return the options as a settings file of their own."""
    return fields_to_json(options_to_fields(options))


def fields_to_json(fields: Mapping[str, Any]) -> bytes:
    """Return a settings file."""
    return msgspec.json.format(msgspec.json.encode(fields), indent=2)
