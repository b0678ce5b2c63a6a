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
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return int(done.stdout)


def test_names_are_found_when_they_are_used() -> None:
    assert names_copied(BEGIN.format(first="layerlab") + COMPARE) < 200


def test_nothing_changes_where_pyqtgraph_was_there_before() -> None:
    assert names_copied(BEGIN.format(first="PySide6.QtCore, pyqtgraph")) > 600
