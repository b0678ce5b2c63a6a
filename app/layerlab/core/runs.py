"""Runs that are kept: what the library, the page and the command line know of one."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from layerlab.core import spec as specs
from layerlab.core.spec import LabSpec, from_json
from layerlab.core.translation import _, marked, ngettext

# How a run ended.
FINISHED, STOPPED, PAUSED, REPLACED = (
    marked("finished"),
    marked("stopped"),
    marked("paused"),
    marked("replaced"),
)


class Losses(msgspec.Struct, frozen=True):
    """The losses of a run where it ended, one for each seed; null is no finite number.

    Attributes:
        train, validation: (S,); `validation` is None where nothing is held out.
    """

    train: tuple[float | None, ...] = ()
    validation: tuple[float | None, ...] | None = None


class NewRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run that is to be kept.

    Attributes:
        spec: what was trained. status: how it ended. updates, length: done, and of all of it.
        ended: seconds since 1970. seconds: that its training was on, as a clock shows them.
        loss, validation: medians over the seeds; None where they are no finite numbers.
        losses: of every seed.
        engine: its name. processor: what it trained on. versions: library -> version.
        picture: a thumbnail of the prediction, as `picture_to_json` writes it, or empty.
        tags: that it has to begin with.
    """

    spec: LabSpec
    status: str
    updates: int
    length: int
    ended: float
    seconds: float = 0.0
    loss: float | None = None
    validation: float | None = None
    losses: Losses = Losses()
    engine: str = ""
    processor: str = ""
    versions: dict[str, str] = {}
    picture: bytes = b""
    tags: tuple[str, ...] = ()


class RunEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it stands in a list.

    Attributes:
        id: its number in the library.
        setup: digest of its spec without the seed: runs of one setup are a group.
        task, hidden, activation, optimizer, seeds, seed: of its spec; `hidden` as `8-8`.
        name, note, tags: what a person says about it. is_pinned: whether it stays.
        bytes: of its network and history on the disk; 0: only its spec and losses are kept.
        others: see `NewRun`.
    """

    id: int
    setup: str
    status: str
    updates: int
    length: int
    ended: float
    seconds: float
    loss: float | None
    validation: float | None
    task: str
    hidden: str
    activation: str
    optimizer: str
    seeds: int
    seed: int
    engine: str
    name: str
    note: str
    tags: tuple[str, ...]
    is_pinned: bool
    bytes: int

    @property
    def what(self) -> str:
        """What was trained, in a few words: `wave  8-8  relu  adam`."""
        return f"{self.task}  {self.hidden or 'linear'}  {self.activation}  {self.optimizer}"


class RunDetail(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one run.

    Attributes:
        entry: as in the list. spec: its spec as JSON. losses: of every seed.
        processor, versions: see `NewRun`. network: the file of its network, or empty.
    """

    entry: RunEntry
    spec: str
    losses: Losses
    processor: str
    versions: dict[str, str]
    network: str

    def lab_spec(self) -> LabSpec:
        """Return its spec; raises LabError where this version does not know it."""
        return from_json(self.spec, _("run {id}", id=self.entry.id))


class Usage(msgspec.Struct, frozen=True):
    """How full a library is.

    Attributes:
        runs: that are kept. bytes: that they take. limit: bytes that they may take.
        left: runs that have left to make room, since the library began.
    """

    runs: int = 0
    bytes: int = 0
    limit: int = 0
    left: int = 0


def setup_of(spec: LabSpec) -> str:
    """Return a digest of a spec that is the same for all its seeds.

    Of the knobs that differ from the default alone, so that a later version, which has more
    knobs, finds the same.
    """
    kept: dict[str, Any] = {}
    seedless = specs.replace(spec, train=specs.replace(spec.train, seed=0))
    for room in ("task", "net", "train"):
        own, default = getattr(seedless, room), getattr(LabSpec(), room)
        for name in own.__struct_fields__:
            if getattr(own, name) != getattr(default, name):
                kept[f"{room}.{name}"] = getattr(own, name)
    raw = msgspec.json.encode(sorted(kept.items()))
    return hashlib.sha256(raw).hexdigest()[:16]


def value_text(path: str, value: object) -> str:
    """Return a knob's value in a few words, as what is said of runs has it.

    Args:
        path: of the knob. value: its value.
    """
    if value is None or value == ():
        return _("none")
    if isinstance(value, float):
        return f"{value:g}"
    if not isinstance(value, tuple):
        return str(value)
    if path == "task.points":  # up to thousands
        return ngettext("{count} number", "{count} numbers", len(value))
    if path == "task.kinds":
        return ", ".join(f"{name}: {kind}" for name, kind in value)
    return ("-" if path == "net.hidden" else ", ").join(map(str, value))
