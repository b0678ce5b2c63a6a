"""A progress bar on a terminal, and nothing elsewhere."""

from __future__ import annotations

import time
from typing import TextIO

from layerlab.core.numbers import grouped
from layerlab.core.translation import _

WIDTH = 32  # characters of the bar
INTERVAL_S = 0.1


class Progress:
    """Shows how far a command is, on one line that is wiped at the end.

    Args:
        length: updates of the whole run; other commands report shares and leave it out.
        stream: where to draw; nothing is drawn if it is no terminal, or None.
    """

    def __init__(self, length: int, stream: TextIO | None) -> None:
        self._length = max(1, length)
        self._stream = stream if stream is not None and stream.isatty() else None
        self._last_s = 0.0
        self._width = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        self.wipe()

    def wipe(self) -> None:
        """Leave an empty line, for something else to be written."""
        if self._stream is not None and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width, self._last_s = 0, 0.0

    def show(self, update: int, loss: float) -> None:
        """Draw the bar of a training, if it is time to."""
        self.draw(
            update / self._length,
            _(
                "{update} of {length} updates, loss {loss:.4g}",
                update=grouped(update),
                length=grouped(self._length),
                loss=loss,
            ),
        )

    def draw(self, share: float, text: str) -> None:
        """Draw the bar with a text behind it, if it is time to.

        Args:
            share: how far it is, 0 to 1.
            text: what is under way.
        """
        if self._stream is None or not self._is_time():
            return
        filled = round(WIDTH * share)
        bar = "█" * filled + "░" * (WIDTH - filled)
        if not self._can_write(bar):  # consoles of old code pages
            bar = "#" * filled + "." * (WIDTH - filled)
        self._write(f"{bar} {text}")

    def report(self, text: str) -> None:
        """Write a text alone, where nobody knows how far it is."""
        self._write(text)

    def _is_time(self) -> bool:
        now_s = time.monotonic()
        if now_s - self._last_s < INTERVAL_S:
            return False
        self._last_s = now_s
        return True

    def _can_write(self, text: str) -> bool:
        encoding = (self._stream and self._stream.encoding) or "ascii"
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            return False
        return True

    def _write(self, line: str) -> None:
        if self._stream is not None:
            self._stream.write("\r" + line.ljust(self._width))
            self._stream.flush()
            self._width = max(self._width, len(line))
