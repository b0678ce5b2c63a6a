"""Tasks: the data that a network has to fit. `TASKS` holds them all by name."""

from layerlab.nets.tasks.base import TASKS as TASKS
from layerlab.nets.tasks.base import Task as Task
from layerlab.nets.tasks.bundled import BUNDLED
from layerlab.nets.tasks.by_hand import DRAWN, PAINTED
from layerlab.nets.tasks.csv import CSV
from layerlab.nets.tasks.csv import export_csv as export_csv
from layerlab.nets.tasks.csv import recommended_for_csv as recommended_for_csv
from layerlab.nets.tasks.curves import CURVES
from layerlab.nets.tasks.flip import FLIP
from layerlab.nets.tasks.formula import FORMULA
from layerlab.nets.tasks.planes import PLANES
from layerlab.nets.tasks.sets import SETS

_ALL = (*CURVES, *PLANES, FORMULA, PAINTED, DRAWN, FLIP, *SETS, *BUNDLED, CSV)
for _task in sorted(_ALL, key=lambda task: not task.featured):  # keeps order otherwise
    TASKS.add(_task)
