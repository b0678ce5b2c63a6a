"""Which shared libraries Qt lacks on Linux, asked of the loader itself. Needs no library."""

from __future__ import annotations

import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys

from layerlab.core.errors import NotReadyError
from layerlab.core.libraries import how_to_install, import_sentence, is_installed, missing
from layerlab.core.translation import _

# What Qt loads for a window on X, and for pictures without a display.
XCB = (
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/xcbglintegrations/libqxcb-glx-integration.so",
)
OFFSCREEN = ("Qt/plugins/platforms/libqoffscreen.so",)
_BINDINGS = ("QtCore", "QtGui", "QtWidgets", "QtSvg")

# Library -> package of Debian and Ubuntu. A `t64` ending of newer releases is provided
# under the old name too.
DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libGLdispatch.so.0": "libglvnd0",
    "libOpenGL.so.0": "libopengl0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libICE.so.6": "libice6",
    "libSM.so.6": "libsm6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libexpat.so.1": "libexpat1",
    "libgcc_s.so.1": "libgcc-s1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libstdc++.so.6": "libstdc++6",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xinput.so.0": "libxcb-xinput0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
_NOT_FOUND = re.compile(r"^\s*(\S+)\s+=>\s+not found", re.MULTILINE)
_NAMED = re.compile(r"(lib[\w+.-]+\.so(?:\.\d+)*): cannot open shared object")


def qt_folder() -> pathlib.Path | None:
    """Return where PySide6 is installed, without importing it; None if it is not."""
    found = importlib.util.find_spec("PySide6") if is_installed("PySide6") else None
    if found is None or not found.submodule_search_locations:
        return None
    return pathlib.Path(next(iter(found.submodule_search_locations)))


def missing_libraries(plugins: tuple[str, ...] = XCB) -> list[str]:
    """Return the shared libraries that the loader does not find for these plugins.

    Args:
        plugins: files within PySide6's folder.

    Returns:
        Names such as `libxcb-cursor.so.0`, sorted; empty elsewhere than on Linux, and
        where nobody can be asked.
    """
    folder, ldd = qt_folder(), shutil.which("ldd")
    if not sys.platform.startswith("linux") or folder is None or ldd is None:
        return []
    files = [folder / name for name in plugins]
    files += [folder / f"{name}.abi3.so" for name in _BINDINGS]
    known = [str(path) for path in files if path.exists()]
    answer = subprocess.run(
        [ldd, *known],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LC_ALL": "C"},
    )
    return sorted(set(_NOT_FOUND.findall(answer.stdout)))


def debian_packages(libraries: list[str]) -> tuple[list[str], list[str]]:
    """Return the packages that hold these libraries, and the libraries in none known."""
    packages = {DEBIAN_PACKAGES[name] for name in libraries if name in DEBIAN_PACKAGES}
    return sorted(packages), [name for name in libraries if name not in DEBIAN_PACKAGES]


def install_line(libraries: list[str]) -> str:
    """Return what to type on Debian or Ubuntu to get these libraries."""
    packages = debian_packages(libraries)[0]
    return f"sudo apt-get install {' '.join(packages)}" if packages else ""  # not translated


def libraries_problem(libraries: list[str]) -> str:
    """Return one sentence on missing libraries, or "" if none is missing."""
    if not libraries:
        return ""
    fields = {"libraries": ", ".join(libraries), "line": install_line(libraries)}
    if not fields["line"]:
        return _("Qt lacks the libraries {libraries}", **fields)
    return _("Qt lacks the libraries {libraries}; on Debian or Ubuntu: {line}", **fields)


def check_plots() -> None:
    """Refuse where there is no pyqtgraph: what is drawn is made when it is too late to say so.

    Raises:
        NotReadyError: with what to do.
    """
    if lack := missing("pyqtgraph"):
        raise NotReadyError(lack)


def import_problem(error: ImportError) -> str:
    """Return one sentence on why the window's parts cannot be imported."""
    named = _NAMED.findall(str(error))
    libraries = sorted({*named, *missing_libraries(XCB + OFFSCREEN)})
    if named or (libraries and (error.name or "PySide6").startswith("PySide6")):
        return libraries_problem(libraries)
    package = (error.name or "").partition(".")[0]
    if package == "PySide6":
        remedy = how_to_install("PySide6-Essentials")
        return _("the window needs PySide6, which is not installed; {remedy}", remedy=remedy)
    return import_sentence(error, _("the window"))
