"""What PySide6 and pyqtgraph would do at their import that the lab has no use for."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets
from shibokensupport import feature  # its finder comes with PySide6


def spare_sources() -> None:
    """Keep PySide6 from reading the source of every module that is imported after it.

    It looks there for its own name, to know where `from __feature__ import` may rename Qt's
    methods. The lab renames none; reading is a sixth of the time that its imports take, and
    Python keeps every line that was read.
    """
    if hasattr(feature, "_mod_uses_pyside"):
        feature._mod_uses_pyside = lambda module: True


# Modules that pyqtgraph imports for what the lab has no use for: trees of parameters, tables,
# plots drawn by another process, gradient editors. Nothing that the lab uses imports them.
_SPARED = (
    "imageview",
    *(
        f"graphicsItems.{name}"
        for name in (
            "ArrowItem",
            "BoxplotItem",
            "ColorBarItem",
            "CurvePoint",
            "DateAxisItem",
            "ErrorBarItem",
            "FillBetweenItem",
            "GradientEditorItem",
            "GradientLegend",
            "GraphItem",
            "GridItem",
            "HistogramLUTItem",
            "IsocurveItem",
            "PColorMeshItem",
            "ScaleBar",
            "TargetItem",
        )
    ),
    *(
        f"widgets.{name}"
        for name in (
            "BusyCursor",
            "CheckTable",
            "ColorButton",
            "ColorMapMenu",
            "ColorMapWidget",
            "ComboBox",
            "DataFilterWidget",
            "DataTreeWidget",
            "DiffTreeWidget",
            "FeedbackButton",
            "GradientWidget",
            "GraphicsLayoutWidget",
            "HistogramLUTWidget",
            "JoystickButton",
            "LayoutWidget",
            "PathButton",
            "PlotWidget",
            "ProgressDialog",
            "RawImageWidget",
            "RemoteGraphicsView",
            "ScatterPlotWidget",
            "SpinBox",
            "TableWidget",
            "TreeWidget",
            "ValueLabel",
            "VerticalLabel",
        )
    ),
)


class _Spared(ModuleType):
    """Stands in for a module: `import *` takes no name of it, and any other name is itself."""

    __all__ = ()

    def __getattr__(self, name: str) -> _Spared:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


class _NoWidgets(ModuleType):
    """Stands in for QtOpenGLWidgets, of which pyqtgraph derives a view that nobody makes."""

    class QOpenGLWidget(QtWidgets.QWidget):
        """A base of a class that is never used."""


def spare_opengl() -> None:
    """Keep pyqtgraph from importing Qt's OpenGL, whoever imports pyqtgraph.

    Its curves do, for views that OpenGL draws, which the lab has none of: 10 MB, so bundles are
    without.
    """
    sys.modules.setdefault("PySide6.QtOpenGL", _Spared("PySide6.QtOpenGL"))
    widgets = _NoWidgets("PySide6.QtOpenGLWidgets")
    sys.modules.setdefault("PySide6.QtOpenGLWidgets", widgets)


class _Mirror(ModuleType):
    """A module with the names of another one; pyqtgraph adds some of its own."""

    def __init__(self, name: str, source: ModuleType) -> None:
        super().__init__(name)
        self._source = source

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._source, name)
        setattr(self, name, value)  # found at once the next time
        return value


def import_pyqtgraph() -> None:
    """Import pyqtgraph in about a third of the time.

    With its import it copies all names of three modules of Qt into modules of its own. PySide6
    makes a class when it is first asked for, and pyqtgraph and the lab use a tenth of these
    760. So its modules are there already, look a name up with its first use, and for as long as
    it is imported Qt's have no names to be copied. A third of its modules is spared, each
    imported when it or its class is first asked for.
    """
    if "pyqtgraph.Qt" in sys.modules:
        return
    sources: tuple[ModuleType, ...] = (QtCore, QtGui, QtWidgets)
    for source in sources:
        name = f"pyqtgraph.Qt.{source.__name__.rpartition('.')[2]}"
        sys.modules[name] = _Mirror(name, source)
    spared = {name.rpartition(".")[2].lower(): f"pyqtgraph.{name}" for name in _SPARED}
    sys.modules.update({name: _Spared(name) for name in spared.values()})
    listed = [source.__dir__ for source in sources]
    try:
        for source in sources:
            source.__dir__ = list  # type: ignore[method-assign]
        package = import_module("pyqtgraph")
    finally:
        for source, names in zip(sources, listed, strict=True):
            source.__dir__ = names  # type: ignore[method-assign]
        for name in spared.values():
            sys.modules.pop(name)
    for name in [name for name, value in vars(package).items() if isinstance(value, _Spared)]:
        delattr(package, name)

    def spared_class(name: str) -> Any:
        module = spared.get(name.lower())
        if module is None:
            raise AttributeError(f"module 'pyqtgraph' has no attribute {name!r}")
        return getattr(import_module(module), name)

    package.__getattr__ = spared_class  # type: ignore[method-assign]
