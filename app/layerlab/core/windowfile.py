"""What a window was: its spec, the page it was on, that page's knobs, and its place.

All of it is small, so that it can be written after every edit; the trained network is in a
saved lab beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from layerlab.core import spec as specs
from layerlab.core.declared import KNOBS
from layerlab.core.decoding import decode_json
from layerlab.core.errors import LabError
from layerlab.core.knobs import Effect
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _

VERSION = 1
MAX_BYTES = 32 * 2**20  # knobs of every page, some of which hold graphs and pictures
LAB = "lab"


class WindowFile(msgspec.Struct, frozen=True, kw_only=True):
    """A window as it is kept.

    Attributes:
        version: of the file. Fields that are not known are left out, so that a version is
            another one only where old readers would misunderstand it.
        spec: the lab's spec, as JSON; see `lab_spec`.
        page: `lab`, `gallery`, `claims`, `runs`, or the key of a page of the gallery.
        knobs: page -> its knobs, of all pages that were opened.
        geometry: place and size, and whether it was maximised, as Qt writes them, in base64.
    """

    version: int = VERSION
    spec: msgspec.Raw = msgspec.Raw(b"null")
    page: str = LAB
    knobs: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    geometry: str = ""

    def lab_spec(self) -> LabSpec:
        """Return the lab's spec; raises LabError where this version does not know it."""
        return specs.from_json(bytes(self.spec), _("the kept lab"))


def make_window_file(
    spec: LabSpec, page: str, knobs: Mapping[str, Mapping[str, Any]], geometry: str
) -> WindowFile:
    """Return a window as it is kept; see `WindowFile`."""
    return WindowFile(
        spec=msgspec.Raw(msgspec.json.encode(spec)),
        page=page,
        knobs={key: dict(values) for key, values in knobs.items()},
        geometry=geometry,
    )


def window_to_json(window: WindowFile) -> bytes:
    """Return the file's content."""
    return msgspec.json.format(msgspec.json.encode(window), indent=2) + b"\n"


def window_from_json(raw: bytes, where: str = _("the window's file")) -> WindowFile:
    """Read a file's content; `where` is how messages name it.

    Raises:
        LabError: it is damaged, or of a version that is not known.
    """
    read = decode_json(raw, WindowFile, where)
    if read.version != VERSION:
        raise LabError(
            _(
                "{where}: version is {version}, this Layerlab reads {known}",
                where=where,
                version=read.version,
                known=VERSION,
            )
        )
    return read


def is_same_network(one: LabSpec, other: LabSpec) -> bool:
    """Return whether two specs differ in live knobs alone: one network goes on by either."""
    live = {
        knob.name: getattr(other.train, knob.name)
        for path, knob in KNOBS.items()
        if path.startswith("train.") and knob.effect is Effect.LIVE
    }
    return specs.replace(one, train=specs.replace(one.train, **live)) == other
