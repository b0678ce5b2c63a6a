"""Install a Debian package into a new, empty system, start it there, and remove it.

    python packaging/clean_root.py dist/layerlab_0.1.0_amd64.deb

As root on Debian, with `debootstrap`, `xvfb` and `xdotool`. The new system has nothing that
the package does not ask for; its window is shown on a screen outside of it.
"""

from __future__ import annotations

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

from roots import ENVIRONMENT, System, need_tools, run
from sandbox import TroubleError, wait_for
from screen import SIZE, Screen

LEFT = (
    "usr/lib/layerlab*",
    "usr/bin/layerlab",
    "usr/share/applications/layerlab*",
    "usr/share/mime/packages/layerlab*",
    "usr/share/icons/*/*/apps/layerlab*",
)


def examine(system: System, package: pathlib.Path, folder: pathlib.Path) -> None:
    """Install, start and remove; raises TroubleError."""
    system.make()
    root, inside = system.folder, system.run
    shutil.copy(package, root / "layerlab.deb")
    inside("apt-get", "update")
    inside("apt-get", "install", "-y", "--no-install-recommends", "/layerlab.deb")
    output = inside("layerlab", "doctor").strip()
    print(output)
    if not output.endswith("ready"):
        raise TroubleError("doctor is not content")
    inside("layerlab", "train", "--updates", "20")
    inside("layerlab", "shot", "--updates", "20", "--out", "/root/lab.png")
    with Screen(folder) as screen:
        environ = ENVIRONMENT | {"DISPLAY": screen.display}
        command = system.command("layerlab")
        window = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
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
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        try:
            need_tools(
                debootstrap="debootstrap", unshare="util-linux", Xvfb="xvfb", xdotool="xdotool"
            )
            examine(System(folder / "root"), package, folder)
        except TroubleError as error:
            print(f"FAILED {error}")
            return 1
    print("ok     installed, started and removed in a new system")
    return 0


if __name__ == "__main__":
    sys.exit(main())
