"""Install a Debian package into a new, empty system, start it there, and remove it.

    python packaging/clean_root.py dist/layerlab_0.1.0_amd64.deb

As root on Debian, with `debootstrap`, `xvfb` and `xdotool`. The new system has nothing that
the package does not ask for; its window is shown on a screen outside of it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from sandbox import TroubleError, wait_for
from screen import SIZE, Screen

FOUND = ("etc/apt/sources.list", "etc/apt/sources.list.d", "etc/apt/apt.conf.d",
         "etc/resolv.conf")  # fmt: skip
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive"}  # fmt: skip
LEFT = ("usr/lib/layerlab*", "usr/bin/layerlab", "usr/share/applications/layerlab*",
        "usr/share/mime/packages/layerlab*", "usr/share/icons/*/*/apps/layerlab*")  # fmt: skip


def run(*command: str, **more: str) -> str:
    """Run a command and return what it prints; raises TroubleError if it fails."""
    done = subprocess.run(command, env=ENVIRONMENT | more, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)  # fmt: skip
    if done.returncode:
        raise TroubleError(f"{' '.join(command)}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def mirror() -> tuple[str, str]:
    """Return the suite of this system and where its packages come from."""
    told = run("apt-get", "indextargets", "--format", "$(CODENAME) $(SITE)",
               "Created-By: Packages", "Component: main")  # fmt: skip
    code, site = told.splitlines()[0].split()
    return code.partition("-")[0], site


@contextlib.contextmanager
def new_system(root: pathlib.Path) -> Iterator[None]:
    """Make a system in a folder that lives as long as the context."""
    run("debootstrap", "--variant=minbase", *mirror_arguments(root))
    for name in FOUND:
        source, place = pathlib.Path("/") / name, root / name
        if source.is_dir():
            shutil.copytree(source, place, dirs_exist_ok=True)
        elif source.exists():
            place.unlink(missing_ok=True)
            shutil.copy(source, place)
    run("mount", "-t", "proc", "proc", str(root / "proc"))
    try:
        yield
    finally:
        run("umount", "-l", str(root / "proc"))


def mirror_arguments(root: pathlib.Path) -> list[str]:
    """Return the arguments of debootstrap that say what, where and from where."""
    suite, site = mirror()
    return [suite, str(root), site]


def examine(root: pathlib.Path, package: pathlib.Path, folder: pathlib.Path) -> None:
    """Install, start and remove; raises TroubleError."""

    def inside(*command: str, **more: str) -> str:
        return run("chroot", str(root), *command, **more)

    shutil.copy(package, root / "layerlab.deb")
    inside("apt-get", "update")
    inside("apt-get", "install", "-y", "--no-install-recommends", "/layerlab.deb")
    told = inside("layerlab", "doctor").strip()
    print(told)
    if not told.endswith("ready"):
        raise TroubleError("doctor is not content")
    inside("layerlab", "train", "--updates", "20")
    inside("layerlab", "shot", "--updates", "20", "--out", "/root/lab.png")
    with Screen(folder) as screen:
        command = ["chroot", str(root), "layerlab"]
        window = subprocess.Popen(command, env=ENVIRONMENT | {"DISPLAY": screen.display},
                                  stderr=subprocess.PIPE, text=True)  # fmt: skip
        try:
            wait_for("the window opens", lambda: bool(screen.window("Layerlab")))
            screen.settled("it is painted", (500, 500, SIZE[0] // 4, SIZE[1] // 4))
            screen.close(screen.window("Layerlab"))
        except TroubleError:
            window.kill()
            raise TroubleError(f"the window: {window.communicate()[1]}") from None
        errors = window.communicate()[1]
    if window.returncode or errors:
        raise TroubleError(f"the window ended with {window.returncode}: {errors}")
    name = run("dpkg-deb", "--field", str(package), "Package").strip()
    inside("apt-get", "purge", "-y", name)
    left = [str(path) for pattern in LEFT for path in root.glob(pattern)]
    if left:
        raise TroubleError(f"removing it left {', '.join(left)}")


def main() -> int:
    """Examine; return 0 if all is well."""
    parser = argparse.ArgumentParser()
    parser.add_argument("package", metavar="DEB", type=pathlib.Path)
    package = parser.parse_args().package.resolve()
    if os.geteuid():
        print("layerlab: only root makes a new system", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        try:
            with new_system(folder / "root"):
                examine(folder / "root", package, folder)
        except TroubleError as error:
            print(f"FAILED {error}")
            return 1
    print("ok     installed, started and removed in a new system")
    return 0


if __name__ == "__main__":
    sys.exit(main())
