"""Run `make run` and `make test` in a new system with a newer Python than this one's.

    python packaging/newer_python.py [--suite trixie] [--folder DIR] [--only run|test]
        [--args ARGS]

As root on Debian, with `debootstrap`; standard library only. Debian 13, trixie, has Python
3.13. PyTorch's usual build for Linux is gigabytes: `--torch-index` says where a smaller one
is; without it the lab is set up as where PyTorch cannot be installed.
"""

from __future__ import annotations

import argparse
import pathlib
import sys
import tempfile

from roots import System, need_tools
from sandbox import TroubleError

NO_INDEX = "file:///no-pytorch"
# Beside what the lab needs: binutils, without which two tests of the recipe are left out.
PACKAGES = ("python3", "python3-venv", "make", "ca-certificates", "binutils")
PNG = b"\x89PNG"


def examine(system: System, suite: str, torch_index: str, only: str, args: str) -> None:
    """Set up, draw and test; raises TroubleError."""
    system.make(suite, packages=PACKAGES)
    lab = system.take_clone("lab")
    print(system.run("python3", "--version").strip(), flush=True)
    make = ("make", "-C", "/lab", f"TORCH_INDEX={torch_index}")
    if only in ("", "run"):
        system.show(*make, "run")
        picture = lab / "layerlab.png"
        if not picture.exists() or picture.read_bytes()[:4] != PNG:
            raise TroubleError("`make run` has drawn no picture")
        print(f"ok     make run, {picture.stat().st_size} bytes of picture", flush=True)
    if only in ("", "test"):
        system.show(*make, "test", *([f"ARGS={args}"] if args else []))
        print("ok     make test", flush=True)


def main() -> int:
    """Examine; return 0 if all is well."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--suite", default="trixie", help="of Debian")
    parser.add_argument("--folder", type=pathlib.Path, help="where the system stays")
    parser.add_argument("--torch-index", metavar="URL", default=NO_INDEX)
    parser.add_argument("--only", choices=("run", "test"), default="")
    parser.add_argument("--args", default="", help="of pytest, such as --args=-v")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = args.folder or pathlib.Path(name) / "system"
        try:
            need_tools(debootstrap="debootstrap", unshare="util-linux", git="git")
            system = System(folder.resolve())
            examine(system, args.suite, args.torch_index, args.only, args.args)
        except TroubleError as error:
            print(f"FAILED {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
