"""pyqtgraph's modules of Qt have all names of Qt's, though none is copied at its import."""

import subprocess
import sys

BEGIN = """
import {first}
from layerlab.ui.qt_names import import_pyqtgraph
import_pyqtgraph()
from pyqtgraph.Qt import QtCore, QtGui, QtWidgets
mirrors = QtCore, QtGui, QtWidgets
print(sum(len(vars(mirror)) for mirror in mirrors))
"""
COMPARE = """
from PySide6 import QtCore, QtGui, QtWidgets
for source, mirror, least in zip((QtCore, QtGui, QtWidgets), mirrors, (100, 150, 150)):
    # Some that are listed are not there: those of other platforms.
    listed = [name for name in dir(source) if name[0] == "Q" and name.isidentifier()]
    names = [name for name in listed if hasattr(source, name)]
    assert len(names) > least, (source, len(names))
    wrong = [name for name in names if getattr(mirror, name) is not getattr(source, name)]
    assert not wrong, wrong
"""


def names_copied(code: str) -> int:
    """Return how many names pyqtgraph's modules have before they are asked for any."""
    return int(printed(code))


def test_names_are_found_when_they_are_used() -> None:
    assert names_copied(BEGIN.format(first="layerlab") + COMPARE) < 200


def test_nothing_changes_where_pyqtgraph_was_there_before() -> None:
    assert names_copied(BEGIN.format(first="PySide6.QtCore, pyqtgraph")) > 600


SPARED = """
import sys
import layerlab.ui
from layerlab.ui import qt_names
qt_names.import_pyqtgraph()
import pyqtgraph
spared = [f"pyqtgraph.{name}" for name in qt_names._SPARED]
print(sum(name in sys.modules for name in spared))
"""
REAL = """
assert not hasattr(pyqtgraph, "Unknown")
for name in ("ColorBarItem", "RemoteGraphicsView", "ImageView", "PlotWidget"):
    assert isinstance(getattr(pyqtgraph, name), type), name
    assert getattr(pyqtgraph, name).__module__ in sys.modules, name
import pyqtgraph.exporters, pyqtgraph.parametertree
import pyqtgraph.GraphicsScene.exportDialog
assert not [name for name, value in vars(pyqtgraph).items()
            if isinstance(value, qt_names._Spared)]
"""
ALL = """
import sys
import pyqtgraph
from layerlab.ui import qt_names
spared = [f"pyqtgraph.{name}" for name in qt_names._SPARED]
print([name for name in spared if name not in sys.modules])
"""


def printed(code: str) -> str:
    """Return what a process of its own prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return done.stdout.strip()


def test_modules_that_the_lab_has_no_use_for_are_imported_when_they_are_asked_for() -> None:
    assert printed(SPARED + REAL) == "0"


def test_pyqtgraph_by_itself_imports_all_that_is_spared() -> None:
    # Else a name in the list is misspelt, or is none of this version's.
    assert printed(ALL) == "[]"


NO_OPENGL = """
import sys
from PySide6.QtWidgets import QApplication
class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("PySide6.QtOpenGL"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Lacking())
from layerlab.compose.ask_qt import WITH_PLOT, ask_qt
print(ask_qt(WITH_PLOT))
"""
NO_OPENGL_ON_A_PAGE = """
import sys, tempfile
class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("PySide6.QtOpenGL"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Lacking())
from layerlab.cli import main
with tempfile.TemporaryDirectory() as folder:
    print(main(["shot", "--experiment", "activations", "--out", folder + "/page.png"]))
"""


def test_plots_are_drawn_where_qt_has_no_opengl() -> None:
    """As in a bundle."""
    assert printed(NO_OPENGL) == "offscreen\n0"
    assert printed(NO_OPENGL_ON_A_PAGE).splitlines()[-1] == "0"
