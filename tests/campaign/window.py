"""A window that drives itself with random real events, and notes what it is.

    python -m tests.campaign.window NOTES FOLDER SEED SECONDS

After some seconds it finishes the lab's run and does nothing more. Whoever started it kills
it. Each line of NOTES is JSON: the time, and the spec, page and
knobs from then on; the first one is what the window opened with.
"""

from __future__ import annotations

import json
import math
import os
import pathlib
import random
import sys
import time
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from layerlab.compose import start
from layerlab.compose.session import Session
from layerlab.core.spec import to_json
from layerlab.nets.engines import available
from layerlab.ui.controls.bar import SliderBar
from tests.campaign.monkey import act, close_popup, seen

TICK_MS = 30
CTRL, LEFT = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton


class Driver:
    """Does one thing after another: drags, clicks, keys, pages, saving."""

    def __init__(
        self, session: Session, notes: pathlib.Path, folder: str, seed: int, seconds: float
    ) -> None:
        self.session, self.rng = session, random.Random(seed)
        self._notes = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._folder, self._last = folder, ""
        self._is_open = False
        self._bar: SliderBar | None = None  # which is being dragged
        self._moves = 0
        self._seconds, self._still_from = seconds, math.inf
        session.window.painted.connect(lambda: QTimer.singleShot(0, self._open))
        session.runner.framed.connect(lambda _: self._note_finished())
        self._clock = QTimer()
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._tick)
        self._closer = QTimer()
        self._closer.timeout.connect(close_popup)
        self._closer.start(20)

    def _open(self) -> None:
        if self.session.file_reader.is_under_way:  # a large lab comes after the window
            QTimer.singleShot(TICK_MS, self._open)
            return
        self._is_open = True
        frame, banner = self.session.frame, self.session.pages.banner
        state, _ = self.session.runner.snapshot()
        self.note(
            opened=True,
            banner=banner.text.text() if banner.isVisible() else "",
            update=-1 if state is None else state.update,
            drawn=frame is not None,
        )
        self._still_from = time.time() + self._seconds
        self._clock.start(TICK_MS)

    def note(self, **more: Any) -> None:
        """Write down what the window is, if that is another than before."""
        if not self._is_open:
            return
        pages = self.session.pages
        knobs = {key: dict(values) for key, values in pages.knobs().items()}
        what = {"spec": to_json(self.session.store.spec), "page": pages.shown, "knobs": knobs}
        text = json.dumps(what)
        if text != self._last:
            self._last = text
            line = json.dumps({"time": time.time(), "what": what, **more})
            os.write(self._notes, line.encode() + b"\n")

    def _note_finished(self) -> None:
        frame, runner = self.session.frame, self.session.runner
        if not self._is_open or frame is None or frame.run_id != runner.request.run_id:
            return
        if frame.status == "finished" and not runner.is_playing:
            self.note()
            line = json.dumps({"time": time.time(), "finished": frame.update})
            os.write(self._notes, line.encode() + b"\n")

    def _is_over(self) -> bool:
        """Finish the run where the time has come."""
        if time.time() > self._still_from and not self._moves:
            self.session.pages.show("lab")
            self.session.runner.finish()
            self._closer.stop()
            return True
        return False

    def _tick(self) -> None:
        is_over = False
        try:
            is_over = self._is_over()
            if not is_over:
                self._act()
        finally:
            if not is_over:
                self._clock.start(TICK_MS)  # no modal loop is entered twice

    def _act(self) -> None:
        window, rng = self.session.window, self.rng
        if self._bar is not None and self._moves and self._bar.isVisible():
            self._moves -= 1
            x = rng.randrange(max(1, self._bar.width()))
            QTest.mouseMove(self._bar, QPoint(x, self._bar.height() // 2))
            if not self._moves:
                QTest.mouseRelease(self._bar, LEFT, pos=QPoint(x, self._bar.height() // 2))
                self._bar = None
            return
        kind = rng.choices(
            ["act", "drag", "train", "save", "page", "engine"], [40, 15, 12, 12, 4, 2]
        )[0]
        if kind == "drag" and (bars := seen(window, SliderBar)):
            self._bar, self._moves = rng.choice(bars), rng.randrange(5, 60)
            place = QPoint(round(self._bar.handle_x()), self._bar.height() // 2)
            QTest.mousePress(self._bar, LEFT, pos=place)
        elif kind == "train":
            QTest.keyClick(window, rng.choice([Qt.Key.Key_Space, Qt.Key.Key_F, Qt.Key.Key_N]))
        elif kind == "save":
            QTest.keyClick(window, Qt.Key.Key_S, CTRL)
        elif kind == "page":
            keys = [page.key for page in self.session.pages.experiments()]
            self.session.pages.show(rng.choice(["lab", "lab", "lab", "claims", *keys]))
        elif kind == "engine":
            names = [name for name, missing in available().items() if not missing]
            self.session.training.on_engine(rng.choice(names))
        else:
            act(rng, self.session)

    def save_name(self, *_: object, **__: object) -> tuple[str, str]:
        """Return where to save: what the dialog would."""
        kind = "layerlab" if self.session.window.is_lab_shown else "json"
        return f"{self._folder}/mine-{self.rng.randrange(3)}.{kind}", ""


def main() -> None:
    """Open the window as the program does, and drive it."""
    notes, folder = pathlib.Path(sys.argv[1]), sys.argv[2]
    seed, seconds = int(sys.argv[3]), float(sys.argv[4])

    class Driven(Session):
        """A session that a driver looks at."""

        driver: Driver | None = None

        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self.driver = Driver(self, notes, folder, seed, seconds)
            self.store.changed.connect(lambda *_: self.note())
            self.store.restored.connect(lambda *_: self.note())
            self.pages.shown_changed.connect(self.note)  # and its knobs
            QFileDialog.getSaveFileName = self.driver.save_name  # type: ignore
            QFileDialog.getOpenFileName = lambda *_, **__: ("", "")  # type: ignore

        def note(self) -> None:
            """Note what the window is."""
            if self.driver is not None:
                self.driver.note()

    start.Session = Driven  # type: ignore[misc, attr-defined]
    QApplication.setDesktopSettingsAware(False)
    sys.exit(start.run_window())


if __name__ == "__main__":
    main()
