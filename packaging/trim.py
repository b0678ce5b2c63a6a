"""Leave out of a bundle the shared libraries that nothing in it needs any more.

PyInstaller collects what plugins and modules ask for before some of these are dropped; so
what they alone had asked for is found here, by asking the loader what is left to need.
"""

from __future__ import annotations

import filecmp
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterable

Entry = tuple[str, str, str]  # PyInstaller's: place in the bundle, source, kind

IS_LINUX = sys.platform.startswith("linux")
# Libraries that belong to the system's display, fonts and C++: every desktop has them, and
# a copy would disagree with the system's drivers and settings that work with them.
OF_THE_SYSTEM = re.compile(
    r"lib(stdc\+\+|gcc_s|X11|X11-xcb|xcb|Xau|Xdmcp|fontconfig|freetype|expat|dbus-1"
    r"|GL|EGL|GLX|OpenGL|GLdispatch|wayland-client|wayland-cursor)\.so(\.|$)"
)
_C_LIBRARY = re.compile(r"(lib(c|m|dl|pthread|rt|util|resolv)|ld-linux[^.]*)\.so\.")
# Not stripped: libraries that a wheel's repair has rewritten, which strip may break.
_REPAIRED = re.compile(r"(^|/)[^/]+\.libs/")
OTHERS = stat.S_IWGRP | stat.S_IWOTH
_LARGE = 100_000  # bytes, from where a copy is worth a link


def needed(
    entries: Iterable[Entry], asks_for: Callable[[str], Iterable[str]]
) -> tuple[list[Entry], list[Entry]]:
    """Return the entries that are used, and those that nothing asks for any more.

    Args:
        entries: all files of the bundle.
        asks_for: (file) -> names of the libraries that it is linked against.
    """
    entries = list(entries)
    files = [entry for entry in entries if entry[2] != "SYMLINK" and not _is_the_systems(entry)]
    by_name: dict[str, list[Entry]] = {}
    for entry in files:
        by_name.setdefault(_name(entry), []).append(entry)
    waiting, kept = [entry for entry in files if not _only_if_needed(entry)], set()
    while waiting:
        entry = waiting.pop()
        if entry not in kept:
            kept.add(entry)
            for name in asks_for(entry[1]) if entry[2] in ("BINARY", "EXTENSION") else ():
                waiting += by_name.get(name, [])
    places = {place for place, _, _ in kept}
    kept |= {entry for entry in entries if entry[2] == "SYMLINK" and _target(entry) in places}
    return ([e for e in entries if e in kept], [e for e in entries if e not in kept])


def unresolved(
    entries: Iterable[Entry], asks_for: Callable[[str], Iterable[str]]
) -> tuple[set[str], set[str]]:
    """Return what the bundle asks of the system: what every desktop has, and the rest.

    The rest should be empty: those libraries are missing where the bundle is built.
    """
    if not IS_LINUX:
        return set(), set()
    entries = list(entries)
    known = {_name(entry) for entry in entries}
    asked = {
        name
        for _, source, kind in entries
        if kind in ("BINARY", "EXTENSION")
        for name in asks_for(source)
    }
    outside = {name for name in asked - known if not _C_LIBRARY.match(name)}
    systems = {name for name in outside if OF_THE_SYSTEM.match(name)}
    return systems, outside - systems


def _name(entry: Entry) -> str:
    return pathlib.PurePath(entry[0]).name


def _only_if_needed(entry: Entry) -> bool:
    """Return whether an entry came along only because another one is linked against it."""
    place = entry[0].replace("\\", "/")
    is_qt = re.match(r"PySide6/(Qt/lib/|lib[^/]+$|Qt6\w+\.dll$)", place)
    is_python = re.match(r"(lib)?python3", place)
    return entry[2] == "BINARY" and not is_python and (bool(is_qt) or "/" not in place)


def _target(link: Entry) -> str:
    """Return the place that a link leads to."""
    return (pathlib.PurePath(link[0]).parent / link[1]).as_posix()


def _is_the_systems(entry: Entry) -> bool:
    return IS_LINUX and bool(OF_THE_SYSTEM.match(entry[0]))


def linked_against(file: str) -> list[str]:
    """Return the names of the libraries that a library is linked against."""
    if IS_LINUX:  # PyInstaller needs objdump itself
        output = subprocess.run(
            ["objdump", "-p", file], capture_output=True, text=True, check=True
        ).stdout
        return re.findall(r"^\s*NEEDED\s+(\S+)", output, re.MULTILINE)
    from PyInstaller.depend.bindepend import get_imports

    return [pathlib.PurePath(name).name for name, _ in get_imports(file)]


def stripped(entries: Iterable[Entry], folder: pathlib.Path) -> list[Entry]:
    """Return the entries with libraries free of symbols that only a debugger reads.

    Args:
        entries: all files of the bundle.
        folder: for the copies.
    """
    entries, tool = list(entries), shutil.which("strip")
    if tool is None or not IS_LINUX:
        return entries
    shutil.rmtree(folder, ignore_errors=True)
    return [
        (place, _strip(tool, source, folder / place), kind)
        if kind in ("BINARY", "EXTENSION") and not _REPAIRED.search(place)
        else (place, source, kind)
        for place, source, kind in entries
    ]


def _strip(tool: str, source: str, copy: pathlib.Path) -> str:
    copy.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([tool, "--strip-unneeded", "-o", str(copy), source], check=True)
    shutil.copymode(source, copy)
    return str(copy)


def writable_by_others(folder: pathlib.Path) -> list[pathlib.Path]:
    """Return what of a built folder others than its owner may write, itself included.

    Whoever can may run their own code as all who start the program.
    """
    paths = [folder, *sorted(folder.rglob("*"))]
    return [path for path in paths if not path.is_symlink() and path.stat().st_mode & OTHERS]


def keep_from_others(folder: pathlib.Path) -> None:
    """Let only the owner write a built folder: modes come along from where it was built."""
    for path in writable_by_others(folder):
        path.chmod(path.stat().st_mode & ~OTHERS)


def linked(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries with large files that are the same as another one made links."""
    if sys.platform == "win32":
        return list(entries)
    first: dict[tuple[str, int], Entry] = {}
    found = []
    for entry in entries:
        place, source, kind = entry
        size = os.path.getsize(source) if kind != "SYMLINK" else 0
        if size >= _LARGE:
            known = first.setdefault((_name(entry), size), entry)
            if known is not entry and filecmp.cmp(known[1], source, shallow=False):
                target = os.path.relpath(known[0], os.path.dirname(place))
                entry = (place, target, "SYMLINK")
        found.append(entry)
    return found
