"""The tables that come with the lab; the csv module of Python is the oracle."""

from __future__ import annotations

import csv
from collections import Counter

import numpy as np
import pytest

from layerlab.core.resources import resource
from layerlab.core.spec import TaskSpec
from layerlab.nets.data import Data
from layerlab.nets.tasks import TASKS
from layerlab.nets.tasks.bundled import BUNDLED

KEYS = [task.key for task in BUNDLED]
FILES = ("penguins", "mauna-loa", "seattle-weather", "sunspots")


def rows_of(name: str) -> list[dict[str, str]]:
    with resource(f"tables/{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def load(key: str) -> Data:
    return TASKS[key].load(TASKS[key].recommended().task)


def own_x(data: Data) -> np.ndarray:
    return np.concatenate([data.x, data.validation_x]) * data.x_scale + data.x_mean


@pytest.mark.parametrize("key", KEYS)
def test_sizes_that_are_promised_are_those_of_the_file(key: str) -> None:
    data = load(key)
    assert data.n + len(data.validation_x) == TASKS[key].samples
    assert TASKS[key].shape(TaskSpec(name=key)) == data.shape
    assert TASKS[key].source


def test_penguins_without_gaps_are_read_as_they_stand() -> None:
    rows = [row for row in rows_of("penguins") if "NA" not in row.values()]
    data = load("penguins")
    assert data.class_names == ("Adelie", "Chinstrap", "Gentoo")
    names = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
    places = [data.feature_names.index(name) for name in names]
    found = Counter(map(tuple, np.round(own_x(data)[:, places], 6).tolist()))
    assert found == Counter(tuple(float(row[name]) for name in names) for row in rows)
    one_hot = {name.partition("=")[0] for name in data.feature_names if "=" in name}
    assert one_hot == {"island", "sex"}
    counts = Counter(data.class_names[k] for k in (*data.y, *data.validation_y))
    assert counts == Counter(row["species"] for row in rows)
    assert data.notes  # what became of the gaps


def test_body_mass_is_in_grams() -> None:
    data = load("penguin-mass")
    own = np.concatenate([data.y, data.validation_y]) * data.y_scale + data.y_mean
    rows = [row for row in rows_of("penguins") if "NA" not in row.values()]
    expected = sorted(float(row["body_mass_g"]) for row in rows)
    np.testing.assert_allclose(np.sort(own[:, 0]), expected, rtol=1e-9)


def test_snow_is_rare_in_both_parts_of_the_weather() -> None:
    data = load("seattle-weather")
    snow = data.class_names.index("snow")
    shares = [(part == snow).mean() for part in (data.y, data.validation_y)]
    assert all(0.01 < share < 0.02 for share in shares)
    counts = Counter(data.class_names[k] for k in (*data.y, *data.validation_y))
    assert counts == Counter(row["weather"] for row in rows_of("seattle-weather"))


def test_sunspots_come_with_the_years_before_and_the_last_are_held_out() -> None:
    rows = rows_of("sunspots")
    counts = {int(row["year"]): float(row["sunspots"]) for row in rows}
    assert sorted(counts) == list(range(1711, 2009))
    for row in rows:
        year = int(row["year"])
        if year - 11 in counts:
            assert float(row["eleven_years_before"]) == counts[year - 11]
            assert float(row["one_year_before"]) == counts[year - 1]
    data = load("sunspots")
    assert "year" not in data.feature_names
    assert data.shape.classes == 0  # counts are numbers
    held = data.validation_y[:, 0] * data.y_scale + data.y_mean
    np.testing.assert_allclose(held, [counts[year] for year in range(1949, 2009)], rtol=1e-9)


def test_carbon_dioxide_is_a_curve_over_days() -> None:
    rows = [row for row in rows_of("mauna-loa") if row["co2_ppm"]]
    data = load("mauna-loa")
    assert data.form == "curve"
    days = np.array([row["week"] for row in rows], "datetime64[D]")
    expected = (days - days[0]).astype(float)
    np.testing.assert_allclose(np.sort(own_x(data)[:, 0]), expected, atol=1e-6)
    assert TASKS["mauna-loa"].recommended().task.split == "last"


def test_the_last_years_of_carbon_dioxide_are_held_out() -> None:
    data = load("mauna-loa")
    assert len(data.validation_x) == round(0.2 * TASKS["mauna-loa"].samples)
    assert data.x.max() < data.validation_x.min()


@pytest.mark.parametrize("name", FILES)
def test_every_table_says_where_it_is_from_and_may_be_passed_on(name: str) -> None:
    lines = resource("tables/README.md").read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if line.startswith(f"| `{name}.csv` |")]
    assert any(word in line for word in ("CC0", "public domain"))
    assert {path.stem for path in resource("tables").glob("*.csv")} == {*FILES}
