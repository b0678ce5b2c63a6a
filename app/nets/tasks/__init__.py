"""Tasks: the data that a network has to fit. `TASKS` holds them all by name."""

from app.nets.tasks.base import TASKS as TASKS
from app.nets.tasks.base import Task as Task
from app.nets.tasks.curves import CURVES
from app.nets.tasks.flip import FLIP
from app.nets.tasks.planes import PLANES
from app.nets.tasks.sets import SETS

_ALL = (*CURVES, *PLANES, FLIP, *SETS)
for _task in sorted(_ALL, key=lambda task: not task.featured):  # keeps order otherwise
    TASKS.add(_task)
