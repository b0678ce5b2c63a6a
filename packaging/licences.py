"""What a bundle is made of and under which licences: from the metadata of what is in it."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import pathlib
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = pathlib.Path(__file__).resolve().parents[1]
COMMON = pathlib.Path("/usr/share/common-licenses")  # Debian's copies
QT_NOTICE = """\
Qt and PySide6 are used under the GNU Lesser General Public License, version 3. They are
separate shared libraries in this program's folder, in _internal/PySide6 and
_internal/shiboken6, and may be replaced there by other builds of the same version. Their
sources: https://download.qt.io/official_releases/QtForPython/
"""
_TEXTS = ("licen", "copying", "notice", "copyright")


@dataclasses.dataclass(frozen=True)
class Part:
    """One thing that ships: its name, version, licence in a few words, and more."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...]
    kind: str = "generic"  # of where it is from: a package URL's type
    needs: tuple[str, ...] = ()  # names of what it requires, in lower case with hyphens


def python_packages(modules: Iterable[str], places: Iterable[str]) -> list[Part]:
    """Return the distributions that modules and files of a bundle belong to.

    Args:
        modules: names, such as `numpy.linalg`.
        places: of files within the bundle, such as `numpy/linalg/lapack_lite.so`.
    """
    tops = {name.partition(".")[0] for name in modules}
    tops |= {place.replace("\\", "/").partition("/")[0] for place in places}
    owners = importlib.metadata.packages_distributions()
    names = {name for top in tops for name in owners.get(top, ())} - {"layerlab"}
    return [_package(importlib.metadata.distribution(name)) for name in sorted(names)]


def _package(distribution: importlib.metadata.Distribution) -> Part:
    from layerlab.core.licences import licence_of

    texts = []
    for file in distribution.files or ():
        is_metadata = file.parts and file.parts[0].endswith(".dist-info")
        if is_metadata and any(word in file.name.lower() for word in _TEXTS):
            texts.append(_read(pathlib.Path(str(distribution.locate_file(file)))))
    words = licence_of(distribution) or "see below"
    name = distribution.metadata["Name"]
    wanted = [Requirement(line) for line in distribution.requires or ()]
    needs = {
        canonicalize_name(one.name)
        for one in wanted
        if one.marker is None or one.marker.evaluate({"extra": ""})
    }
    shown = tuple(filter(None, texts))
    return Part(name, distribution.version, words, shown, "pypi", tuple(sorted(needs)))


def system_packages(sources: Iterable[str]) -> list[Part]:
    """Return the Debian packages that libraries of a bundle were taken from."""
    tool = shutil.which("dpkg-query")
    found: dict[str, Part] = {}
    for source in sorted(set(sources)) if tool else ():
        path = pathlib.Path(source).resolve()
        for name in (str(path), str(path).removeprefix("/usr")):
            output = _ask("dpkg-query", "-S", name)
            if output:
                package = output.partition(": ")[0].partition(",")[0]
                version = _ask("dpkg-query", "-W", "-f=${Version}", package)
                doc = pathlib.Path("/usr/share/doc") / package.partition(":")[0] / "copyright"
                found[package] = Part(package, version, "see below", (_read(doc),), "deb")
                break
    return list(found.values())


def _ask(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _read(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace").strip() if path.exists() else ""


def own_parts() -> list[Part]:
    """Return the program itself, its typeface, Python, and what starts the bundle."""
    from layerlab import __version__

    python = pathlib.Path(sys.base_prefix)
    texts = [*python.glob("lib/python3*/LICENSE.txt"), *python.glob("LICENSE.txt")]
    fonts = ROOT / "resources" / "fonts" / "OFL.txt"
    return [
        Part("Layerlab", __version__, "MIT", (_read(ROOT / "LICENSE"),)),
        Part("Inter", "", "SIL Open Font License 1.1", (_read(fonts),)),
        Part("Python", platform.python_version(), "PSF-2.0", tuple(map(_read, texts))),
        dataclasses.replace(
            _package(importlib.metadata.distribution("pyinstaller")),
            name="The bootloader of PyInstaller",
            licence="GPL-2.0-or-later WITH Bootloader-exception",
            needs=(),
        ),
    ]


def document(parts: Iterable[Part]) -> str:
    """Return all of it as one text: a list, Qt's notice, then the licences."""
    parts = list(parts)
    lines = ["What this program is made of", ""]
    lines += [f"{' '.join(filter(None, (p.name, p.version)))}: {p.licence}" for p in parts]
    lines += ["", QT_NOTICE]
    for part in parts:
        if any(part.texts):
            lines += ["=" * 72, " ".join(filter(None, (part.name, part.version))), ""]
            lines += [text + "\n" for text in dict.fromkeys(part.texts) if text]
    for name in ("LGPL-3", "GPL-3"):
        if text := _read(COMMON / name):
            lines += ["=" * 72, text, ""]
    return "\n".join(lines)


def parts(modules: Iterable[str], files: Iterable[tuple[str, str, str]]) -> list[Part]:
    """Return all that a bundle of these modules and files is made of, itself first."""
    entries = [entry for entry in files if entry[2] != "SYMLINK"]
    found = own_parts() + python_packages(modules, [place for place, _, _ in entries])
    return found + system_packages(
        s for place, s, kind in entries if kind == "BINARY" and "/" not in place
    )
