"""LabSpec: everything that determines a training, frozen and validated.

Two equal specs give the same frames. A spec is written to JSON with all its
fields; reading refuses unknown fields, values out of range and other versions.
"""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import msgspec

from layerlab.core.declared import KNOBS, MAX_DEPTH
from layerlab.core.decoding import convert_json, decode_json
from layerlab.core.disk import read_file
from layerlab.core.errors import LabError, quoted
from layerlab.core.translation import _

VERSION = 1
MAX_SPEC_BYTES = 2**20
# The one field of two types, which msgspec's words do not explain.
_HINTS = {"train.batch": _('it must be a whole number or "full"')}


class _Room(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the spec; checks its fields against the declared knobs."""

    def _check_fields(self, room: str) -> None:
        for name in self.__struct_fields__:
            KNOBS[f"{room}.{name}"].check(getattr(self, name))


class TaskSpec(_Room, frozen=True):
    """The data. Points depend on these fields alone, never on the training's seed.

    Attributes:
        name: a registered task.
        samples: training points that a generated task draws; fixed data sets and CSV
            files have their own number.
        noise: standard deviation of the noise of a generated task, in units of the target; of
            a formula whose values are standardized, in their standard deviations.
        validation: share of all points that is held out, 0 to 0.9. None: the task's own.
            A generated task draws them in addition, so that `samples` are trained on.
        seed: seed of points, noise and split.
        path, target: CSV file and the column to predict (the last one if None).
        problem: `auto`, `regression` or `classification` (CSV only).
        sheet: the sheet of a spreadsheet (the first one with a table if None).
        header: whether the first row has the names of the columns: `yes`, `no`; `auto`: it is
            looked at.
        kinds: (column, kind) pairs: columns of the CSV file that are read as another kind
            than they would be. leave_out: names of columns that are not learned from.
        gaps: what becomes of missing cells: `rows` or `columns` are left out, or they are
            filled (`fill`); `auto`: columns of many gaps are left out, then rows.
        split: which rows of a table are held out: drawn at `random`, drawn from each class in
            proportion (`stratified`), the `last` ones, or those that `split_column` says
            (`column`); `auto`: stratified for classes, else random.
        split_column: the column that says for each row whether it is held out.
        label_noise: share of the training points of a generated classification whose class is
            replaced by another one, 0 to 0.5; held-out points keep theirs.
        formula: what the task `formula` is, such as `y = sin(3x)` or `x^2 + y^2 < 0.5`.
        points: what was made by hand: x1, x2 and class of each painted point, one after
            another, or x and y of each point of a drawn curve.
        features: what a network of one or two inputs is given instead of them, such as `x1`,
            `x1^2`, `sin(pi*x1)`, in the order of the knob's choices; empty: the inputs
            themselves.
    """

    name: str = "wave"
    samples: int = 96
    noise: float = 0.06
    validation: float | None = None
    seed: int = 0
    path: str | None = None
    target: str | None = None
    problem: str = "auto"
    kinds: tuple[tuple[str, str], ...] = ()
    leave_out: tuple[str, ...] = ()
    gaps: str = "auto"
    sheet: str | None = None
    header: str = "auto"
    split: str = "auto"
    split_column: str | None = None
    label_noise: float = 0.0
    formula: str | None = None
    points: tuple[float, ...] = ()
    features: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._check_fields("task")
        if self.features:  # one order, so that the same features are the same network
            order = KNOBS["task.features"].choices
            features = tuple(name for name in order if name in self.features)
            msgspec.structs.force_setattr(self, "features", features)


class NetSpec(_Room, frozen=True):
    """The architecture.

    Attributes:
        hidden: width of each hidden layer; empty for a linear model.
        activation: a registered activation, the same after every hidden layer.
        slope: slope of `leaky-relu` for negative input.
        init: a registered initializer.
        weight_std: for `normal`: weights have standard deviation weight_std / sqrt(fan-in).
        bias_std: for `normal`: standard deviation of the biases.
        residual: h <- h + act(z) where the widths match.
        layer_norm: z to mean 0, variance 1 over the units (eps 1e-5, no gain).
        dropout: probability that a hidden activation is zeroed in an update.
    """

    hidden: tuple[int, ...] = (8, 8)
    activation: str = "relu"
    slope: float = 0.01
    init: str = "he-normal"
    weight_std: float = 1.5
    bias_std: float = 0.0
    residual: bool = False
    layer_norm: bool = False
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if len(self.hidden) > MAX_DEPTH:
            raise LabError(
                _(
                    "net.hidden lists {hidden} layers, the range is 0 to {max_depth}",
                    hidden=len(self.hidden),
                    max_depth=MAX_DEPTH,
                )
            )
        self._check_fields("net")


class TrainSpec(_Room, frozen=True):
    """The optimization. Exactly one of `epochs` and `updates` is a number.

    Attributes:
        optimizer: a registered optimizer.
        rate: learning rate.
        batch: points in an update, or "full". The last batch of an epoch may be smaller.
        order: `file`, or `shuffle` (again each epoch).
        loss: a registered loss.
        epochs, updates: length of the run; 1,500 updates if neither is given.
        target_loss: stops the run when the median loss of the seeds is at most this.
        l1: adds l1 * sum |w| over the weights (not the biases) to the loss.
        l2: adds l2/2 * sum w^2 likewise; decoupled from the gradient in AdamW.
        seeds: networks trained at once; seed k uses `seed + k`.
        rng: `default`, or `legacy` for NumPy's RandomState.
        report: `after` or `running`; see the knob's help.
        dtype: `float32` or `float64`.
    """

    optimizer: str = "adam"
    rate: float = 0.01
    batch: int | Literal["full"] = 32
    order: str = "shuffle"
    loss: str = "half-mse"
    epochs: int | None = None
    updates: int | None = None
    target_loss: float | None = None
    l1: float = 0.0
    l2: float = 0.0
    seeds: int = 16
    seed: int = 0
    rng: str = "default"
    report: str = "after"
    dtype: str = "float32"

    def __post_init__(self) -> None:
        if self.epochs is not None and self.updates is not None:
            raise LabError(_("train gives both epochs and updates; give exactly one of them"))
        if self.epochs is None and self.updates is None:
            msgspec.structs.force_setattr(self, "updates", 1500)
        self._check_fields("train")


class LabSpec(_Room, frozen=True):
    """A whole lab: data, architecture and optimization.

    Attributes:
        version: version of this schema; others are refused.
        task, net, train: the three rooms.
    """

    version: int = VERSION
    task: TaskSpec = TaskSpec()
    net: NetSpec = NetSpec()
    train: TrainSpec = TrainSpec()

    def __post_init__(self) -> None:
        if self.version != VERSION:
            raise LabError(
                _(
                    "version is {version}, this Layerlab reads version {known}",
                    version=quoted(self.version),
                    known=VERSION,
                )
            )


def get(spec: LabSpec, path: str) -> Any:
    """Return a knob's value.

    `net.width` is the largest width (8 for a linear model), `net.depth` the number of
    hidden layers.
    """
    if path == "net.width":
        return max(spec.net.hidden, default=8)
    if path == "net.depth":
        return len(spec.net.hidden)
    room, _, name = path.partition(".")
    return getattr(getattr(spec, room), name)


def edit(spec: LabSpec, path: str, value: Any) -> LabSpec:
    """Return the spec with one knob turned.

    `net.width` sets every layer; `net.depth` keeps the layers there are and repeats the
    last one. Setting `train.epochs` clears `train.updates`, and the other way round.

    Raises:
        LabError: the value is out of the knob's range or of the wrong type.
    """
    if path not in KNOBS:
        raise LabError(_("{path} is not a knob of the lab", path=path))
    KNOBS[path].check(value)
    hidden = spec.net.hidden
    changes: dict[str, Any]
    if path == "net.width":
        path, changes = "net.hidden", {"hidden": (int(value),) * max(1, len(hidden))}
        if not hidden:
            changes = {"hidden": ()}  # a linear model has no layer to widen
    elif path == "net.depth":
        last = hidden[-1] if hidden else get(spec, "net.width")
        longer = hidden + (last,) * (int(value) - len(hidden))
        path, changes = "net.hidden", {"hidden": longer[: int(value)]}
    elif path == "train.epochs":
        changes = {"epochs": value, "updates": None}
    elif path == "train.updates":
        changes = {"updates": value, "epochs": None}
    else:
        changes = {KNOBS[path].name: value}
    room = path.partition(".")[0]
    fields = msgspec.structs.asdict(getattr(spec, room)) | changes
    part = convert_json(fields, type(getattr(spec, room)), path, _HINTS)
    return msgspec.structs.replace(spec, **{room: part})


def edit_all(spec: LabSpec, values: Mapping[str, Any]) -> LabSpec:
    """Return the spec with several knobs turned, one after another; see `edit`."""
    for path, value in values.items():
        spec = edit(spec, path, value)
    return spec


S = TypeVar("S", bound=msgspec.Struct)


def replace(part: S, **changes: Any) -> S:
    """Return a copy of a spec or of a room with some fields changed, validated again."""
    return msgspec.structs.replace(part, **changes)


def to_json(spec: LabSpec) -> str:
    """Return the spec as indented JSON with every field."""
    return msgspec.json.format(msgspec.json.encode(spec), indent=2).decode() + "\n"


def from_json(text: str | bytes, where: str = "spec") -> LabSpec:
    """Read a spec.

    Args:
        text: JSON.
        where: how messages name the source, such as the file's name.

    Raises:
        LabError: one sentence with the field, for anything that does not fit.
    """
    return decode_json(text, LabSpec, where, _HINTS)


def read_spec(path: str | pathlib.Path) -> LabSpec:
    """Read a spec from a JSON file; raises LabError that names the file."""
    raw = read_file(path, MAX_SPEC_BYTES, _("spec"))
    if not raw.strip():
        raise LabError(_("{path} is empty", path=path))
    return from_json(raw, str(path))
