"""What is kept of a run: measured and written in a thread, once the run has ended."""

from __future__ import annotations

import functools
import logging
import math
import platform
from collections.abc import Callable

import numpy as np

from layerlab.compose.ended_run import EndedRun, same_training
from layerlab.compose.labs import input_names
from layerlab.core.errors import LabError
from layerlab.core.numbers import median
from layerlab.core.runs import Losses, NewRun
from layerlab.core.spec import LabSpec
from layerlab.core.state import State
from layerlab.core.translation import _
from layerlab.runtime import labfile, settings
from layerlab.runtime.runs.library import LARGE_SHARE, DamagedLibraryError, RunLibrary

Array = np.ndarray
_log = logging.getLogger("layerlab")
EDITED = "live-edits"  # tag of a run whose knobs were turned while it trained
_CPUS, _MODEL = "/proc/cpuinfo", b"model name"  # of Linux
STALE_MS, WAIT_MS = 30_000, 2000  # of the lock of a window that puts a library aside


class RunWriter:
    """Writes runs into the library of the user's folder; of a writing thread alone.

    Args:
        tell: takes sentences for the person, on that thread.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._is_checked = self._is_full = False
        # The run that was written last: of the runner, its spec, its number in the library.
        self._last: tuple[int, LabSpec, int] | None = None

    def write(self, run_id: int, run: EndedRun, limit: int) -> None:
        """Keep a run.

        Args:
            run_id: of the runner; the same run further on takes its own place.
            run: the run. limit: bytes that the library may take.

        Raises:
            LabError: it cannot be written; what is in the library stays as it is.
        """
        new, network = measured(run, limit)
        library = RunLibrary(settings.make_data_folder())
        if not self._is_checked:
            self._check(library)
            self._is_checked = True
        try:
            number, left = library.add(new, network, limit, self._replaced(run_id, run))
        except DamagedLibraryError as error:  # since it was looked at
            self._begin_new(library, error)
            number, left = library.add(new, network, limit)
        self._last = (run_id, run.spec, number)
        _log.info("run %d of %d updates is kept", number, new.updates)
        if left and not self._is_full:
            self._is_full = True
            self._tell(
                _(
                    "The library of runs is full: the oldest runs leave, but for those that "
                    "are pinned."
                )
            )

    def _replaced(self, run_id: int, run: EndedRun) -> int | None:
        """Return the number of the run that this one is further on, if it trained alike."""
        if self._last is None or self._last[0] != run_id:
            return None
        return self._last[2] if same_training(self._last[1], run.spec) else None

    def _check(self, library: RunLibrary) -> None:
        try:
            library.check()
        except DamagedLibraryError as error:
            self._begin_new(library, error)
        else:
            library.sweep()

    def _begin_new(self, library: RunLibrary, error: LabError) -> None:
        from layerlab.runtime.lock import Lock

        lock = Lock(library.folder / "library.lock", STALE_MS)
        lock.take(WAIT_MS)  # where the folder has no locks, nothing worse than two copies
        try:
            name = library.put_aside()
        finally:
            lock.give_back()
        self._last = None
        _log.warning("%s", error)
        if name:
            self._tell(
                _(
                    "The library of runs was damaged; it is kept as {name}, and a new one has "
                    "begun.",
                    name=name,
                )
            )


def measured(run: EndedRun, limit: int) -> tuple[NewRun, memoryview | None]:
    """Return what is known of a run, and its saved lab where there is room for it.

    Args:
        run: the run. limit: bytes that the library may take.
    """
    from layerlab.nets.probes import History

    state = run.state.alone()
    history = run.history if isinstance(run.history, History) else History()
    if history.last_update != state.update:
        history = history.copy()
        history.record(run.spec, state)
    _updates, columns = history.columns()
    train, validation = columns["train"], columns["validation"]
    assert train is not None  # there is at least the report of this state
    held_out = None if validation is None else _numbers(validation[-1])
    new = NewRun(
        spec=run.spec,
        status=run.status,
        updates=state.update,
        length=run.length,
        ended=run.ended,
        seconds=run.seconds,
        loss=_median(train[-1]),
        validation=None if validation is None else _median(validation[-1]),
        losses=Losses(_numbers(train[-1]), held_out),
        engine=run.engine,
        processor=processor(),
        versions=_versions(run.engine),
        picture=_picture(run, state),
        tags=(EDITED,) if run.is_edited else (),
    )
    if state.nbytes > LARGE_SHARE * limit or not state.is_finite():
        return new, None
    # Curves are drawn of it: seven digits are more than anybody sees, at half the bytes.
    arrays = {
        name: values.astype(np.float32) if values.dtype == np.float64 else values
        for name, values in history.to_arrays().items()
    }
    written: list[memoryview] = []
    path = settings.data_folder() / "runs" / "network"  # beside which a table may be
    names = input_names(run.spec.task)
    is_whole = labfile.save(path, run.spec, state, arrays, written.append, names)
    return new, written[0] if is_whole else None


def _numbers(values: Array) -> tuple[float | None, ...]:
    return tuple(float(value) if math.isfinite(value) else None for value in values)


def _median(values: Array) -> float | None:
    """Return the median of the seeds; None where it is no finite number."""
    found = median(float(value) for value in values)
    return found if math.isfinite(found) else None


def _picture(run: EndedRun, state: State) -> bytes:
    """Return a thumbnail; a run is kept without one where it cannot be drawn."""
    from layerlab.core.frames import PREDICTION
    from layerlab.core.picture import picture_to_json
    from layerlab.nets.probes import measure
    from layerlab.runtime.runs.thumbnail import picture_of_prediction

    try:
        part = run.prediction or measure(run.spec, state, {PREDICTION})[PREDICTION]
        return picture_to_json(picture_of_prediction(part))  # type: ignore[arg-type]
    except (LabError, ArithmeticError, ValueError) as error:
        _log.warning("no thumbnail of the run: %s", error)
        return b""


@functools.cache
def processor() -> str:
    """Return the name of this machine's processor, as well as the system knows it."""
    from layerlab.core.disk import read_head

    try:
        for line in read_head(_CPUS, 2**16).splitlines():
            name, _sign, value = line.partition(b":")
            if name.strip() == _MODEL:
                return value.decode("utf-8", "replace").strip()
    except LabError:  # another system
        pass
    return platform.processor() or platform.machine()


@functools.cache
def _versions(engine: str) -> dict[str, str]:
    """Return the versions of what a run was computed by."""
    import importlib.metadata

    from layerlab import __version__

    found = {"layerlab": __version__, "python": platform.python_version()}
    for name in {"compiled": ("numpy", "numba"), "torch": ("numpy", "torch")}.get(
        engine.partition(":")[0], ("numpy",)
    ):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:  # it came in another way
            continue
    return found
