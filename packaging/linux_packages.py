"""Make a `.tar.xz` and a `.deb` of a bundle that was built on Linux.

    python packaging/linux_packages.py dist/layerlab [--only package]

The archive runs from any folder. The package puts the program into /usr/lib, a command into
/usr/bin, and an entry, icons and the type of saved labs where desktops look for them. What
it depends on is asked of the libraries in the bundle. Beside each lies its bill of
materials, see `sbom.py`. Run by the Python of `.venv`.
"""

from __future__ import annotations

import argparse
import lzma
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

import icons
import sbom
import trim

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "app"))

from layerlab import __version__  # noqa: E402
from layerlab.commands.libraries import DEBIAN_PACKAGES  # noqa: E402

BINARY = ("BINARY", "EXTENSION")
_C_VERSION = re.compile(r"GLIBC_(\d+)\.(\d+)")
DESCRIPTION = """\
 Turn the width, depth, activation and initialization of a multilayer perceptron,
 and see at once what they do: to what it learns, to the signal and the gradient
 of every layer, to the shape of the function. Every run trains many seeds."""


def entries(folder: pathlib.Path) -> list[trim.Entry]:
    """Return the files of a bundle as its recipe had them."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                kind = "BINARY" if file.read(4) == b"\x7fELF" else "DATA"
            found.append((path.relative_to(folder).as_posix(), str(path), kind))
    return found


def dependencies(folder: pathlib.Path) -> list[str]:
    """Return the Debian packages that a bundle needs.

    Raises:
        SystemExit: it needs a library of which no package is known.
    """
    systems, missing = trim.unresolved(entries(folder), trim.linked_against)
    unknown = sorted(missing | {name for name in systems if name not in DEBIAN_PACKAGES})
    if unknown:
        raise SystemExit(f"layerlab: no package is known for {', '.join(unknown)}")
    packages = {DEBIAN_PACKAGES[name] for name in systems}
    return [f"libc6 (>= {c_library(folder)})", *sorted(packages)]


def c_library(folder: pathlib.Path) -> str:
    """Return the oldest version of the C library with which all of a bundle loads."""
    versions = {(0, 0)}
    for _, source, kind in entries(folder):
        if kind in BINARY:
            output = subprocess.run(
                ["objdump", "-p", source], capture_output=True, text=True, check=True
            ).stdout
            versions |= {(int(a), int(b)) for a, b in _C_VERSION.findall(output)}
    return ".".join(map(str, max(versions)))


def check_modes(folder: pathlib.Path) -> None:
    """Raise SystemExit if others than its owner may write a file of a bundle."""
    loose = trim.writable_by_others(folder)
    if loose:
        raise SystemExit(
            f"layerlab: others may write {loose[0]} ({len(loose)} files); build again"
        )


def _as_roots(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mode |= 0o444
    return info


def archive(folder: pathlib.Path) -> pathlib.Path:
    """Write `NAME-VERSION-linux-MACHINE.tar.xz` beside a bundle and return it."""
    name = f"{folder.name}-{__version__}-linux-{platform.machine()}"
    target = folder.with_name(f"{name}.tar.xz")
    with (
        lzma.open(target, "wb", preset=9) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        tar.add(folder, name, filter=_as_roots)
    return target


def package(folder: pathlib.Path) -> pathlib.Path:
    """Write `NAME_VERSION_ARCHITECTURE.deb` beside a bundle and return it."""
    machine = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()
    target = folder.with_name(f"{folder.name}_{__version__}_{machine}.deb")
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        root = pathlib.Path(name)
        root.chmod(0o755)
        _lay_out(folder, root)
        size = sum(p.stat().st_size for p in root.rglob("*") if p.is_file()) // 1024
        (root / "DEBIAN").mkdir()
        (root / "DEBIAN" / "control").write_text(_control(folder, machine, size))
        command = [
            "dpkg-deb",
            "--root-owner-group",
            "-Zxz",
            "-z9",
            "--build",
            name,
            str(target),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return target


def _lay_out(folder: pathlib.Path, root: pathlib.Path) -> None:
    share, here = root / "usr" / "share", ROOT / "packaging" / "linux"
    shutil.copytree(folder, root / "usr" / "lib" / folder.name, symlinks=True)
    (root / "usr" / "bin").mkdir(parents=True)
    (root / "usr" / "bin" / "layerlab").symlink_to(f"../lib/{folder.name}/layerlab")
    with tempfile.TemporaryDirectory() as drawn:
        icons.write(pathlib.Path(drawn))
        for size in icons.SIZES:
            place = share / "icons" / "hicolor" / f"{size}x{size}" / "apps" / "layerlab.png"
            _put(pathlib.Path(drawn) / f"layerlab-{size}.png", place)
    _put(icons.SOURCE, share / "icons" / "hicolor" / "scalable" / "apps" / "layerlab.svg")
    _put(here / "layerlab.desktop", share / "applications" / "layerlab.desktop")
    _put(here / "layerlab.xml", share / "mime" / "packages" / "layerlab.xml")
    licences = folder / "_internal" / "layerlab" / "resources" / "licences.txt"
    _put(licences, share / "doc" / folder.name / "copyright")


def _put(source: pathlib.Path, place: pathlib.Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, place)
    place.chmod(0o644)


def _control(folder: pathlib.Path, machine: str, size_kb: int) -> str:
    others = "layerlab-full" if folder.name == "layerlab" else "layerlab"
    return (
        f"Package: {folder.name}\nVersion: {__version__}\nArchitecture: {machine}\n"
        f"Maintainer: The Layerlab developers <layerlab@localhost>\nSection: education\n"
        f"Priority: optional\nInstalled-Size: {size_kb}\nConflicts: {others}\n"
        f"Depends: {', '.join(dependencies(folder))}\n"
        f"Description: lab for the architecture of neural networks\n{DESCRIPTION}\n"
    )


def main() -> int:
    """Write both, or one; return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("bundle", metavar="DIST", type=pathlib.Path)
    parser.add_argument("--only", choices=("archive", "package"))
    args = parser.parse_args()
    os.umask(0o022)
    check_modes(args.bundle.resolve())
    for name, write in (("archive", archive), ("package", package)):
        if args.only in (None, name):
            target = write(args.bundle.resolve())
            print(f"{target.stat().st_size / 1e6:.1f} MB  {target}")
            print(sbom.beside(args.bundle.resolve(), target))
    return 0


if __name__ == "__main__":
    sys.exit(main())
