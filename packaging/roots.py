"""Debian systems in folders: made by debootstrap, and entered without leaving a mount behind.

Used by the scripts that try the lab in another system than this one. As root on Debian.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import tarfile
from collections.abc import Iterable

from sandbox import TroubleError

ROOT = pathlib.Path(__file__).resolve().parents[1]
SOURCES = ("etc/apt/sources.list", "etc/apt/sources.list.d")
# How this system reaches its network, and whom it trusts there.
NETWORK = ("etc/apt/apt.conf.d", "etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt")
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
    "PIP_CERT": "/etc/ssl/certs/ca-certificates.crt",
}
MADE = ".made"  # a file that says that debootstrap has ended well


def run(*command: str, **more: str) -> str:
    """Run a command and return what it prints; raises TroubleError if it fails."""
    try:
        done = subprocess.run(
            command,
            env=ENVIRONMENT | more,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        raise TroubleError(f"{command[0]} is not installed here") from None
    if done.returncode:
        output = f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
        raise TroubleError(f"{' '.join(command)} ended with {done.returncode}:\n{output}")
    return done.stdout


def need_tools(**packages: str) -> None:
    """Raise TroubleError unless this is root with all programs.

    Args:
        packages: program, with `_` for `-`, and the package that it is in.
    """
    if os.geteuid():
        raise TroubleError("only root makes a new system")
    path = ENVIRONMENT["PATH"]
    missing = {
        package
        for name, package in packages.items()
        if shutil.which(name.replace("_", "-"), path=path) is None
    }
    if missing:
        raise TroubleError(f"missing here: apt-get install {' '.join(sorted(missing))}")


def this_suite() -> tuple[str, str]:
    """Return the suite of this system and where its packages come from."""
    output = run(
        "apt-get",
        "indextargets",
        "--format",
        "$(CODENAME) $(SITE)",
        "Created-By: Packages",
        "Component: main",
    )
    code, site = output.splitlines()[0].split()
    return code.partition("-")[0], site


class System:
    """A Debian system in a folder.

    Commands run in namespaces of their own, so that what is mounted for them, and all that
    they have started, is gone when they end, however they end.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    def make(self, suite: str = "", machine: str = "", packages: Iterable[str] = ()) -> None:
        """Make it, unless an earlier call has.

        Args:
            suite: Debian's name for a release; "" for this system's own.
            machine: Debian's name for a processor; "" for this one's.
            packages: that are in it from the start.
        """
        if (self.folder / MADE).exists():
            return
        own, site = this_suite()
        options = [f"--arch={machine}"] if machine else []
        if packages:
            options.append(f"--include={','.join(packages)}")
        if self.folder.exists():  # a half-made one
            shutil.rmtree(self.folder)
        run("debootstrap", "--variant=minbase", *options, suite or own, str(self.folder), site)
        for name in (*NETWORK, *(SOURCES if suite in ("", own) else ())):
            source, place = pathlib.Path("/") / name, self.folder / name
            if source.is_dir():
                shutil.copytree(source, place, dirs_exist_ok=True)
            elif source.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.unlink(missing_ok=True)
                shutil.copy(source, place)
        (self.folder / MADE).touch()

    def command(self, *command: str) -> list[str]:
        """Return what to run so that a command runs in it."""
        return [
            "unshare",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            f"--root={self.folder}",
            "--wd=/",
            *command,
        ]

    def run(self, *command: str, **more: str) -> str:
        """Run a command in it and return what it prints; raises TroubleError if it fails."""
        return run(*self.command(*command), **more)

    def show(self, *command: str, **more: str) -> None:
        """Run a command in it that prints for whoever looks on; raises TroubleError."""
        done = subprocess.run(
            self.command(*command),
            env=ENVIRONMENT | more,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            raise TroubleError(f"{' '.join(command)} ended with {done.returncode}")

    def take_clone(self, name: str) -> pathlib.Path:
        """Put the files of this clone into a new folder of it and return that.

        Args:
            name: of the folder; what was in it is removed.
        """
        target = self.folder / name
        if target.exists():
            shutil.rmtree(target)
        target.mkdir()
        listed = run(
            "git",
            "-C",
            str(ROOT),
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        )
        files = [line for line in listed.split("\0") if line and (ROOT / line).is_file()]
        packed = target / "clone.tar"
        with tarfile.open(packed, "w") as tar:
            for file in files:
                tar.add(ROOT / file, file)
        with tarfile.open(packed) as tar:
            tar.extractall(target, filter="data")
        packed.unlink()
        return target
