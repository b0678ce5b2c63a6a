"""A lab in a process of its own in which libraries are missing, or kernels do not compile."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
from collections.abc import Mapping, Sequence

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT_S = 300

# Python imports it before anything else, in every process that has its folder on the path.
_SITE = """
import importlib.machinery, os, sys

hidden = {hidden!r}
damaged = {damaged!r}
breaks_kernels = {breaks_kernels!r}


class Finder:
    def find_spec(self, name, path=None, target=None):
        breaks = breaks_kernels and name == "layerlab.nets.engines.compiled.kernel"
        if not (breaks or name in damaged):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        run = spec.loader.exec_module

        def exec_module(module):
            if name in damaged:
                raise OSError(f"{{name}}: cannot open shared object file")
            import numba

            run(module)
            module.train = numba.njit(lambda *arguments: not_there)

        spec.loader.exec_module = exec_module
        return spec


find = importlib.machinery.PathFinder.find_spec


def visible(cls, name, path=None, target=None):
    is_hidden = any(f"{{name}}.".startswith(f"{{one}}.") for one in hidden)
    return None if is_hidden else find(name, path, target)


importlib.machinery.PathFinder.find_spec = classmethod(visible)
sys.meta_path.insert(0, Finder())
"""


class Crippled:
    """Runs the lab where something is missing.

    Args:
        folder: an empty one, for the home of the process too.
        hidden: modules that are not there. damaged: modules whose import raises OSError.
        breaks_kernels: whether the compiler fails.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        hidden: Sequence[str] = (),
        damaged: Sequence[str] = (),
        breaks_kernels: bool = False,
    ) -> None:
        self.home, site = folder / "home", folder / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(
            _SITE.format(hidden=hidden, damaged=damaged, breaks_kernels=breaks_kernels)
        )
        self._paths = [str(site), str(ROOT / "app")]

    def python(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these arguments."""
        environment: Mapping[str, str] = os.environ | {
            "PYTHONPATH": os.pathsep.join(self._paths),
            "LAYERLAB_HOME": str(self.home),
            "QT_QPA_PLATFORM": "offscreen",
            **variables,
        }
        return subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            cwd=self._paths[0],
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )

    def lab(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line with these arguments."""
        return self.python("-P", "-m", "layerlab", *arguments)
