"""What was on screen before an edit stays as a faint line with its name."""

from __future__ import annotations

from layerlab.compose.wiring import REGISTRIES
from layerlab.core import spec as specs
from layerlab.core.declared import KNOBS
from layerlab.core.frames import Frame
from layerlab.core.spec import LabSpec
from layerlab.core.translation import _
from layerlab.nets.features import FEATURES, plain
from layerlab.nets.tasks import TASKS
from layerlab.ui.window import LabWindow

# What all layers share, where they are alike; else only the list of widths shows it.
_SHARED = ["net.width", "net.depth"]


def turned(old: LabSpec, new: LabSpec) -> str:
    """Return what distinguishes `old` from `new`, as its knob's value, such as `Width 4`."""
    differ = [path for path in KNOBS if specs.get(old, path) != specs.get(new, path)]
    hidden = old.net.hidden, new.net.hidden
    alike = all(len(set(widths)) <= 1 for widths in hidden)
    differ = [path for path in differ if path not in (["net.hidden"] if alike else _SHARED)]
    if not all(hidden):  # a linear model has no width
        differ = [path for path in differ if path != "net.width"]
    if differ == _SHARED:  # depth, with the parameters locked
        return _("Depth {depth}, width {width}", depth=len(hidden[0]), width=hidden[0][0])
    if len(differ) != 1:
        return _("the run before") if differ else _("the same, earlier")
    knob, value = KNOBS[differ[0]], specs.get(old, differ[0])
    if knob.kind == "bool":
        label = knob.label
        return _("{knob} on", knob=label) if value else _("{knob} off", knob=label)
    if knob.registry:
        return str(REGISTRIES[knob.registry][value].label)
    if knob.path == "task.features":
        return f"{knob.label} {_features_text(old.task)}"
    text = "-".join(map(str, value)) if isinstance(value, tuple) else value
    return f"{knob.label} {text}"


def _has_same_points(one: LabSpec, other: LabSpec) -> bool:
    """Return whether two labs have the same data, whatever features the networks are given."""
    return specs.replace(one.task, features=()) == specs.replace(other.task, features=())


def _features_text(task: specs.TaskSpec) -> str:
    inputs = TASKS[task.name].shape(task).inputs
    return ", ".join(FEATURES[key].sign(inputs) for key in task.features or plain(inputs))


class PreviousRunOverlay:
    """Keeps the frame before an edit on the views, until the next edit or undo."""

    def __init__(self, window: LabWindow) -> None:
        self._window = window
        self._frame: Frame | None = None
        self._is_shown = True
        self._label = ""
        self._has_loss = False

    def keep(self, frame: Frame | None, new: LabSpec) -> None:
        """Keep a frame, if it shows the same points as the new spec."""
        trained = frame is not None and frame.update > 0
        if frame is None or not trained or not _has_same_points(frame.spec, new):
            self.clear()
            return
        self._frame = frame
        self.name(new)

    def name(self, new: LabSpec) -> None:
        """Name the kept run after what the new spec does otherwise."""
        if self._frame is not None:
            self._label = _("before: {change}", change=turned(self._frame.spec, new))
            self._has_loss = self._frame.spec.train.loss == new.train.loss
            self._is_shown = False

    def show(self) -> None:
        """Put it on the views; called before they draw a frame, so that they paint once."""
        if self._is_shown or self._frame is None:
            return
        self._is_shown = True
        self._window.prediction.set_previous_run(self._frame.prediction, self._label)
        self._window.loss.set_previous_run(
            self._frame.loss if self._has_loss else None, self._label
        )

    def clear(self) -> None:
        """Remove the overlay."""
        self._frame, self._is_shown = None, True
        self._window.prediction.set_previous_run(None)
        self._window.loss.set_previous_run(None)
