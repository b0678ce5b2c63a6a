"""Compile the kernels that a bundle brings along, for every width of vectors.

    python packaging/kernels.py FOLDER

A process for each width, as numba compiles for one processor. It need not be the one at hand:
the kernels are compiled and kept, and nothing calls them.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[1]
PACKAGE = str(ROOT / "app")
DTYPES = ("float32",)  # float64 is compiled when somebody asks for it
_ONE = "--for"


def make(folder: pathlib.Path) -> list[pathlib.Path]:
    """Fill a folder with kernels, and return the files.

    Args:
        folder: made again.
    """
    from layerlab.nets.engines.compiled import target

    shutil.rmtree(folder, ignore_errors=True)
    for place in range(len(target.shipped())):
        with_own = os.environ | {"NUMBA_CACHE_DIR": str(folder), "PYTHONPATH": PACKAGE}
        for name in (target.VARIABLE, target.NUMBA_NAME, target.NUMBA_FEATURES):
            with_own.pop(name, None)
        command = [sys.executable, __file__, _ONE, str(place)]
        subprocess.run(command, env=with_own, cwd=ROOT, check=True)
    made = sorted((folder / "kernels").glob("*.kernel"))
    for path in made:
        path.chmod(0o644)  # they are everybody's who may start the program
    return made


class _CompiledOnly:
    """Stands for a kernel where it is called: compiles it for the arguments, calls nothing."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, *arguments: object) -> None:
        """Compile."""
        self._function.compile(tuple(map(self._function.typeof_pyval, arguments)))


def compile_one(place: int) -> None:
    """Compile for one of the targets, into the folder of `NUMBA_CACHE_DIR`."""
    import numpy as np

    from layerlab.nets.engines.compiled import target

    target.compile_for(target.shipped()[place])
    from layerlab.nets.engines.compiled import inference, trainer, warm

    # Whatever a training would call: the arguments are its own.
    for module, name in ((trainer, "train"), (inference, "look")):
        setattr(module, name, _CompiledOnly(getattr(module, name)))
    with np.errstate(all="ignore"):  # what was not called has left no numbers
        for dtype in DTYPES:
            warm.make_kernels(dtype)


def main() -> int:
    """Compile; return the exit code."""
    if sys.argv[1:2] == [_ONE]:
        compile_one(int(sys.argv[2]))
        return 0
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    for path in make(pathlib.Path(sys.argv[1])):
        print(f"{path.stat().st_size / 1e6:5.2f} MB  {path.name}")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, PACKAGE)
    sys.exit(main())
