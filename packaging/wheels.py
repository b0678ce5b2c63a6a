"""Say for which systems, processors and Python versions every pinned package has a wheel.

    python packaging/wheels.py [--extra NAME]...

Prints the table of `packaging/README.md`. pip is asked once for each package that is not pure
Python, and nothing is downloaded. Run by the Python of `.venv`, with all extras installed.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import pathlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import unquote

import pin
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))
_LINK = re.compile(r"[/ ]([\w.]+-[^/ ]+\.whl)(?:.*\(requires-python:([^)]*)\))?")


class Target(NamedTuple):
    """A kind of computer."""

    name: str
    platforms: tuple[tuple[str, str], ...]  # (platform tag, system), the oldest system first
    markers: Mapping[str, str]


def _linux(machine: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"manylinux_2_{minor}_{machine}", f"glibc 2.{minor}") for minor in range(17, 42)
    )


def _mac(machine: str) -> tuple[tuple[str, str], ...]:
    tags = list(mac_platforms((15, 0), machine))
    systems = [tag.removeprefix("macosx_").split("_")[:2] for tag in tags]
    found = [
        (tag, f"macOS {major}" + (f".{minor}" if major == "10" else ""))
        for tag, (major, minor) in zip(tags, systems, strict=True)
    ]
    return tuple(reversed(found))


TARGETS = (
    Target(
        "Windows, x64",
        (("win_amd64", "not said"),),
        {"sys_platform": "win32", "platform_machine": "AMD64"},
    ),
    Target(
        "macOS, Apple silicon",
        _mac("arm64"),
        {"sys_platform": "darwin", "platform_machine": "arm64"},
    ),
    Target(
        "macOS, Intel", _mac("x86_64"), {"sys_platform": "darwin", "platform_machine": "x86_64"}
    ),
    Target(
        "Linux, x64", _linux("x86_64"), {"sys_platform": "linux", "platform_machine": "x86_64"}
    ),
    Target(
        "Linux, arm64",
        _linux("aarch64"),
        {"sys_platform": "linux", "platform_machine": "aarch64"},
    ),
)


class Wheel(NamedTuple):
    """A file that the index has."""

    tags: frozenset[Tag]
    pythons: SpecifierSet


def is_pure(name: str) -> bool:
    """Return whether what is installed of a package fits every system."""
    try:
        text = importlib.metadata.distribution(name).read_text("WHEEL") or ""
    except importlib.metadata.PackageNotFoundError:
        return False
    return bool(re.search(r"^Tag: py\S*-none-any$", text, re.MULTILINE))


def wheels(name: str, version: str) -> list[Wheel]:
    """Return the wheels of a release.

    Raises:
        SystemExit: pip names none.
    """
    command = [
        sys.executable,
        "-m",
        "pip",
        "-vv",
        "--disable-pip-version-check",
        "index",
        "versions",
        name,
    ]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    found = list(read_wheels(asked.stdout + asked.stderr, version))
    if not found:
        raise SystemExit(
            f"layerlab: pip names no wheel of {name} {version}: {asked.stderr[-500:]}"
        )
    return found


def read_wheels(text: str, version: str) -> Iterator[Wheel]:
    """Yield the wheels of a release in what pip says of the links that it has seen."""
    for line in text.splitlines():
        link = _LINK.search(line)
        try:
            if link:
                _, number, _, tags = parse_wheel_filename(unquote(link[1]))
                if str(number) == version:  # no local build, such as of this machine's disk
                    yield Wheel(tags, SpecifierSet(link[2] or ""))
        except InvalidWheelFilename:
            continue  # of an old release


def oldest(found: Iterable[Wheel], target: Target, python: tuple[int, int]) -> int | None:
    """Return the place of the oldest system that a release has a wheel for; None if none."""
    usable = [wheel.tags for wheel in found if f"{python[0]}.{python[1]}.9" in wheel.pythons]
    for place in range(len(target.platforms)):
        platforms = [tag for tag, _ in target.platforms[: place + 1]]
        fits = {
            *cpython_tags(python, platforms=platforms),
            *compatible_tags(python, f"cp{python[0]}{python[1]}", platforms),
        }
        if any(tags & fits for tags in usable):
            return place
    return None


def needed(lines: Iterable[str], target: Target, python: tuple[int, int]) -> set[str]:
    """Return the packages that requirements ask for there, directly or not."""
    version = f"{python[0]}.{python[1]}"
    there = {**target.markers, "python_version": version, "python_full_version": f"{version}.9"}
    asked = [
        one for one in map(Requirement, lines) if not one.marker or one.marker.evaluate(there)
    ]
    for requirement in asked:
        requirement.marker = None  # which this computer need not fit
    return set(pin.pinned({"dependencies": map(str, asked), "optional-dependencies": {}}))


def table(releases: Mapping[str, list[Wheel]], lines: list[str]) -> str:
    """Return the table.

    Args:
        releases: package -> its wheels.
        lines: the requirements.
    """
    rows = [
        "| | " + " | ".join(f"{a}.{b}" for a, b in PYTHONS) + " | from |",
        "|---|" + "---|" * (len(PYTHONS) + 1),
    ]
    for target in TARGETS:
        cells, first = [], 0
        for python in PYTHONS:
            wanted = needed(lines, target, python)
            places = {name: oldest(releases[name], target, python) for name in releases}
            missing = sorted(name for name, place in places.items() if place is None)
            without = [name for name in missing if name in wanted]
            first = max([first, *(place for place in places.values() if place is not None)])
            left_out = ", ".join(name for name in missing if name not in wanted)
            all_others = f"all but {left_out}" if left_out else "all"
            cells.append(f"lacks {', '.join(without)}" if without else all_others)
        rows.append(f"| {target.name} | {' | '.join(cells)} | {target.platforms[first][1]} |")
    return "\n".join(rows)


def main() -> int:
    """Ask and print; return 0 if no wheel is lacking."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--extra", action="append", default=[])
    extras = parser.parse_args().extra
    root = pathlib.Path(__file__).resolve().parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = list(project["dependencies"])
    for name in extras:
        lines += project["optional-dependencies"][name]
    closure = pin.pinned({"dependencies": lines, "optional-dependencies": {}})
    read = pin.PINS.read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in read if not line.startswith("#"))
    compiled = [name for name in closure if not is_pure(name)]
    found = table({name: wheels(name, pins[name]) for name in compiled}, lines)
    others = len(closure) - len(compiled)
    print(f"{found}\n\nAsked for {', '.join(compiled)}; the other {others} are pure Python.")
    return 1 if "lacks" in found else 0


if __name__ == "__main__":
    sys.exit(main())
