"""List the campaigns, or run some of them, one after another.

    python -m tests.campaign [all | NAME...]

A campaign is a module beside this one that reads its options with argparse and needs none of
them: `python -m tests.campaign.NAME --help` says what it takes. It ends with exit code 1 where
its aim is not reached; so does this.
"""

from __future__ import annotations

import argparse
import ast
import pathlib
import subprocess
import sys
import time

FOLDER = pathlib.Path(__file__).parent


def campaigns(folder: pathlib.Path = FOLDER) -> dict[str, str]:
    """Return name -> first line of the docstring of each campaign."""
    found = {}
    for path in sorted(folder.glob("[!_]*.py")):
        source = path.read_text(encoding="utf-8")
        if "ArgumentParser(" in source:
            doc = ast.get_docstring(ast.parse(source)) or ""
            found[path.stem] = doc.partition("\n")[0]
    return found


def main(arguments: list[str] | None = None) -> int:
    """List or run; return 1 if one has not reached its aim."""
    found = campaigns()
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("names", metavar="NAME", nargs="*", choices=["all", *found, []])
    names = parser.parse_args(arguments).names
    if not names:
        width = max(map(len, found), default=0)
        for name, sentence in found.items():
            print(f"{name:{width}}  {sentence}")
        return 0
    failed = []
    for name in found if "all" in names else names:
        print(f"---- {name}", flush=True)
        began_s = time.monotonic()
        code = subprocess.run([sys.executable, "-m", f"tests.campaign.{name}"], check=False)
        print(f"---- {name} took {(time.monotonic() - began_s) / 60:.0f} min", flush=True)
        if code.returncode:
            failed.append(name)
    if failed:
        print(f"FAILED {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
