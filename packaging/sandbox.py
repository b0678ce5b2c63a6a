"""A place in which the built program runs as a user's: it may write there and nowhere else.

As root, the program runs as a user of its own who owns the homes and nothing more, and the
installation belongs to root; else the installation is made read-only.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

LIMIT_S = 300.0  # for anything that compiles nothing; what takes that long has failed
COMPILING_S = (
    1200.0  # kernels of float64 take 30 s on a free core, ten times that beside others
)
POLL_S = 0.05
LEAVE_S = 20.0  # how long what a program has started may outlive it
USER_ID = 47_631  # an account that no system has
SHARED = ("/tmp", "/var/tmp", "/dev/shm")  # where everybody may write
# Within a home: what is the program's own, and what fontconfig keeps of the fonts.
ALLOWED = (
    ".local/share/layerlab",
    ".local/state/layerlab",
    ".cache/layerlab",
    ".cache/fontconfig",
)
_MARK = "LAYERLAB_SMOKE_TEST"


class TroubleError(Exception):
    """What the built program did wrong, in one sentence."""


def wait_for(what: str, condition: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
    """Wait until a condition holds; raises TroubleError if it never does."""
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise TroubleError(f"waited {limit_s:.0f} s in vain: {what}")
        time.sleep(POLL_S)


def without_network() -> None:
    """Go on in a space of the kernel's that has no network, where root may make one."""
    flag, tool = "LAYERLAB_SMOKE_ALONE", shutil.which("unshare")
    if os.geteuid() or tool is None or os.environ.get(flag):
        return
    command = [tool, "--net", "--", sys.executable, *sys.argv]
    if subprocess.run([tool, "--net", "true"], capture_output=True, check=False).returncode:
        print("layerlab: the network could not be cut off here", file=sys.stderr)
    else:
        os.execve(tool, command, os.environ | {flag: "1"})


@dataclasses.dataclass(frozen=True)
class Done:
    """How a process ended."""

    arguments: tuple[str, ...]
    code: int
    out: str
    errors: str
    seconds: float

    @property
    def name(self) -> str:
        """What was run, in words."""
        return " ".join(self.arguments) or "the window"

    def expect(self, code: int = 0, errors: str = "") -> Done:
        """Return this; raises TroubleError for another exit code or other words.

        Args:
            code: the exit code.
            errors: how the one line on standard error begins; "" for none.
        """
        stderr = self.errors.strip()
        is_fine = self.code == code and "Traceback" not in self.out + stderr
        as_expected = (
            "\n" not in stderr and stderr.startswith(errors) and bool(stderr) == bool(errors)
        )
        if not (is_fine and as_expected):
            raise TroubleError(
                f"{self.name}: exit code {self.code}, not {code}; on standard "
                f"error:\n{stderr or '(nothing)'}\non standard output:\n"
                f"{self.out.strip()[-2000:] or '(nothing)'}"
            )
        return self


class Sandbox:
    """A temporary folder with a copy of the installation and homes; use it as a context.

    Args:
        installation: the folder that was built; it is copied.
        folder: for everything; made, and removed at the end.
    """

    def __init__(self, installation: pathlib.Path, folder: pathlib.Path) -> None:
        self.folder, self.is_root = folder, os.geteuid() == 0
        self.installation = folder / "read only" / installation.name
        self.program = self.installation / "layerlab"
        self.source = installation
        self._homes: list[Home] = []

    def __enter__(self) -> Sandbox:
        self.folder.mkdir(mode=0o755)
        self.installation.parent.mkdir()
        shutil.copytree(self.source, self.installation, symlinks=True)
        self._set_writable(False)
        self._state = self._snapshot()
        return self

    def __exit__(self, *error: object) -> None:
        for home in self._homes:
            home.kill_all()
        self._set_writable(True)
        shutil.rmtree(self.folder)

    def _set_writable(self, may_write: bool) -> None:
        mode = 0o200 if may_write else 0o000
        for path in [self.installation, *self.installation.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222 | mode)

    def _snapshot(self) -> dict[str, tuple[int, int]]:
        found = {}
        for path in [self.installation, *self.installation.rglob("*")]:
            status = path.lstat()
            found[str(path)] = (status.st_size, status.st_mtime_ns)
        return found

    def replace_file(self, name: str, change: Callable[[bytes], bytes]) -> None:
        """Change one file of the installation, as an update of the program does."""
        path = self.installation / name
        mode = path.stat().st_mode
        path.chmod(0o644)
        path.write_bytes(change(path.read_bytes()))
        path.chmod(mode)
        self._state = self._snapshot()

    def home(self, name: str, **environment: str) -> Home:
        """Return a new, empty home.

        Args:
            name: of its folder.
            environment: variables that differ from a user's.
        """
        home = Home(self, self.folder / name, environment)
        self._homes.append(home)
        return home

    def check_untouched(self) -> None:
        """Raise TroubleError if anything was written into the installation or beside homes."""
        now = self._snapshot()
        changed = sorted(k for k in {*now, *self._state} if now.get(k) != self._state.get(k))
        if self.is_root:  # nobody else has this user's number
            changed += [str(path) for path in _owned_by(USER_ID)]
        if changed:
            raise TroubleError(f"written outside the user's folders: {', '.join(changed[:9])}")


def _owned_by(user: int) -> Iterator[pathlib.Path]:
    for folder in map(pathlib.Path, SHARED):
        for path in folder.iterdir() if folder.is_dir() else ():
            try:
                if path.lstat().st_uid == user:
                    yield path
            except FileNotFoundError:
                continue  # somebody's, and gone by now


class Home:
    """A user's home, and the folders that a session gives: for work, and for the moment."""

    def __init__(
        self, sandbox: Sandbox, folder: pathlib.Path, environment: dict[str, str]
    ) -> None:
        self._sandbox, self.folder = sandbox, folder
        self._mark, self._own = secrets.token_hex(8), set[str]()
        base = pathlib.Path(f"{folder}.session")
        self.work, self._temporary, self._runtime, self._streams = (
            base / name for name in ("work", "tmp", "run", "streams")
        )
        for path in (folder, base, self.work, self._temporary, self._runtime, self._streams):
            path.mkdir(mode=0o700)
            if sandbox.is_root:
                os.chown(path, USER_ID, USER_ID)
        passed_on = {k: v for k, v in os.environ.items() if k.startswith("OPENBLAS_")}
        self.environment = {
            **passed_on,
            "HOME": str(folder),
            "USER": "zoe",
            "LOGNAME": "zoe",
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TMPDIR": str(self._temporary),
            "XDG_RUNTIME_DIR": str(self._runtime),
            _MARK: self._mark,
            **environment,
        }

    @property
    def cache(self) -> pathlib.Path:
        """The folder of compiled kernels."""
        return self.folder / ".cache" / "layerlab" / "kernels"

    def kernels(self) -> list[pathlib.Path]:
        """Return the files of compiled kernels."""
        return sorted(self.cache.glob("*.kernel"))

    def start(self, *arguments: str) -> Running:
        """Start the program."""
        return Running(self, self._sandbox, arguments)

    def run(self, *arguments: str, compiles: bool = False) -> Done:
        """Run the program to its end, and look at what it left behind.

        Args:
            arguments: of the command line.
            compiles: whether it may need kernels that the bundle does not bring.
        """
        return self.start(*arguments).wait(COMPILING_S if compiles else LIMIT_S)

    def put(self, name: str, text: str) -> None:
        """Put a file of the user's own into the home."""
        (self.folder / name).write_text(text)
        self._own.add(name)

    def streams(self) -> tuple[pathlib.Path, pathlib.Path]:
        """Return new files for what a process prints."""
        name = secrets.token_hex(4)
        return self._streams / f"{name}.out", self._streams / f"{name}.errors"

    def processes(self) -> list[int]:
        """Return the numbers of all processes that run for this home."""
        mark = f"{_MARK}={self._mark}".encode()
        found = []
        for folder in pathlib.Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and mark in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue  # gone, or somebody else's
        return found

    def kill_all(self) -> None:
        """End what still runs, after a trouble."""
        for number in self.processes():
            os.kill(number, signal.SIGKILL)

    def check_clean(self) -> None:
        """Raise TroubleError for a process left behind, or a file where none belongs."""
        try:
            wait_for("the program's processes end", lambda: not self.processes(), LEAVE_S)
        except TroubleError:
            names = ", ".join(map(str, self.processes()))
            raise TroubleError(f"processes were left behind: {names}") from None
        strays = [str(path) for path in self._temporary.iterdir()]
        for path in self.folder.rglob("*"):
            name = path.relative_to(self.folder).as_posix()
            if not (path.is_dir() or name in self._own or name.startswith(ALLOWED)):
                strays.append(str(path))
        if strays:
            raise TroubleError(f"files were left behind: {', '.join(strays[:9])}")
        self._sandbox.check_untouched()


class Running:
    """A process of the program."""

    def __init__(self, home: Home, sandbox: Sandbox, arguments: tuple[str, ...]) -> None:
        self._home, self._arguments, self._began_s = home, arguments, time.monotonic()
        self._out, self._errors = home.streams()
        user = USER_ID if sandbox.is_root else None
        with self._out.open("wb") as out, self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [str(sandbox.program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                cwd=home.work,
                env=home.environment,
                start_new_session=True,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )

    def errors(self) -> str:
        """Return what it has printed on standard error so far."""
        return self._errors.read_text(encoding="utf-8", errors="replace")

    def check_alive(self) -> None:
        """Raise TroubleError if it has ended, or has complained."""
        if self.process.poll() is not None or self.errors():
            self.process.kill()
            raise TroubleError(
                f"it should be running quietly: {self._done(self.process.wait())}"
            )

    def wait(self, limit_s: float = LIMIT_S) -> Done:
        """Wait for its end and return it, once nothing of it is left behind."""
        try:
            code = self.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            self._home.kill_all()
            self.process.wait()
            raise TroubleError(
                f"{self._arguments} did not end within {limit_s:.0f} s: {self.errors()}"
            ) from None
        self._home.check_clean()
        return self._done(code)

    def _done(self, code: int) -> Done:
        out = self._out.read_text(encoding="utf-8", errors="replace")
        seconds = time.monotonic() - self._began_s
        return Done(self._arguments, code, out, self.errors(), seconds)
