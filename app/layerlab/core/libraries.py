"""The libraries that the lab stands on: what each is for, and what to say where one is missing.

Standard library only, so that whatever is missing can still be said.
"""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from layerlab.core.errors import LabWarning, NotReadyError
from layerlab.core.program import is_bundle
from layerlab.core.translation import _


@dataclass(frozen=True)
class Library:
    """A distribution that `pyproject.toml` requires.

    Attributes:
        name: how an installer calls it. module: what is imported to see that it loads.
        use: what cannot be done without it; "" for what everything needs.
        is_optional: whether the lab is complete enough without it to be called ready.
    """

    name: str
    module: str
    use: str = ""
    is_optional: bool = False


LIBRARIES = (
    Library("PySide6-Essentials", "PySide6.QtCore", _("the window")),
    Library("pyqtgraph", "pyqtgraph", _("the window")),
    Library("numpy", "numpy"),
    Library("numba", "numba", _("the engine compiled"), is_optional=True),
    Library("scipy", "scipy.special", _("GELU in NumPy")),
    Library("scikit-learn", "sklearn.datasets", _("a data set such as digits")),
    Library("networkx", "networkx", _("the page graph-filter")),
    Library("torch", "torch", _("the engine torch"), is_optional=True),
    Library("msgspec", "msgspec"),
    Library(
        "platformdirs", "platformdirs", _("the usual folder of settings, logs and kernels")
    ),
    Library("ziamath", "ziamath", _("a typeset formula")),
    Library("python-calamine", "python_calamine", _("a spreadsheet")),
    Library("safetensors", "safetensors.numpy", _("a saved lab")),
)
# What a library brings along, and cannot be imported without.
_PARTS = {
    "colorama": "pyqtgraph",
    "llvmlite": "numba",
    "joblib": "scikit-learn",
    "threadpoolctl": "scikit-learn",
    "ziafont": "ziamath",
    "latex2mathml": "ziamath",
    "shiboken6": "PySide6-Essentials",
}

# What a library that is damaged raises when it is imported.
FAILURES = (ImportError, OSError, AttributeError)

_reported: set[str] = set()
_lock = threading.Lock()


def _library(module: str) -> Library | None:
    """Return the library that a module belongs to."""
    top = module.partition(".")[0]
    owner = _PARTS.get(top)
    for library in LIBRARIES:
        if owner == library.name or top == library.module.partition(".")[0]:
            return library
    return None


def _named(name: str) -> Library:
    return next(library for library in LIBRARIES if library.name == name)


def is_installed(module: str) -> bool:
    """Return whether a module can be found, without importing it."""
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):  # of what is marked as not there
        return False


def how_to_install(name: str, again: bool = False) -> str:
    """Return what to do about a library that is missing, or damaged if `again`."""
    if is_bundle():
        return _("install Layerlab again")
    options = "--force-reinstall --no-deps " if again else ""
    return _(
        "install it with: {executable} -m pip install {options}{name}",
        executable=sys.executable,
        options=options,
        name=name,
    )


def import_sentence(error: BaseException, what: str = "") -> str:
    """Return one sentence on something that could not be imported, and what to do.

    Args:
        error: what the import raised.
        what: what cannot be done without it; what the library is for if "".
    """
    module = getattr(error, "name", None) or ""
    if module.partition(".")[0] == "layerlab":
        return _(
            "this copy of Layerlab is incomplete, it lacks {module}: install it again",
            module=module,
        )
    library = _library(module)
    if library is None:
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return _(
            "{what} does not load ({text})", what=what or _("a library of the lab"), text=text
        )
    fields = {"what": what or library.use or "Layerlab", "library": library.name}
    # What is missing may be a part of what is there.
    if isinstance(error, ModuleNotFoundError) and "." not in module and module not in _PARTS:
        return _(
            "{what} needs {library}, which is not installed; {remedy}",
            remedy=how_to_install(library.name),
            **fields,
        )
    text = " ".join(str(error).split())
    return _(
        "{what} needs {library}, which does not load ({text}); {remedy}",
        text=text,
        remedy=how_to_install(library.name, True),
        **fields,
    )


def blamed(error: BaseException) -> str:
    """Return the library for which an import failed, as installers call it, or ""."""
    library = _library(getattr(error, "name", None) or "")
    return "" if library is None else library.name


def load_sentence(name: str, error: Exception) -> str:
    """Return one sentence on a library that is there but does not load, and what to do.

    Args:
        name: how an installer calls it.
        error: what the import raised; of a library that is damaged it may be anything.
    """
    if isinstance(error, ImportError):
        return import_sentence(error, _named(name).use)
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return _(
        "{name} does not load ({text}); {remedy}",
        name=name,
        text=text,
        remedy=how_to_install(name, True),
    )


def sentence_of(error: BaseException) -> str:
    """Return what to say of any error: of one that a missing library is behind, the remedy."""
    if isinstance(error, ImportError):
        return import_sentence(error)
    return " ".join(str(error).split()) or type(error).__name__


def missing(name: str) -> str:
    """Return one sentence that says that a library is not installed, or ""."""
    top = _named(name).module.partition(".")[0]
    if is_installed(top):
        return ""
    return import_sentence(ModuleNotFoundError(f"No module named {top!r}", name=top))


@contextlib.contextmanager
def needed_for(what: str) -> Iterator[None]:
    """Import within this what only one part of the lab needs.

    Args:
        what: the part, such as `the data set iris`.

    Raises:
        NotReadyError: it cannot be imported; with what to do.
    """
    try:
        yield
    except FAILURES as error:
        raise NotReadyError(import_sentence(error, what)) from error


def warn_once(sentence: str) -> None:
    """Say a sentence as a `LabWarning`, unless it was said in this process before."""
    with _lock:
        is_known = sentence in _reported
        _reported.add(sentence)
    if not is_known:
        warnings.warn(sentence, LabWarning, stacklevel=2)
