"""The files in which scikit-learn ships its small data sets, read without importing it.

Importing it takes a second or more and 37 MB, for files of text. Where they are not what is
known of them, which another version of scikit-learn may bring about, its own loaders read them.
"""

from __future__ import annotations

import gzip
import importlib.util
import pathlib
from collections.abc import Sequence

import numpy as np

from layerlab.core.disk import read_file
from layerlab.core.errors import LabError
from layerlab.nets.data import Column, Table

Array = np.ndarray
MAX_BYTES = 1_000_000  # of a file; the largest has 120 KB
# Name of the set -> its files: features and targets, or a head and both in one.
FILES: dict[str, tuple[str, ...]] = {
    "digits": ("digits.csv.gz",),
    "iris": ("iris.csv",),
    "wine": ("wine_data.csv",),
    "breast_cancer": ("breast_cancer.csv",),
    # As it was measured, where the file with this name is scaled.
    "diabetes": ("diabetes_data_raw.csv.gz", "diabetes_target.csv.gz"),
}
_CELLS = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",  # not translated
    "symmetry",
    "fractal dimension",  # not translated
)
# Name of the set -> names of its columns, as scikit-learn's loaders call them.
COLUMNS: dict[str, tuple[str, ...]] = {
    "digits": tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8)),
    "iris": tuple(
        f"{part} {side} (cm)" for part in ("sepal", "petal") for side in ("length", "width")
    ),
    "wine": (
        "alcohol",
        "malic_acid",
        "ash",
        "alcalinity_of_ash",
        "magnesium",
        "total_phenols",
        "flavanoids",
        "nonflavanoid_phenols",
        "proanthocyanins",
        "color_intensity",
        "hue",
        "od280/od315_of_diluted_wines",
        "proline",
    ),
    "breast_cancer": (
        *(f"mean {name}" for name in _CELLS),  # not translated
        *(f"{name} error" for name in _CELLS),  # not translated
        *(f"worst {name}" for name in _CELLS),  # not translated
    ),
    "diabetes": ("age", "sex", "bmi", "bp", *(f"s{k}" for k in range(1, 7))),
}


def shipped_table(name: str, target: str, rows: int) -> Table | None:
    """Return a data set as typed columns, in its own order and units.

    Args:
        name: one of `COLUMNS`. target: what its target is called. rows: how many there are.

    Returns:
        The table; None where scikit-learn or its files are not what is known of them.
    """
    folder = data_folder()
    if folder is None:
        return None
    try:
        data, number, classes = _read(folder, name)
    except (LabError, OSError, ValueError):  # missing, damaged, or of another form
        return None
    names = COLUMNS[name]
    if data.shape != (rows, len(names)) or number.shape != (rows,):
        return None
    features = tuple(
        Column(label, np.ascontiguousarray(data[:, k])) for k, label in enumerate(names)
    )
    if not classes:
        return Table(features, Column(target, number))
    if not set(number.tolist()) <= set(range(len(classes))):
        return None
    return Table(features, Column(target, np.array([classes[int(k)] for k in number], object)))


def data_folder() -> pathlib.Path | None:
    """Return where scikit-learn's files are, without importing it; None if nowhere.

    A bundle has these files alone, and nothing of scikit-learn that could be imported.
    """
    try:
        found = importlib.util.find_spec("sklearn")
    except (ImportError, ValueError):  # marked as not there
        return None
    places = found.submodule_search_locations if found else None
    return pathlib.Path(next(iter(places))) / "datasets" / "data" if places else None


def _read(folder: pathlib.Path, name: str) -> tuple[Array, Array, Sequence[str]]:
    """Return features (rows, D), targets (rows,), and the classes' names, if they have any."""
    paths = [folder / file for file in FILES[name]]
    if len(paths) == 2:
        data, target = (_numbers(path, None) for path in paths)
        return data, target[:, 0], ()
    path = paths[0]
    if name == "digits":
        whole = _numbers(path, ",")
        return whole[:, :-1], whole[:, -1], ()
    head = _text(path).partition("\n")[0]  # rows, columns, names of the classes
    whole = _numbers(path, ",", 1)
    return whole[:, :-1], whole[:, -1], head.strip().split(",")[2:]


def _numbers(path: pathlib.Path, delimiter: str | None, skipped: int = 0) -> Array:
    lines = _text(path).splitlines()[skipped:]
    if not lines:
        raise ValueError(f"{path} has no rows")
    return np.loadtxt(lines, delimiter=delimiter, ndmin=2)


def _text(path: pathlib.Path) -> str:
    raw = read_file(path, MAX_BYTES)
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
