"""Tasks: the data that a network has to fit. `TASKS` holds them all by name."""

from app.nets.tasks.base import TASKS as TASKS
from app.nets.tasks.base import Task as Task
from app.nets.tasks.csv import CSV
from app.nets.tasks.csv import export_csv as export_csv
from app.nets.tasks.csv import recommended_for_csv as recommended_for_csv
from app.nets.tasks.curves import CURVES
from app.nets.tasks.flip import FLIP
from app.nets.tasks.planes import PLANES
from app.nets.tasks.sets import SETS

_ALL = (*CURVES, *PLANES, FLIP, *SETS, CSV)
for _task in sorted(_ALL, key=lambda task: not task.featured):  # keeps order otherwise
    TASKS.add(_task)
