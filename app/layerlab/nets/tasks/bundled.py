"""Real tables that come with the lab, read as anyone's table is: with gaps, dates and texts.

`resources/tables/README.md` says where each comes from. Sizes stand here, so that nothing is
read before it is trained on; a test compares them with the files.
"""

from __future__ import annotations

import functools

from layerlab.core.resources import resource
from layerlab.core.spec import TaskSpec, replace
from layerlab.core.translation import _
from layerlab.nets.data import Data, Shape, Table
from layerlab.nets.tables import Choices
from layerlab.nets.tasks.base import Task
from layerlab.nets.tasks.csv import read_table
from layerlab.nets.tasks.splits import SHARE
from layerlab.nets.tasks.tabular import advise, prepare


@functools.lru_cache(maxsize=2)
def _table(file: str, target: str, leave_out: tuple[str, ...]) -> Table:
    choices = Choices(target=target, leave_out=leave_out)
    return read_table(str(resource(f"tables/{file}")), choices)


def _task(
    key: str,
    label: str,
    text: str,
    file: str,
    target: str,
    rows: int,
    shape: Shape,
    origin: str,
    *,
    split: str = "auto",
    leave_out: tuple[str, ...] = (),
) -> Task:
    """Return a task.

    Args:
        rows: those without gaps. split: how some are held out. leave_out: columns that are
            no inputs. The others are as in `Task`.
    """

    def load(spec: TaskSpec) -> Data:
        table = _table(file, target, leave_out)
        assert table.reading is not None
        way = split if spec.split == "auto" else spec.split
        return prepare(table, replace(spec, problem=table.reading.problem, split=way), key)

    net, train = advise(rows, shape)
    return Task(
        key,
        label,
        text,
        load=load,
        shape=lambda spec: shape,
        net=net,
        train=train,
        start=None if split == "auto" else lambda: {"split": split},
        samples=rows,
        noise=0.0,
        validation=SHARE,
        knobs=("split", "validation", "seed"),
        source=origin,
        group="tables",
    )


BUNDLED = (
    _task(
        "penguins",
        _("penguins"),
        _("333 penguins, numbers and words mixed: which species. 11 with gaps are left out."),
        "penguins.csv",
        "species",
        333,
        Shape(inputs=10, classes=3),
        "Gorman et al. 2014",
    ),
    _task(
        "penguin-mass",
        _("body mass"),
        _("333 penguins: how heavy they are, from lengths, species, sex and island."),
        "penguins.csv",
        "body_mass_g",
        333,
        Shape(inputs=12),
        "Gorman et al. 2014",
    ),
    _task(
        "seattle-weather",
        _("weather"),
        _("1,461 days, one in sixty with snow: accuracy says little about rare classes."),
        "seattle-weather.csv",
        "weather",
        1461,
        Shape(inputs=5, classes=5),
        "NOAA 2012–2015",
    ),
    _task(
        "mauna-loa",
        "CO₂",  # not translated
        _("2,225 weeks of CO₂, the last years held out: ReLU continues, tanh levels off."),
        "mauna-loa.csv",
        "co2_ppm",
        2225,
        Shape(inputs=1),
        "Keeling & Whorf 2004",
        split="last",
    ),
    _task(
        "sunspots",
        _("sunspots"),
        _("298 years: how many sunspots, counted from those before; the last ones held out."),
        "sunspots.csv",
        "sunspots",
        298,
        Shape(inputs=6),
        "NOAA 1700–2008",
        split="last",
        leave_out=("year",),
    ),
)
