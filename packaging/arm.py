"""Run the lab on an emulated ARM computer: Debian 13 for arm64 in a folder.

    python packaging/arm.py [--folder DIR]

As root on Debian, with `debootstrap`, `qemu-user-static` and `binfmt-support`; an hour or so,
as everything runs emulated. `doctor`, `gradcheck`, `train` on `numpy` and on `compiled`, whose
results have to be equal, and `shot`. With `--folder` the system stays, and so do its
compiled kernels. Run by the Python of `.venv`, whose pip fetches the wheels.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import environment
from roots import System, need_tools, run
from sandbox import TroubleError

BINFMT = pathlib.Path("/proc/sys/fs/binfmt_misc")
EMULATOR = "qemu-aarch64"
SUITE, PYTHON, GLIBC = "trixie", "3.13", 41
# Beside what Python needs: what Qt draws with where there is no display.
PACKAGES = (
    "python3",
    "ca-certificates",
    "libegl1",
    "libgl1",
    "libdbus-1-3",
    "libfontconfig1",
    "libfreetype6",
    "libglib2.0-0t64",
    "libx11-6",
    "libxkbcommon0",
)
TOLERANCES = {"float64": 1e-9, "float32": 1e-3}  # relative, after few updates
QT_IS_SLOW = "Qt did not start within"
PNG = b"\x89PNG"


@contextlib.contextmanager
def emulator() -> Iterator[None]:
    """Let the kernel start ARM programs as long as the context lives; raises TroubleError."""
    is_mounted = (BINFMT / "register").exists()
    if not is_mounted:
        run("mount", "-t", "binfmt_misc", "binfmt_misc", str(BINFMT))
    was_enabled = (BINFMT / EMULATOR).exists()
    try:
        if not was_enabled:
            run("update-binfmts", "--enable", EMULATOR)
        if "F" not in (BINFMT / EMULATOR).read_text().partition("flags:")[2].split()[0]:
            raise TroubleError(f"{EMULATOR} is registered without F: install qemu-user-static")
        yield
    finally:
        if not was_enabled and (BINFMT / EMULATOR).exists():
            run("update-binfmts", "--disable", EMULATOR)
        if not is_mounted:
            run("umount", str(BINFMT))


def install(target: pathlib.Path) -> None:
    """Put the pinned packages' ARM wheels into a folder, but for torch; raises TroubleError."""
    stamp = target / "installed"
    if stamp.exists() and stamp.read_text() == environment.key():
        return
    if target.exists():
        shutil.rmtree(target)
    needed, _ = environment.requirements([])
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--only-binary=:all:",
        "--disable-pip-version-check",
        "--target",
        str(target),
        "--python-version",
        PYTHON,
        "-c",
        str(environment.PINS),
    ]
    for minor in range(17, GLIBC + 1):
        command += ["--platform", f"manylinux_2_{minor}_aarch64"]
    command += ["--platform", "manylinux2014_aarch64", *needed]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TroubleError(f"pip has no wheels for this system: {done.stderr[-2000:]}")
    stamp.write_text(environment.key())


class Lab:
    """The lab within the system."""

    def __init__(self, system: System) -> None:
        self._system = system

    def __call__(self, *arguments: str) -> str:
        """Run a command of the lab, print how long it took, return what it prints."""
        began_s = time.monotonic()
        program = ("env", "-C", "/lab", "python3", "-m", "layerlab", *arguments)
        told = self._system.run(*program, PYTHONPATH="/wheels", QT_QPA_PLATFORM="offscreen")
        print(
            f"ok     layerlab {' '.join(arguments)}, {time.monotonic() - began_s:.0f} s",
            flush=True,
        )
        return told


def losses(told: str) -> list[float]:
    """Return the losses at the end of a training that printed JSON lines."""
    final = json.loads(told.strip().rpartition("\n")[2])
    if not final["final"] or not final["loss"]:
        raise TroubleError(f"no losses in {final}")
    return [float(loss) for loss in final["loss"]]


def compare(dtype: str, found: list[float], expected: list[float]) -> float:
    """Return how far losses are apart, relatively.

    Raises:
        TroubleError: further than rounding explains.
    """
    pairs = list(zip(found, expected, strict=True))
    apart = max(abs(a - b) / abs(b) for a, b in pairs)
    if not apart <= TOLERANCES[dtype]:
        raise TroubleError(f"{dtype}: compiled does not agree with numpy: {pairs}")
    return apart


def examine(system: System) -> None:
    """Install and try everything; raises TroubleError."""
    system.make(SUITE, "arm64", PACKAGES)
    print(
        system.run("sh", "-c", "uname -m; python3 --version; cat /etc/debian_version"),
        flush=True,
    )
    system.take_clone("lab")
    install(system.folder / "wheels")
    lab = Lab(system)
    # Python compiles what it imports for the first time, which takes minutes here: no limit of
    # the lab's own is to measure that.
    warm_up = "import numba, numpy, scipy.special, sklearn.datasets, PySide6.QtWidgets"
    system.run("python3", "-c", warm_up, PYTHONPATH="/wheels")
    try:
        print(lab("doctor"), flush=True)
    except TroubleError as error:
        if QT_IS_SLOW not in str(error):
            raise
        print(
            f"{error}\n\nEmulated, Qt may take longer than doctor waits; shot tells.",
            flush=True,
        )
    print(lab("gradcheck"), flush=True)
    for dtype in TOLERANCES:
        train = ("train", "--updates", "60", "--json", "--set", f"train.dtype={dtype}")
        expected, found = (
            losses(lab(*train, "--engine", name)) for name in ("numpy", "compiled")
        )
        apart = compare(dtype, found, expected)
        print(f"ok     {dtype}: numpy and compiled end {apart:.1e} apart", flush=True)
    lab("train")  # with nothing else, as its users do
    lab("shot", "--updates", "20", "--out", "/root/lab.png")
    if (system.folder / "root" / "lab.png").read_bytes()[:4] != PNG:
        raise TroubleError("shot has drawn no picture")


def main() -> int:
    """Examine; return 0 if all is well."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, help="where the system stays")
    args = parser.parse_args()
    tools = {
        "debootstrap": "debootstrap",
        "unshare": "util-linux",
        "git": "git",
        "update_binfmts": "binfmt-support",
        "qemu_aarch64_static": "qemu-user-static",
    }
    with tempfile.TemporaryDirectory() as name:
        folder = (args.folder or pathlib.Path(name) / "system").resolve()
        try:
            need_tools(**tools)
            with emulator():
                examine(System(folder))
        except TroubleError as error:
            print(f"FAILED {error}")
            return 1
    print("ok     the lab runs on ARM, emulated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
