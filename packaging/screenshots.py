"""Redraw `resources/screenshots`: situations of the lab, all pages; dark, light, print.

`python packaging/screenshots.py [NAME]...`, run by the Python of `.venv`.
"""

from __future__ import annotations

import pathlib
import subprocess
import sys

from palette import shrink  # beside this file

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "screenshots"
THEMES = ("dark", "light")
PRINTED = ("lab",)  # for paper as well
# What no command can draw, each by a program of its name: a held handle, a dialog, runs.
PROGRAMS = ("drag", "sheet", "runs")
# Name -> arguments of `layerlab shot`.
SITUATIONS: dict[str, list[str]] = {
    "lab": [],
    "plane": ["--task", "spiral"],
    "digits": ["--task", "digits"],
    "flip": ["--task", "diagonal-flip"],
    "painted": ["--task", "painted"],
    "deep": ["--set", "net.hidden=[16,16,16,16,16,16,16,16,16,16,16,16]"],
    "advice": ["--set", "net.width=2"],
    "error": ["--set", "train.optimizer=sgd", "--set", "train.rate=10"],
}


def situations() -> dict[str, list[str]]:
    """Return name -> arguments of `layerlab shot`: of the lab, pages and claims."""
    sys.path.insert(0, str(ROOT / "app"))
    from layerlab.experiments import EXPERIMENTS

    pages = ("gallery", *EXPERIMENTS.keys())
    claims = {"claims": ["--claims", "all"]}
    return SITUATIONS | {key: ["--experiment", key] for key in pages} | claims


def draw(name: str, theme: str) -> int:
    """Draw one situation in one theme; return the exit code."""
    out = FOLDER / f"{name}-{theme}.png"
    print(out.relative_to(ROOT), flush=True)
    if name in PROGRAMS:
        command = [str(ROOT / "packaging" / f"{name}.py"), str(out), theme]
    else:
        command = ["-m", "layerlab", "shot", "--out", str(out), "--theme", theme]
        command += situations()[name]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, check=False)
    if done.returncode == 0:
        shrink(out)
    return done.returncode


def main() -> int:
    """Draw the named situations, or all; return the exit code."""
    known = [*situations(), *PROGRAMS]
    names = sys.argv[1:] or known
    unknown = [name for name in names if name not in known]
    if unknown:
        print(
            f"layerlab: no situation {unknown[0]!r}; known: {', '.join(known)}", file=sys.stderr
        )
        return 2
    FOLDER.mkdir(exist_ok=True)
    wanted = [(name, theme) for name in names for theme in THEMES]
    wanted += [(name, "print") for name in names if name in PRINTED]
    return max(draw(name, theme) for name, theme in wanted)


if __name__ == "__main__":
    sys.exit(main())
