"""What a bundle holds: found by walking the package, its imports and its resources.

Nothing of the lab is listed by hand. What is listed is what libraries bring along and the
lab never asks for, each with the reason; `smoke_test.py` shows that nothing misses it.
"""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import importlib.util
import json
import pathlib
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from typing import Any

import pin
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = pathlib.Path(__file__).resolve().parents[1]
# Flavour -> name of the program's folder.
FLAVOURS = {"lite": "layerlab", "full": "layerlab-full"}
# Large libraries of which the lab uses a part: their other parts stay out.
IN_PARTS = ("scipy", "pyqtgraph")
# Modules that these import by a name which they put together, where nobody sees it.
COMPOSED = "PySide6.Qt"

# Distributions of which PyInstaller knows what they need; of pyqtgraph, `hooks` do.
KNOWN = {
    "llvmlite",
    "numba",
    "numpy",
    "pyqtgraph",
    "pyside6-essentials",
    "scikit-learn",
    "scipy",
    "setuptools",
    "shiboken6",
    "sympy",
    "torch",
}

# Modules that a library can use, but not for what the lab does with it.
UNUSED = {
    "IPython": "notebooks, which nobody opens in a bundle",
    "PIL": "pictures as scikit-learn's samples",
    "PySide6.QtOpenGL": "views drawn by OpenGL, which the lab has none of",
    "PySide6.QtOpenGLWidgets": "likewise; `ui/qt_names.py` keeps pyqtgraph from importing both",
    "PySide6.QtNetwork": "the lab reaches no network",
    "PySide6.QtTest": "tests; pyqtgraph takes it if given",
    "_hashlib": "hashes by OpenSSL; Python has its own",
    "_ssl": "the lab reaches no network",
    "cupy": "arrays on graphics cards, which scipy and scikit-learn take if given",
    "dask": "likewise",
    "filelock": "what torch downloads or compiles",
    "fsspec": "files in networks, for torch",
    "hypothesis": "tests",
    "jax": "arrays, which scipy takes if given",
    "jinja2": "sources that torch's compiler writes",
    "lib2to3": "a translator of old Python",
    "matplotlib": "drawings of scikit-learn",
    "numba.tests": "tests",
    "pandas": "tables, which scikit-learn takes if given",
    "pip": "installs packages",
    "pkg_resources": "belongs to setuptools",
    "polars": "tables, likewise",
    "pyarrow": "tables, likewise",
    "pydoc_data": "texts of Python's help()",
    "pygments": "colours of sources that numba and rich print",
    "pytest": "tests",
    "readline": "line editing; its library is under the GPL",
    "scipy.io._fast_matrix_market._fmm_core": "reads matrices from files, 4 MB",
    "rich": "progress bars of scikit-learn in a terminal",
    "setuptools": "builds packages",
    "sklearn": "the lab reads its data sets from its files, which come along alone",
    "tensorboard": "curves of torch",
    "tkinter": "Python's own windows",
    "torch.utils.benchmark": "measures torch",
    "torch.utils.tensorboard": "curves of torch",
    "triton": "compiles for graphics cards",
}
# What only torch needs, beside torch.
WITH_TORCH = ("torch", "torchgen", "functorch", "sympy", "mpmath")


def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements(flavour: str) -> list[str]:
    """Return the distributions that a flavour needs; `doctor` reads their versions."""
    names = [Requirement(line).name for line in project()["project"]["dependencies"]]
    return [name for name in names if flavour == "full" or name not in WITH_TORCH]


def packages_with_data(flavour: str) -> list[str]:
    """Return the packages of all that is required, directly or not, whose files may matter.

    Formulas need their typeface, for one. PyInstaller knows itself what the large libraries
    need, and modules that are a single file have none.
    """
    table = project()["project"]
    wanted = [
        line
        for line in table["dependencies"]
        if Requirement(line).name in requirements(flavour)
    ]
    closure = pin.pinned({"dependencies": wanted, "optional-dependencies": {}})
    found = []
    for top, owners in importlib.metadata.packages_distributions().items():
        names = {canonicalize_name(owner) for owner in owners}
        spec = importlib.util.find_spec(top) if names & closure.keys() - KNOWN else None
        if spec is not None and spec.submodule_search_locations:
            found.append(top)
    return sorted(set(found) - UNUSED.keys())


def resources() -> list[tuple[str, str]]:
    """Return the folders that ship and where they go: as the wheel has them."""
    wheel = project()["tool"]["hatch"]["build"]["targets"]["wheel"]
    return [(str(ROOT / source), target) for source, target in wheel["force-include"].items()]


def data_sets() -> list[tuple[str, str]]:
    """Return the files of data sets that the lab reads, and where they go."""
    sys.path.insert(0, str(ROOT / "app"))
    from layerlab.nets.tasks.shipped import FILES, data_folder

    folder = data_folder()
    if folder is None:
        raise SystemExit("layerlab: scikit-learn, which has the data sets, is not installed")
    names = sorted({name for names in FILES.values() for name in names})
    return [(str(folder / name), "sklearn/datasets/data") for name in names]


def imported() -> list[str]:
    """Return the modules of the libraries in parts that the lab's own files import."""
    found: set[str] = set()
    for path in sorted((ROOT / "app" / "layerlab").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT / "app").with_suffix("").parts)
        if name not in UNUSED:
            found |= _imports(ast.parse(path.read_text(encoding="utf-8")))
    names = {name for name in found if name.partition(".")[0] in IN_PARTS}
    return sorted(name for name in names if _is_module(name))


def _imports(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # `a.function`: `a` is no package
        return False


@functools.cache
def used_modules() -> frozenset[str]:
    """Return what of the libraries in parts is loaded when the lab imports from them.

    They are collected by name: compiled modules import some of them out of sight.
    """
    loaded = loaded_by(imported()) - UNUSED.keys()
    return frozenset(
        name
        for name in loaded
        if name.partition(".")[0] in IN_PARTS or name.startswith(COMPOSED)
    )


def loaded_by(modules: Iterable[str]) -> set[str]:
    """Return all modules that are there once some have been imported, in a new process."""
    code = (  # what has no spec is part of a compiled module, and no file of its own
        f"import json, sys; import {', '.join(modules)}; print(json.dumps("
        "[name for name, module in sys.modules.items() if getattr(module, '__spec__', None)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def unused_parts() -> list[str]:
    """Return the packages right within the libraries in parts that nothing imports.

    A part that is only imported later, within a function of a library, would be missed
    here and noticed by the smoke test.
    """
    used = used_modules()
    parts: list[str] = []
    for library in IN_PARTS:
        found = importlib.util.find_spec(library)
        folders = found.submodule_search_locations if found else None
        parts += [f"{library}.{part.name}" for part in pkgutil.iter_modules(folders or [])]
    return [part for part in parts if part not in used]


def excluded(flavour: str) -> list[str]:
    """Return the modules that must not come along."""
    without = [*UNUSED, *(WITH_TORCH if flavour == "lite" else ())]
    return without + unused_parts()


# Files that libraries ship for building or testing against them, or as documents. Of what
# installers note of a package, its metadata give `doctor` the version; the licences are
# gathered in one file.
_FILES = re.compile(
    r"\.dist-info/(?!METADATA$)|"
    r"(^|/)(tests?|include|__pycache__)/|\.(a|lib|h|hpp|cuh|cu|cpp|cmake|c|f|f90|pyi|pyx|pxd|pxi|tp|build)$"
    r"|^numba/np/ufunc/(tbb|omp)pool\."  # thread layers; the lab has threads of its own
    r"|^torch/(bin/(?!torch_shm_manager)|share/|test/)"  # torch looks for this one program
    r"|^torch/lib/lib(torchbind_test|jitbackend_test"
    r"|backend_with_compiler|aoti_custom_ops)\."
)
# Of Qt's plugins, those that a window of widgets on this system can ask for.
_QT = re.compile(r"(^|/)(PySide6/Qt/|PySide6/)?(plugins|translations)/(?P<name>.+)")
_QT_PLUGINS = re.compile(
    r"platforms/(libqxcb|libqoffscreen|libqwayland|qwindows|qoffscreen|libqcocoa)\."
    r"|platformthemes/libqxdgdesktopportal\."  # dark or light, file dialogs
    r"|platforminputcontexts/"  # accents and scripts that are composed
    r"|iconengines/|imageformats/(lib)?(qsvg|qjpeg)\."  # photographs, on a page of filters
    r"|wayland-decoration-client/|wayland-shell-integration/libxdg-shell\."
    r"|styles/"
)


def is_wanted(place: str) -> bool:
    """Return whether a file that was collected is to ship.

    Args:
        place: where it would go in the bundle.
    """
    place = place.replace("\\", "/")
    plugin = _QT.search(place) if "PySide6" in place else None
    if plugin is not None:
        return bool(_QT_PLUGINS.match(plugin["name"]))
    return not _FILES.search(place)
