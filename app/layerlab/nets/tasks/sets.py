"""Real data: scikit-learn's own copies, which it reads from its installation.

scikit-learn takes seconds to import, so its files are read without it where that can be; sizes
stand here, where a test compares them with the real ones.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec.structs import replace

from layerlab.core.errors import LabError
from layerlab.core.libraries import needed_for
from layerlab.core.spec import TaskSpec
from layerlab.core.translation import _, marked
from layerlab.nets.data import Column, Data, Shape, Table
from layerlab.nets.tasks.base import Task
from layerlab.nets.tasks.shipped import shipped_table
from layerlab.nets.tasks.splits import SHARE
from layerlab.nets.tasks.tabular import advise, prepare


@dataclass(frozen=True)
class _Set:
    """A data set: how scikit-learn calls it, its rows, its target's name."""

    loader: str
    rows: int
    shape: Shape
    target: str


def _table(bunch: Any, target: str) -> Table:
    """Return scikit-learn's arrays as typed columns."""
    data, number = bunch.data.astype(np.float64), bunch.target
    features = tuple(
        Column(str(name), np.ascontiguousarray(data[:, k]))
        for k, name in enumerate(bunch.feature_names)
    )
    names = getattr(bunch, "target_names", None)
    if names is None or not isinstance(names[0], str):
        return Table(features, Column(target, number.astype(np.float64)))
    texts = np.array([str(names[k]) for k in number], object)
    return Table(features, Column(target, texts))


def unreadable() -> str:
    """Return why the data sets cannot be read, in one sentence; "" if all of them can."""
    try:
        for task in SETS:
            task.load(task.recommend(TaskSpec(name=task.key)).task)
    except LabError as error:
        return str(error)
    return ""


@functools.lru_cache(maxsize=2)
def _read(source: _Set) -> Table:
    name = source.loader.removeprefix("load_")
    shipped = shipped_table(name, source.target, source.rows)
    if shipped is not None:
        return shipped
    with needed_for(_("the data set {name}", name=name.replace("_", "-"))):
        from sklearn import datasets

    # Diabetes comes scaled by its standard deviation unless it is asked for as measured.
    options = {"scaled": False} if source.loader == "load_diabetes" else {}
    return _table(getattr(datasets, source.loader)(**options), source.target)


def _task(
    key: str,
    label: str,
    text: str,
    source: _Set,
    origin: str,
    *,
    featured: bool = False,
    group: str = "tables",
) -> Task:
    def load(spec: TaskSpec) -> Data:
        # What the target is, is known: `problem` is for files.
        return prepare(_read(source), replace(spec, problem="auto"), key)

    net, train = advise(source.rows, source.shape)
    return Task(
        key,
        label,
        text,
        load=load,
        shape=lambda spec: source.shape,
        net=net,
        train=train,
        samples=source.rows,
        noise=0.0,
        validation=SHARE,
        knobs=("split", "validation", "seed"),
        source=origin,
        featured=featured,
        group=group,
    )


SETS = (
    _task(
        "digits",
        _("digits"),
        _("1,797 handwritten digits of 8x8 pixels: ten classes."),
        _Set("load_digits", 1797, Shape(inputs=64, classes=10), "digit"),
        "Alpaydin & Kaynak 1998",
        featured=True,
        group=marked("images"),
    ),
    _task(
        "iris",
        _("iris"),
        _("150 flowers, four lengths of each: which of three species it is."),
        _Set("load_iris", 150, Shape(inputs=4, classes=3), "species"),
        "Fisher 1936",
    ),
    _task(
        "wine",
        _("wine"),
        _("178 wines, 13 chemical measures: which of three growers made it."),
        _Set("load_wine", 178, Shape(inputs=13, classes=3), "cultivar"),
        "Aeberhard & Forina 1991",
    ),
    _task(
        "breast-cancer",
        _("cancer"),
        _("569 tumours, 30 measures of their cells: malignant or benign."),
        _Set("load_breast_cancer", 569, Shape(inputs=30, classes=2), "diagnosis"),
        "Wolberg et al. 1995",
    ),
    _task(
        "diabetes",
        _("diabetes"),
        _("442 patients, ten measures: how far the illness has gone a year later."),
        _Set("load_diabetes", 442, Shape(inputs=10), "progression"),
        "Efron et al. 2004",
    ),
)
