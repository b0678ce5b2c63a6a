"""Draw the window with the import sheet of a table: `python packaging/sheet.py OUT THEME`.

The table is made up: as people type them, with decimal commas, a gap, a total and a column
that counts the rows.
"""

from __future__ import annotations

import os
import pathlib
import random
import sys
import tempfile

from events import until, wait  # beside this file

ROWS = 240
SETTLING_MS = 100  # in which all has its place
DIM = 0.55  # of the window behind the sheet


def main() -> int:
    """Draw one picture; return the exit code."""
    out, theme = sys.argv[1:]
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "app"))
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLAB_HOME"] = home
        path = pathlib.Path(home) / "trees.csv"
        path.write_text(trees(), encoding="utf-8")
        return 0 if draw(str(path), out, theme) else 1


def trees() -> str:
    """Return a table of trees in a park."""
    drawn = random.Random(7)
    lines = ["Nr;Planted;Kind;Soil;Girth (cm);Height;Healthy;Leaf"]
    total = 0
    for k in range(1, ROWS + 1):
        kind = drawn.choice(("oak", "oak", "birch", "lime"))
        age = drawn.randint(4, 60)
        girth = round(age * {"oak": 3.1, "birch": 2.2, "lime": 2.7}[kind] + drawn.gauss(0, 9))
        girth = max(8, girth)
        total += girth
        height = max(1.5, 2 + 0.32 * age + drawn.gauss(0, 1.5))
        day = f"{drawn.randint(1, 28):02d}.{drawn.choice((3, 10, 11)):02d}.{2024 - age}"
        leaf = drawn.gauss({"oak": 11, "birch": 5, "lime": 7}[kind], 0.9)
        cells = [
            *(str(k), day, drawn.choice(("Oak", "oak")) if kind == "oak" else kind),
            *(drawn.choice(("clay", "sand", "loam")), str(girth)),
            "n/a" if k % 40 == 7 else f"{height:.1f} m".replace(".", ","),
            *(drawn.choice(("yes", "yes", "no")), f"{leaf:.1f}".replace(".", ",")),
        ]
        lines.append(";".join(cells))
    lines.append(f"Total;;;;{total};;;")
    return "\n".join(lines) + "\n"


def draw(path: str, out: str, theme: str) -> bool:
    """Open a window and the table, and write the picture; return whether it was written."""
    from PySide6.QtGui import QColor, QPainter

    from layerlab.compose.session import Session
    from layerlab.compose.start import application
    from layerlab.core.options import Options
    from layerlab.core.spec import LabSpec

    application()
    session = Session(LabSpec(), Options(theme=theme, speed=None, engine="numpy"))
    session.window.show()
    session.begin(play=True)

    def is_finished() -> bool:
        frame = session.frame
        return frame is not None and frame.status == "finished"

    until(is_finished)
    session.files.open_path(path)
    until(lambda: session.tables.sheet is not None)
    assert session.tables.sheet is not None
    sheet = session.tables.sheet.sheet
    sheet.side.choose_target("Kind")
    until(lambda: sheet.view.target == "Kind")
    sheet.grid.choose(sheet.view.place("Girth (cm)"))
    wait(SETTLING_MS)
    shown = sheet.grab()
    picture = session.window.grab()
    with QPainter(picture) as painter:
        painter.fillRect(picture.rect(), QColor.fromRgbF(0, 0, 0, DIM))
        place = shown.rect()
        place.moveCenter(picture.rect().center())
        painter.drawPixmap(place.topLeft(), shown)
        painter.setPen(session.window.theme.color("line"))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
    written = bool(picture.save(out, "PNG"))
    session.window.close()
    return written


if __name__ == "__main__":
    sys.exit(main())
