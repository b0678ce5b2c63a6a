"""What a process's memory is made of: numpy's arrays, Qt's pictures, the C library's heaps.

`python -m tests.campaign.monkey --census` prints it in the end.
"""

from __future__ import annotations

import collections
import ctypes
import functools
import gc
import pathlib
import re
import sys
import tempfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import numpy as np

from layerlab.compose.memory_release import give_back

MB = 2**20
ROWS = 20
PARTS = (
    "arena",
    "ordblks",
    "smblks",
    "hblks",
    "hblkhd",
    "usmblks",
    "fsmblks",
    "uordblks",
    "fordblks",
    "keepcost",
)


class _MallInfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in PARTS]


def resident() -> dict[str, float]:
    """Return what is in RAM, in MB: all, anonymous, of files (Linux)."""
    text = pathlib.Path("/proc/self/status").read_text()
    found = re.findall(r"(VmRSS|RssAnon|RssFile):\s+(\d+)", text)
    return {name: int(kb) / 1024 for name, kb in found}


def heaps() -> dict[str, float]:
    """Return what glibc's malloc holds, in MB: in use, free, mapped one by one."""
    ask = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if ask is None:
        return {}
    ask.restype = _MallInfo
    info = ask()
    return {
        "used": info.uordblks / MB,
        "free": info.fordblks / MB,
        "mapped": info.hblkhd / MB,
        "trimmable": info.keepcost / MB,
    }


def arenas() -> list[tuple[float, float]]:
    """Return what each of glibc's arenas has of the system, and what of it is free, in MB."""
    libc = ctypes.CDLL(None)
    with tempfile.NamedTemporaryFile("r") as file:
        libc.fopen.restype, libc.fopen.argtypes = ctypes.c_void_p, [ctypes.c_char_p] * 2
        libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
        libc.fclose.argtypes = [ctypes.c_void_p]
        out = libc.fopen(file.name.encode(), b"w")
        libc.malloc_info(0, out)
        libc.fclose(out)
        heaps = ElementTree.fromstring(file.read()).findall("heap")
    found = []
    for heap in heaps:
        free = sum(int(part.get("size", 0)) for part in heap.findall("total"))
        held = sum(
            int(part.get("size", 0))
            for part in heap.findall("system")
            if part.get("type") == "current"
        )
        found.append((held / MB, free / MB))
    return sorted(found, reverse=True)


def mappings() -> list[tuple[float, str]]:
    """Return the largest mappings of this process, resident MB and name, by name."""
    sizes: collections.Counter[str] = collections.Counter()
    name = ""
    for line in pathlib.Path("/proc/self/smaps").read_text().splitlines():
        head = re.match(r"[0-9a-f]+-[0-9a-f]+ (\S+) \S+ \S+ \S+\s*(.*)", line)
        if head:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            name = head[2] or f"anonymous {head[1]} {_kind(start, end - start)}"
        elif line.startswith("Rss:"):
            sizes[name] += int(line.split()[1])
    return [(kb / 1024, name) for name, kb in sizes.most_common(ROWS)]


def _kind(start: int, size: int) -> str:
    if start % (64 * MB) == 0 and size < 64 * MB:
        return "a thread's arena"
    return "above 8 MB" if size > 8 * MB else "1 to 8 MB" if size >= MB else "below 1 MB"


def arrays() -> list[tuple[np.ndarray, Any]]:
    """Return the arrays that own memory, with one object that refers to each.

    The collector does not know arrays themselves, only what contains them.
    """
    found: dict[int, tuple[np.ndarray, Any]] = {}
    for thing in [*gc.get_objects(), *_frozen()]:
        if isinstance(thing, np.ndarray):
            continue
        for one in gc.get_referents(thing):
            if isinstance(one, np.ndarray):
                while isinstance(one.base, np.ndarray):
                    one = one.base
                found.setdefault(id(one), (one, thing))
    return list(found.values())


def _frozen() -> Iterator[Any]:
    gc.unfreeze()  # of those that are frozen the collector names none
    yield from gc.get_objects()


def _owner(thing: Any) -> str:
    kind = type(thing).__qualname__
    if isinstance(thing, dict):
        for holder in gc.get_referrers(thing):
            if getattr(holder, "__dict__", None) is thing:
                name = getattr(holder, "__name__", "")
                return f"{type(holder).__qualname__} {name}"
        return f"dict of {list(thing)[:4]!s:.60}"
    if isinstance(thing, tuple | list):
        for holder in gc.get_referrers(thing):
            if isinstance(holder, dict):
                return f"{kind} in {_owner(holder)}"
            if isinstance(holder, functools._lru_cache_wrapper):
                return f"{kind} in the cache of {holder.__qualname__}"
        return f"{kind} of {len(thing)} {[type(one).__qualname__ for one in thing[:3]]}"
    if isinstance(thing, functools._lru_cache_wrapper):
        return f"cache of {thing.__module__}.{thing.__qualname__}"
    return f"{kind} {getattr(thing, '__qualname__', '')}"


def pictures() -> list[tuple[float, str]]:
    """Return the pictures that Python refers to, in MB by kind."""
    from PySide6.QtGui import QImage, QPixmap

    sizes: collections.Counter[str] = collections.Counter()
    for thing in gc.get_objects():
        if isinstance(thing, list) and len(thing) > 100_000:  # of this census itself
            continue
        for one in gc.get_referents(thing):
            if isinstance(one, QImage):
                sizes[f"QImage in {_owner(thing)}"] += one.sizeInBytes()
            elif isinstance(one, QPixmap):
                sizes[f"QPixmap in {_owner(thing)}"] += one.width() * one.height() * 4
    return [(size / MB, name) for name, size in sizes.most_common(ROWS)]


def census() -> Iterator[str]:
    """Yield lines: what is in RAM, of whom."""
    gc.unfreeze()
    gc.collect()
    yield f"resident, MB: {resident()['VmRSS']:.0f} before free memory is given back"
    give_back()
    for what, parts in (("resident", resident()), ("malloc", heaps())):
        yield f"{what}, MB: " + ", ".join(f"{name} {mb:.0f}" for name, mb in parts.items())
    held = ", ".join(f"{held:.0f} ({free:.0f} free)" for held, free in arenas() if held > 1)
    yield f"arenas, MB: {held}"
    yield f"Python: {sys.getallocatedblocks()} blocks, {len(gc.get_objects())} objects"
    kinds = collections.Counter(type(one).__qualname__ for one in [*_frozen()])
    yield "kinds: " + ", ".join(f"{name} {count}" for name, count in kinds.most_common(ROWS))
    yield "mappings:"
    for mb, name in mappings():
        yield f"  {mb:7.1f} MB  {name}"
    owners: collections.Counter[str] = collections.Counter()
    counts: collections.Counter[str] = collections.Counter()
    for array, holder in arrays():
        name = f"{array.dtype} {_owner(holder)}" if array.nbytes > MB // 4 else "smaller ones"
        owners[name] += array.nbytes
        counts[name] += 1
    yield f"arrays: {sum(owners.values()) / MB:.0f} MB"
    for name, size in owners.most_common(ROWS):
        yield f"  {size / MB:7.1f} MB  {counts[name]:5}  {name}"
    yield "pictures:"
    for mb, name in pictures():
        yield f"  {mb:7.1f} MB  {name}"
