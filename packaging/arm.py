"""Run the lab on an emulated ARM computer: Debian 13 for arm64 in a folder.

    python packaging/arm.py [--folder DIR] [--only doctor|gradcheck|train|shot]

As root on Debian, with `debootstrap`, `qemu-user-static` and `binfmt-support`; an hour or so,
as everything runs emulated. `doctor`, `gradcheck`, `train` on `numpy` and on `compiled`, whose
results have to be equal, and `shot`. With `--folder` the system stays, and so do its
compiled kernels and the picture. Run by the Python of `.venv`, whose pip fetches the wheels.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

import environment
from roots import System, need_tools, run
from sandbox import TroubleError

BINFMT = pathlib.Path("/proc/sys/fs/binfmt_misc")
EMULATOR = "qemu-aarch64"
SUITE, PYTHON, GLIBC = "trixie", "3.13", 41
# Beside what Python needs: what Qt draws with where there is no display, and what a window on
# X needs. `linux_libraries.py` asks the loader whether that is all, and installs what is not.
PACKAGES = (
    "python3",
    "ca-certificates",
    "libegl1",
    "libgl1",
    "libdbus-1-3",
    "libfontconfig1",
    "libfreetype6",
    "libglib2.0-0t64",
    "libice6",
    "libsm6",
    "libx11-6",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-render-util0",
    "libxcb-render0",
    "libxcb-shape0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
    "libxkbcommon0",
)
TOLERANCES = {"float64": 1e-9, "float32": 1e-3}  # relative, after few updates
# Byte code lies beside the kernels: the folder of the lab is a new one each time.
PATHS = {"PYTHONPATH": "/lab/app:/wheels", "PYTHONPYCACHEPREFIX": "/root/.cache/python"}
PICTURE = "root/lab.png"  # within the system
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


def install(system: System) -> None:
    """Put the pinned packages' ARM wheels into `wheels`, but for torch; raises TroubleError."""
    target = system.folder / "wheels"
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
        "--no-compile",  # this Python's byte code is another one's than that system's
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
    # Python compiles what it imports for the first time, which takes minutes here: no time
    # that is printed is to measure that.
    warm_up = "import numba, numpy, scipy.special, sklearn.datasets, PySide6.QtWidgets"
    system.run("python3", "-c", warm_up, **PATHS)
    stamp.write_text(environment.key())


class Lab:
    """The lab within the system."""

    def __init__(self, system: System) -> None:
        self.system = system

    def python(self, *arguments: str) -> str:
        """Run its Python where the lab lies and return what it prints."""
        program = ("env", "-C", "/lab", "python3", *arguments)
        return self.system.run(*program, QT_QPA_PLATFORM="offscreen", **PATHS)

    def __call__(self, *arguments: str) -> str:
        """Run a command of the lab, print how long it took, return what it prints."""
        words = f"layerlab {' '.join(arguments)}"
        print(f"       {words}", flush=True)
        began_s = time.monotonic()
        output = self.python("-m", "layerlab", *arguments)
        print(f"ok     {words}, {time.monotonic() - began_s:.0f} s", flush=True)
        return output


def losses(output: str) -> list[float]:
    """Return the losses at the end of a training that printed JSON lines."""
    final = json.loads(output.strip().rpartition("\n")[2])
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


def show(*command: str) -> Callable[[Lab], None]:
    """Return what runs a command of the lab and prints what it says."""
    return lambda lab: print(lab(*command), flush=True)


def train(lab: Lab) -> None:
    """Train in each precision on both engines, then as users do; raises TroubleError."""
    for dtype in TOLERANCES:
        command = ("train", "--updates", "60", "--json", "--set", f"train.dtype={dtype}")
        expected, found = (
            losses(lab(*command, "--engine", name)) for name in ("numpy", "compiled")
        )
        apart = compare(dtype, found, expected)
        print(f"ok     {dtype}: numpy and compiled end {apart:.1e} apart", flush=True)
    print(lab("train"), flush=True)


def shot(lab: Lab) -> None:
    """Draw the window; raises TroubleError."""
    picture = lab.system.folder / PICTURE
    picture.unlink(missing_ok=True)
    lab("shot", "--updates", "20", "--out", f"/{PICTURE}")
    if picture.read_bytes()[:4] != PNG:
        raise TroubleError("shot has drawn no picture")
    print(f"ok     {picture}, {picture.stat().st_size} bytes of picture", flush=True)


PARTS = {
    "doctor": show("doctor"),
    "gradcheck": show("gradcheck"),
    "train": train,
    "shot": shot,
}


def examine(system: System, only: str) -> None:
    """Install, and try everything or one part; raises TroubleError."""
    system.make(SUITE, "arm64", PACKAGES)
    output = system.run("sh", "-c", "uname -m; python3 --version; cat /etc/debian_version")
    print(
        f"ok     {', Debian '.join([*output.splitlines()][1:])}, {output.split()[0]}",
        flush=True,
    )
    system.take_clone("lab")
    install(system)
    lab = Lab(system)
    lab.python("packaging/linux_libraries.py")
    for name, part in PARTS.items():
        if only in ("", name):
            part(lab)


def main() -> int:
    """Examine; return 0 if all is well."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leaving the context `emulator`
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, help="where the system stays")
    parser.add_argument("--only", choices=PARTS, default="", help="try this part alone")
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
                examine(System(folder), args.only)
        except TroubleError as error:
            print(f"FAILED {error}")
            return 1
    print(f"ok     {args.only or 'the lab'} runs on ARM, emulated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
