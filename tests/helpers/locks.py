"""Lock files as windows of other computers leave them."""

import pathlib

from PySide6.QtCore import QLockFile


def lock_from(file: pathlib.Path, host: str) -> None:
    """Write the lock of a window on another computer, or of this one before it was restarted.

    All is as here, but the host and its start: laptops that were set up from one image have
    one machine id. No process of that number runs here.

    Args:
        file: the lock. host: name of the computer.
    """
    lock = QLockFile(str(file))
    assert lock.lock()
    _, program, _, machine, _ = file.read_bytes().splitlines()
    lock.unlock()
    lines = [b"999999", program, host.encode(), machine, b"0a1b2c3d-another-start"]
    file.write_bytes(b"".join(line + b"\n" for line in lines))
