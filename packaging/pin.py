"""Write `constraints.txt`: exact versions of all that is installed, from this `.venv`.

Local labels such as `+cpu` are left out: a pin names the release, and whoever installs
chooses the build. `python packaging/pin.py`, run by the Python of `.venv`.
"""

from __future__ import annotations

import importlib.metadata
import pathlib
import sys
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = pathlib.Path(__file__).resolve().parents[1]
PINS = ROOT / "packaging" / "constraints.txt"
HEADER = """\
# Exact versions for `make run` and `make test`, written by `make pins`.
# Ranges, and the reasons for them, are in pyproject.toml.
"""


def pinned(project: dict[str, object]) -> dict[str, str]:
    """Return name -> version of all requirements, and of all that these require."""
    extras = project["optional-dependencies"]
    assert isinstance(extras, dict)
    waiting = [*project["dependencies"], *(line for lines in extras.values() for line in lines)]  # type: ignore[misc]
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()  # one asked for twice may have more extras
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        environments = [{"extra": extra} for extra in requirement.extras] or [{"extra": ""}]
        if (name, frozenset(requirement.extras)) in seen:
            continue
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        seen.add((name, frozenset(requirement.extras)))
        distribution = importlib.metadata.distribution(name)
        found[name] = distribution.version.partition("+")[0]
        for line in distribution.requires or ():
            marker = Requirement(line).marker
            if marker is None or any(marker.evaluate(known) for known in environments):
                waiting.append(line.partition(";")[0])
    return dict(sorted(found.items()))


def main() -> int:
    """Write the file; return the exit code."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [f"{name}=={version}\n" for name, version in pinned(project).items()]
    PINS.write_text(HEADER + "".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
