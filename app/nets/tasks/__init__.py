"""Tasks: the data that a network has to fit. `TASKS` holds them all by name."""

from app.nets.tasks import curves as curves
from app.nets.tasks.base import TASKS as TASKS
from app.nets.tasks.base import Task as Task
