"""How much memory the lab takes on while it trains for a long time.

    python -m tests.benchmarks.memory [--minutes 10]

The default lab plays again and again in an open window, with every view drawn. Prints the
resident memory once a minute and the growth after the first one.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import tempfile


def resident_mb() -> float:
    """Return the memory of this process that is in RAM, in MB (Linux)."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise SystemExit("this benchmark reads /proc/self/status, which is not here")


def main() -> None:
    """Print the growth."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10.0)
    minutes = parser.parse_args().minutes
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        watch(minutes)


def watch(minutes: float) -> None:
    """Train and print."""
    from PySide6.QtCore import QTimer

    from layerlab.compose.session import Session
    from layerlab.compose.start import application
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec

    app = application()
    session = Session(LabSpec(), Options(theme="dark", speed=None))
    session.window.show()
    session.begin()
    session.runner.played.connect(
        lambda playing: None if playing else QTimer.singleShot(50, session.training.toggle_play)
    )
    seen: list[float] = []

    def note() -> None:
        seen.append(resident_mb())
        print(f"minute {len(seen) * minutes / 10:5.1f}  {seen[-1]:.1f} MB", flush=True)

    clock = QTimer()
    clock.timeout.connect(note)
    clock.start(int(6000 * minutes))
    QTimer.singleShot(int(60_000 * minutes) + 500, app.quit)
    app.exec()  # to quit closes the window
    clock.stop()
    print(f"growth from minute {minutes / 10:g} to {minutes:g}: {seen[-1] - seen[0]:.1f} MB")


if __name__ == "__main__":
    main()
