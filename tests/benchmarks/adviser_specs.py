"""The committed specs on which the adviser is judged, each labelled by a measurement.

    python -m tests.benchmarks.adviser_specs

draws them and writes `adviser_specs.json`: 40 sick and 40 healthy ones to tune on, of nine
families; 20 that are held out, over all knobs or tables; and 20 more over all knobs, drawn when
no rule was to be changed any more. Whether a spec is sick is
measured, and no rule of the adviser takes part in it:

- A run's figure is the median over its seeds of the final loss on the held-out points; on the
  training set where nothing is held out; infinite where the run diverges.
- Its scale is the loss of a network that outputs 0, on the same points. Of a half mean squared
  error around 0 it is what R² counts from.
- `CHANGES` are trained with the same seeds. A change gains the difference of the figures.
- Sick: a change gains at least `MUCH` of the scale and `CUT` of the run's own figure.
- Healthy: no change gains more than `LITTLE` of the scale, or more than `SCRAPS` of the figure.
- What lies between is neither, and another spec is drawn.

The last of the changes, the task's recommended lab, was added when the first labels called a
run healthy that is no better than one that outputs 0: two things were wrong with it, which no
single change mends. The first labels are those of the commit that brought this file.

A spec that is looked at before its end (`until`) is labelled by its end, and has to be healthy:
nothing that an unfinished run shows is yet its fault. Tables are written by `table`.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec import json as struct_json
from msgspec.structs import replace

from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec, edit, edit_all, from_json
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines import default_engine, engine
from layerlab.nets.initializers import INITIALIZERS
from layerlab.nets.maths import NUMPY
from layerlab.nets.optimizers import OPTIMIZERS
from layerlab.nets.probes import report_marks
from layerlab.nets.problem import problem_of
from layerlab.nets.sweep import cost, sweep
from layerlab.nets.tasks import TASKS
from layerlab.threads import one_thread_each
from tests.benchmarks import adviser_cases as recipes

FILE = pathlib.Path(__file__).with_name("adviser_specs.json")
TABLES = pathlib.Path(__file__).resolve().parents[2] / "build" / "adviser_tables"

TUNING, HELD_OUT, FRESH = 11, 12, 13  # seeds of the generator
OF_EACH, REPORTED = 40, 20
SEEDS = 8  # networks of each run
MOST, CHANGED = 6e9, 2e10  # multiplications of a run and of a changed one: some seconds
MUCH, CUT = 0.06, 0.3
LITTLE, SCRAPS = 0.04, 0.15
SICK, HEALTHY = "sick", "healthy"
GROUPS = ("tuning", "held out", "fresh")
PAUSED = 4  # healthy ones that are looked at before their end

Rng = np.random.Generator
Change = Callable[[LabSpec], LabSpec]


@dataclass(frozen=True)
class Drawn:
    """A labelled spec.

    Attributes:
        spec: of a table, its path is a name; see `placed`.
        label: `sick` or `healthy`.
        family: how it was drawn.
        until: update at which it is looked at, or None for its end.
        change: the name in `CHANGES` that made it sick, or that gains most of a healthy one.
        own, best, scale: figures of the spec, after that change, and of outputs of 0.
    """

    spec: LabSpec
    label: str
    family: str
    until: int | None
    change: str
    own: float
    best: float
    scale: float


# ---- the changes that a spec is tried with


def _width(factor: float) -> Change:
    def change(spec: LabSpec) -> LabSpec:
        widths = [int(np.clip(round(w * factor), 1, 128)) for w in spec.net.hidden]
        return edit(spec, "net.hidden", widths)

    return change


def _turned(**values: object) -> Change:
    """Return a change of knobs; `__` stands for the dot of a path."""
    knobs = {path.replace("__", "."): value for path, value in values.items()}
    return lambda spec: edit_all(spec, knobs)


def _rate(factor: float) -> Change:
    return lambda spec: edit(
        spec, "train.rate", float(np.clip(spec.train.rate * factor, 1e-6, 10))
    )


def _longer(spec: LabSpec) -> LabSpec:
    longer = edit(spec, "train.target_loss", None)
    return edit(longer, "train.updates", 4 * max(1, problem_of(spec).length))


def _sooner(spec: LabSpec) -> LabSpec:
    return edit(spec, "train.updates", max(1, problem_of(spec).length // 4))


def _more_data(spec: LabSpec) -> LabSpec:
    if "samples" not in TASKS[spec.task.name].knobs:
        return spec
    return edit(spec, "task.samples", min(20_000, 4 * spec.task.samples))


def _recommended_lab(spec: LabSpec) -> LabSpec:
    """Return the task's recommended network and training, from the same seeds."""
    own, train = TASKS[spec.task.name].recommend(spec.task), spec.train
    kept = {name: getattr(train, name) for name in ("seed", "seeds", "loss", "report")}
    return replace(spec, net=own.net, train=replace(own.train, **kept))


CHANGES: dict[str, Change] = {
    "width x 4": _width(4),
    "width / 4": _width(0.25),
    "two layers": _turned(net__depth=2),
    "rate / 10": _rate(0.1),
    "rate x 10": _rate(10),
    "updates x 4": _longer,
    "updates / 4": _sooner,
    "Adam, rate 0.01": _turned(train__optimizer="adam", train__rate=0.01),
    "leaky ReLU, He": _turned(
        net__activation="leaky-relu", net__slope=0.1, net__init="he-normal"
    ),
    "tanh, Xavier": _turned(net__activation="tanh", net__init="xavier-normal"),
    "layer norm": _turned(net__layer_norm=True),
    "no layer norm": _turned(net__layer_norm=False),
    "skips": _turned(net__residual=True),
    "dropout 0.2": _turned(net__dropout=0.2),
    "L2 0.01": _turned(train__l2=0.01),
    "samples x 4": _more_data,
    "no penalty, no dropout": _turned(net__dropout=0.0, train__l1=0.0, train__l2=0.0),
    "the recommended lab": _recommended_lab,
}


# ---- measuring


def figure(spec: LabSpec) -> float:
    """Return the median final loss on the held-out points, else on the training set."""
    return figures([spec])[0]


def figures(specs: list[LabSpec]) -> list[float]:
    """Return the figure of each spec; infinite where its run diverges."""
    runs = engine(default_engine()[0])
    found: dict[LabSpec, float] = {}
    for step in sweep(specs, runs, report_marks, lambda: False):
        assert step is not None
        outcome = step.result
        losses = outcome.loss if outcome.validation is None else outcome.validation
        middle = float("inf") if outcome.why else float(np.median(losses))
        found[outcome.spec] = middle if np.isfinite(middle) else float("inf")
    return [found[spec] for spec in specs]


def scale_of(spec: LabSpec) -> float:
    """Return the loss of a network that outputs 0, on the points that a figure is of."""
    problem = problem_of(spec)
    y = problem.validation_y if len(problem.validation_y) else problem.y
    return float(problem.loss.value(NUMPY, np.zeros(y.shape), y.astype(float)))


def changed(spec: LabSpec) -> dict[str, LabSpec]:
    """Return what `CHANGES` make of a spec, where that is another one and not too large."""
    found = {}
    for name, change in CHANGES.items():
        other = change(spec)
        if other != spec and cost(other) <= CHANGED:
            found[name] = other
    return found


def label(spec: LabSpec, family: str, until: int | None = None) -> Drawn | None:
    """Return a spec with its label; None where it is neither sick nor healthy.

    Raises:
        LabError: it cannot be trained.
    """
    own, scale = figure(spec), scale_of(spec)
    best, name = float("inf"), ""
    for one, other in changed(spec).items():
        value = figure(other)
        if value < best:
            best, name = value, one
        if _is_much(own, best, scale):
            break  # sick, whatever the others gain
    kept = min(own, 1e30)
    if _is_much(own, best, scale):
        return Drawn(spec, SICK, family, until, name, kept, best, scale)
    if np.isfinite(own) and (own - best <= LITTLE * scale or best >= (1 - SCRAPS) * own):
        return Drawn(spec, HEALTHY, family, until, name, own, best, scale)
    return None


def _is_much(own: float, best: float, scale: float) -> bool:
    if not np.isfinite(own):
        return best < scale
    return own - best >= MUCH * scale and best <= (1 - CUT) * own


# ---- drawing


def _pick(rng: Rng, *values: Any) -> Any:
    return values[int(rng.integers(len(values)))]


def _log(rng: Rng, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _seeded(rng: Rng, spec: LabSpec) -> LabSpec:
    task = replace(spec.task, seed=int(rng.integers(1000)))
    train = replace(spec.train, seed=int(rng.integers(1000)), seeds=SEEDS)
    return replace(spec, task=task, train=train)


SMALL = tuple(sorted(set(TASKS.keys()) - {"csv", "digits", "diagonal-flip"}))
NOISY = tuple(key for key in SMALL if "samples" in TASKS[key].knobs)


def _own(rng: Rng, *tasks: str) -> LabSpec:
    """Return what the lab recommends for a task."""
    return _seeded(rng, TASKS[_pick(rng, *(tasks or SMALL))].recommended())


def _recommended(rng: Rng) -> LabSpec:
    return _own(rng)


def _recipe(rng: Rng) -> LabSpec:
    """One of the recipes of sick nets in `adviser_cases`."""
    kind = _pick(rng, *recipes.RECIPES)
    return _seeded(rng, recipes.RECIPES[kind][0](rng))


def _neighbour(rng: Rng) -> LabSpec:
    """What the lab recommends, wider or deeper, with another sound activation."""
    return _seeded(rng, recipes._healthy(rng))


def _unfinished(rng: Rng) -> LabSpec:
    """Too few updates, too low a rate, or a target loss that ends it at once."""
    spec = _own(rng)
    match int(rng.integers(3)):
        case 0:
            return edit(spec, "train.updates", int(_log(rng, 10, 300)))
        case 1:
            return edit(spec, "train.rate", _log(rng, 1e-5, 1e-3))
    return edit(spec, "train.target_loss", _log(rng, 0.01, 0.5))


def _stuck(rng: Rng) -> LabSpec:
    """Nets that may not get beyond the linear model: saturating, zeros, deep, wide."""
    spec = _own(rng, *NOISY)
    values = {
        "net.activation": _pick(rng, "sigmoid", "softplus", "tanh", "identity", "relu"),
        "net.init": _pick(rng, "xavier-normal", "small-normal", "zeros", "torch-default"),
        "net.depth": _pick(rng, 1, 2, 3, 6, 10),
        "net.width": int(_log(rng, 8, 64)),
        "train.optimizer": _pick(rng, "sgd", "adam", "momentum"),
    }
    return edit_all(spec, values)


def _deep(rng: Rng) -> LabSpec:
    """Six to sixteen layers, with and without skips and layer norm."""
    spec = _own(rng, *NOISY)
    values = {
        "net.depth": int(rng.integers(6, 17)),
        "net.width": int(_log(rng, 6, 24)),
        "net.residual": _pick(rng, False, True),
        "net.layer_norm": _pick(rng, False, True),
        "train.updates": _pick(rng, 300, 600, 1500),
    }
    return edit_all(spec, values)


def _tiny(rng: Rng) -> LabSpec:
    """Six to thirty points, with much noise or little, at any width."""
    spec = _own(rng, *NOISY)
    values = {
        "task.samples": int(_log(rng, 6, 30)),
        "task.noise": round(float(rng.uniform(0, 0.5)), 2),
        "task.validation": _pick(rng, 0.3, 0.6, 0.9),
        "net.width": int(_log(rng, 4, 64)),
    }
    return edit_all(spec, values)


def _table(rng: Rng) -> LabSpec:
    """A table of 20 to 300 rows, as the lab recommends it or with another width and rate."""
    name = f"{_pick(rng, *KINDS_OF_TABLE)}-{int(_log(rng, 20, 300))}-{int(rng.integers(100))}"
    from layerlab.nets.tasks.csv import recommended_for_csv

    spec = recommended_for_csv(table(name))
    spec = _seeded(rng, replace(spec, task=replace(spec.task, path=name)))
    if rng.random() < 0.5:
        spec = edit(spec, "net.width", int(_log(rng, 2, 64)))
        spec = edit(spec, "train.rate", _pick(rng, 1e-3, 1e-2, 1e-1, 0.3))
    return spec


def _anywhere(rng: Rng) -> LabSpec:
    """Draw over all knobs; each is left as the lab recommends it with probability 0.6."""
    spec = _own(rng)
    tasks = {
        "task.samples": int(_log(rng, 8, 400)),
        "task.noise": round(float(rng.uniform(0, 0.5)), 2),
        "task.validation": round(float(rng.uniform(0.1, 0.8)), 2),
    }
    others = {
        "net.depth": int(rng.integers(0, 13)),
        "net.width": int(_log(rng, 1, 64)),
        "net.activation": _pick(rng, *ACTIVATIONS.keys()),
        "net.slope": round(float(rng.uniform(0, 0.5)), 2),
        "net.init": _pick(rng, *INITIALIZERS.keys()),
        "net.weight_std": round(float(rng.uniform(0.2, 4)), 2),
        "net.bias_std": round(float(rng.uniform(0, 2)), 2),
        "net.residual": _pick(rng, False, True),
        "net.layer_norm": _pick(rng, False, True),
        "net.dropout": round(float(rng.uniform(0, 0.6)), 2),
        "train.optimizer": _pick(rng, *OPTIMIZERS.keys()),
        "train.rate": _log(rng, 1e-5, 3),
        "train.batch": _pick(rng, 1, 4, 16, 64, "full"),
        "train.order": _pick(rng, "file", "shuffle"),
        "train.updates": int(_log(rng, 20, 4000)),
        "train.l1": _log(rng, 1e-6, 0.1),
        "train.l2": _log(rng, 1e-6, 0.3),
    }
    drawn = others if "samples" not in TASKS[spec.task.name].knobs else tasks | others
    return edit_all(spec, {path: v for path, v in drawn.items() if rng.random() < 0.4})


FAMILIES: dict[str, Callable[[Rng], LabSpec]] = {
    "recommended": _recommended,
    "recipe": _recipe,
    "neighbour": _neighbour,
    "unfinished": _unfinished,
    "stuck": _stuck,
    "deep": _deep,
    "tiny": _tiny,
    "table": _table,
    "anywhere": _anywhere,
}


# ---- tables


def _smooth(rng: Rng, rows: int) -> tuple[list[str], list[list[object]]]:
    x = rng.normal(size=(rows, 4)) * [1, 10, 0.1, 1] + [0, 50, 0, 3]
    y = np.sin(2 * x[:, 0]) + 0.05 * x[:, 1] * (x[:, 3] > 3) + 0.2 * rng.normal(size=rows)
    return ["a", "b", "c", "d", "y"], np.column_stack((x, y)).round(4).tolist()


def _flat(rng: Rng, rows: int) -> tuple[list[str], list[list[object]]]:
    x = rng.normal(size=(rows, 6))
    y = x @ [1, -0.5, 0.2, 0, 0, 0] + 0.5 * rng.normal(size=rows)
    return [*"abcdef", "y"], np.column_stack((x, y)).round(4).tolist()


def _classes(rng: Rng, rows: int) -> tuple[list[str], list[list[object]]]:
    x = rng.uniform(-1, 1, (rows, 3))
    kind = np.where(x[:, 0] * x[:, 1] > 0, "same", "other")
    kind = np.where(rng.random(rows) < 0.05, "odd", kind)
    colour = np.array(["red", "green", "blue"])[rng.integers(0, 3, rows)]
    lines = zip(x.round(4).tolist(), colour.tolist(), kind.tolist(), strict=True)
    return ["u", "v", "w", "colour", "kind"], [[*line, c, k] for line, c, k in lines]


KINDS_OF_TABLE = {"smooth": _smooth, "flat": _flat, "classes": _classes}


def table(name: str) -> pathlib.Path:
    """Write the table of a name, KIND-ROWS-SEED, where it is not there yet; return its file."""
    kind, rows, seed = name.split("-")
    path = TABLES / f"{name}.csv"
    if not path.exists():
        TABLES.mkdir(parents=True, exist_ok=True)
        head, lines = KINDS_OF_TABLE[kind](np.random.default_rng(int(seed)), int(rows))
        text = "\n".join(",".join(map(str, line)) for line in [head, *lines])
        path.write_text(text + "\n", encoding="utf-8")
    return path


def placed(spec: LabSpec) -> LabSpec:
    """Return a spec whose table, if it has one, lies on this disk."""
    if spec.task.path is None:
        return spec
    return replace(spec, task=replace(spec.task, path=str(table(spec.task.path))))


# ---- the file


def _drawn(rng: Rng, families: list[str]) -> Iterator[Drawn]:
    """Yield one labelled spec after another, the families in turn."""
    while True:
        for family in families:
            spec = FAMILIES[family](rng)
            try:
                if cost(placed(spec)) > MOST:
                    continue
                found = label(placed(spec), family)
            except LabError:
                continue
            if found is not None:
                yield replace_spec(found, spec)


def replace_spec(drawn: Drawn, spec: LabSpec) -> Drawn:
    """Return the same with the spec as it is written, without this disk's folders."""
    return Drawn(**{**vars(drawn), "spec": spec})


def tuning() -> list[Drawn]:
    """Return `OF_EACH` sick and healthy ones, at most a fifth of either of one family."""
    rng, most = np.random.default_rng(TUNING), OF_EACH // 5
    kept: dict[str, list[Drawn]] = {SICK: [], HEALTHY: []}
    began_s = time.monotonic()
    for one in _drawn(rng, list(FAMILIES)):
        group = kept[one.label]
        of_family = sum(other.family == one.family for other in group)
        if len(group) < OF_EACH and of_family < most:
            group.append(one)
            print(
                f"{time.monotonic() - began_s:5.0f} s", *(map(len, kept.values())), flush=True
            )
        if all(len(group) == OF_EACH for group in kept.values()):
            break
    paused = kept[HEALTHY][:: OF_EACH // PAUSED]
    for k, one in enumerate(paused):
        until = (3, max(1, problem_of(placed(one.spec)).length // 3))[k % 2]
        kept[HEALTHY][kept[HEALTHY].index(one)] = Drawn(**{**vars(one), "until": until})
    return kept[SICK] + kept[HEALTHY]


def unseen(seed: int, families: list[str]) -> list[Drawn]:
    """Return `REPORTED` more of some families, half of them sick, as they come."""
    kept: list[Drawn] = []
    for one in _drawn(np.random.default_rng(seed), families):
        same = sum(other.label == one.label for other in kept)
        if same < REPORTED // 2:
            kept.append(one)
        if len(kept) == REPORTED:
            return kept
    raise AssertionError  # the generator has no end


def _line(group: str, drawn: Drawn) -> str:
    """Return one line of the file: fields of the spec that are not its defaults."""
    plain = json.loads(struct_json.encode(LabSpec()))
    mine = json.loads(struct_json.encode(drawn.spec))
    short = {
        room: {k: v for k, v in mine[room].items() if v != plain[room][k]}
        for room in ("task", "net", "train")
    }
    rest = {k: v for k, v in vars(drawn).items() if k != "spec"}
    rounded = {k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in rest.items()}
    return json.dumps({"group": group, **rounded, "spec": {"version": 1, **short}})


def read(group: str) -> list[Drawn]:
    """Return the specs of a group of the file, one of `GROUPS`; tables are written."""
    found = []
    for line in json.loads(FILE.read_text(encoding="utf-8")):
        if line.pop("group") == group:
            spec = from_json(json.dumps(line.pop("spec")))
            found.append(Drawn(spec=placed(spec), **line))
    return found


def main() -> None:
    """Draw all, and write the file."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    one_thread_each()
    lines = [_line("tuning", one) for one in tuning()]
    lines += [_line("held out", one) for one in unseen(HELD_OUT, ["anywhere", "table"])]
    lines += [_line("fresh", one) for one in unseen(FRESH, ["anywhere"])]
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
