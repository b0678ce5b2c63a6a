"""A screen without a monitor: Xvfb, its pixels, and a mouse and keyboard for it."""

from __future__ import annotations

import ctypes
import ctypes.util
import mmap
import os
import pathlib
import struct
import subprocess
import sys
import time
from typing import Any

from sandbox import POLL_S, TroubleError, wait_for

SIZE = (1600, 1000)
STILL_S = 1.0  # a picture that has not changed for so long has settled
Rect = tuple[int, int, int, int]  # x, y, width, height


class Screen:
    """A running Xvfb; use it as a context.

    Args:
        folder: for the pixels; it must exist.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self.display = ""

    def __enter__(self) -> Screen:
        reading, writing = os.pipe()
        try:
            self._server = subprocess.Popen(
                [
                    "Xvfb",
                    "-displayfd",
                    str(writing),
                    "-screen",
                    "0",
                    f"{SIZE[0]}x{SIZE[1]}x24",
                    "-fbdir",
                    str(self._folder),
                    "-nolisten",
                    "tcp",
                    "-noreset",
                ],
                pass_fds=[writing],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except FileNotFoundError:
            raise TroubleError("Xvfb is missing: sudo apt-get install xvfb xdotool") from None
        finally:
            os.close(writing)
        with os.fdopen(reading) as output:
            self.display = f":{output.readline().strip()}"
        if self.display == ":":
            raise TroubleError("Xvfb did not start")
        with (self._folder / "Xvfb_screen0").open("rb") as file:
            self._memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return self

    def __exit__(self, *error: object) -> None:
        self._memory.close()
        self._server.terminate()
        self._server.wait()

    def xdotool(self, *arguments: str) -> str:
        """Run xdotool on this screen and return what it prints; "" if it finds nothing."""
        done = subprocess.run(
            ["xdotool", *arguments],
            env=os.environ | {"DISPLAY": self.display},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode and done.stderr.strip():
            raise TroubleError(f"xdotool {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def window(self, name: str) -> str:
        """Return the number of a window that is shown under that name, or ""."""
        try:
            found = self.xdotool("search", "--onlyvisible", "--name", name)
        except TroubleError as error:
            if "BadWindow" in str(error):  # another window went away during the search
                return ""
            raise
        return found.partition("\n")[0]

    def pixels(self, rect: Rect) -> bytes:
        """Return what the screen shows there, four bytes a pixel."""
        raw = self._memory
        header = struct.unpack(">25I", raw[:100])  # a picture of xwd
        start, row_bytes = header[0] + 12 * header[19], header[12]
        x, y, width, height = rect
        rows = (start + row * row_bytes + 4 * x for row in range(y, y + height))
        return b"".join(raw[at : at + 4 * width] for at in rows)

    def is_painted(self, rect: Rect) -> bool:
        """Return whether there is more than a plain colour."""
        return len(set(self.pixels(rect)[::4])) > 3

    def settled(self, what: str, rect: Rect, other_than: bytes | None = None) -> bytes:
        """Wait until the screen keeps still there, and return what it shows.

        Args:
            what: is waited for, for the complaint.
            rect: where.
            other_than: pixels that it must not be any more.
        """
        last, since_s = self.pixels(rect), time.monotonic()

        def is_still() -> bool:
            nonlocal last, since_s
            now, now_s = self.pixels(rect), time.monotonic()
            if now != last or now == other_than or not self.is_painted(rect):
                last, since_s = now, now_s
            return now_s - since_s >= STILL_S

        wait_for(what, is_still)
        return last

    def drag(self, begin: tuple[int, int], end_x: int, watched: Rect) -> set[bytes]:
        """Drag with the left button, pixel by pixel, and return all pictures seen there."""
        seen = {self.pixels(watched)}
        x, y = begin
        self.xdotool("mousemove", str(x), str(y), "mousedown", "1")
        step = 1 if end_x > x else -1
        for place in range(x + step, end_x + step, step):
            self.xdotool("mousemove", str(place), str(y))
            time.sleep(POLL_S)
            seen.add(self.pixels(watched))
        self.xdotool("mouseup", "1")
        return seen

    def close(self, window: str) -> None:
        """Ask a window to close, as its frame's button does."""
        ask_to_close(self.display, int(window))


class _Message(ctypes.Structure):
    """XClientMessageEvent."""

    _fields_ = (
        ("kind", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("sent", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("rest", ctypes.c_long * 24),
    )


def ask_to_close(display: str, window: int) -> None:
    """Send WM_DELETE_WINDOW; the xdotool of Debian 12 cannot, it cuts the connection."""
    name = ctypes.util.find_library("X11")
    if name is None:
        raise TroubleError("libX11 is missing")
    x11: Any = ctypes.CDLL(name)
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    connection = ctypes.c_void_p(x11.XOpenDisplay(display.encode()))
    if not connection:
        raise TroubleError(f"the display {display} does not answer")
    protocols, delete = (
        x11.XInternAtom(connection, atom, 0) for atom in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")
    )
    message = _Message(kind=33, window=window, type=protocols, format=32)  # ClientMessage
    message.data[0] = delete
    x11.XSendEvent(
        connection, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message)
    )
    x11.XCloseDisplay(connection)  # which also sends what waits
    sys.stdout.flush()
