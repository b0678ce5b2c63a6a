"""Where compiled kernels are kept between starts, and what happens where that fails.

Numba's own cache looks at one source file and writes beside it. Ours lives in the user's
cache folder, so that a read-only install and a bundle work too; a file's name is a hash of
all that the machine code depends on, so that it is never stale; and it begins with a hash
of its content, because machine code that a disk has damaged could do anything.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import pickle
import sys
import tempfile
import warnings
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core import serialize
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult

from app import __version__
from app.core.errors import LabWarning
from app.core.folders import user_folder
from app.nets.engines.compiled import target

KEPT = 24  # files; a few versions of two kernels in float32 and float64
_DIGEST = 32  # bytes
_SUFFIX = ".kernel"

_warned_of: set[pathlib.Path] = set()  # one warning for all that is wrong with a folder
_rebuild: Any = CompileResult._rebuild
_dumps: Any = serialize.dumps


def folder() -> pathlib.Path:
    """Return the folder; NUMBA_CACHE_DIR overrules the user's cache folder."""
    own = os.environ.get("NUMBA_CACHE_DIR")
    base = pathlib.Path(own) if own else user_folder("cache")
    return base / "kernels"


def _stamp() -> bytes:
    """Return a hash of all sources and versions that machine code comes from.

    A bundle carries the sources for this alone: when its program was built, or copied to
    where it is, says nothing about its kernels.
    """
    versions = [__version__, sys.version, numba.__version__, llvmlite.__version__]
    found = hashlib.sha256("\n".join([*versions, np.__version__]).encode())
    here = pathlib.Path(__file__).parent
    for path in [*sorted(here.glob("*.py")), *_OUTSIDE]:
        found.update(path.read_bytes())
    return found.digest()


_NETS = pathlib.Path(__file__).parents[2]
# Constants of the kernels that stand elsewhere.
_OUTSIDE = [_NETS / "randomness.py", _NETS / "optimizers.py", _NETS / "engines" / "numpy_.py"]


class KernelCache(_Cache):
    """Keeps each compiled form of one function in a file of its own.

    Nothing that goes wrong here stops a training: the kernel is then compiled anew, and
    one warning says what the folder's trouble is.

    Args:
        name: of the function.
        where: the folder; `folder()` if None.
    """

    def __init__(self, name: str, where: pathlib.Path | None = None) -> None:
        self._name, self._folder = name, where or folder()
        self._stamp = _stamp()
        self._enabled = True

    @property
    def cache_path(self) -> str:
        """Return the folder."""
        return str(self._folder)

    def _path(self, signature: Any, codegen: Any) -> pathlib.Path:
        # What numba compiles for, and what our own code was chosen by; see `target`.
        _, processor, features = codegen.magic_tuple()
        made_for = target.system(), processor, features, target.current()
        key = hashlib.sha256(self._stamp)
        key.update(repr((self._name, str(signature), made_for)).encode())
        return self._folder / (key.hexdigest()[:32] + _SUFFIX)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled form for a signature, or None if it must be compiled."""
        target_context.refresh()
        if not self._enabled:
            return None
        path = self._path(sig, target_context.codegen())
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            return self._warn(f"cannot be read: {error}")
        if hashlib.sha256(raw[_DIGEST:]).digest() != raw[:_DIGEST]:
            return self._warn(f"holds a damaged file, {path.name}, which is made anew")
        try:
            return _rebuild(target_context, *pickle.loads(raw[_DIGEST:]))
        except Exception as error:  # of another build of numba, whatever it cannot read
            return self._warn(f"holds a file that does not load, {path.name}: {error!r}")

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled form; where that fails it stays in memory."""
        if not self._enabled:
            return
        payload = _dumps(data._reduce())
        path = self._path(sig, data.codegen)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder)
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(payload).digest() + payload)
            os.replace(name, path)  # another start sees the old file or the new, never half
            self._prune()
        except OSError as error:
            self._warn(f"cannot be written: {error.strerror or error}")

    def _prune(self) -> None:
        files = sorted(self._folder.glob("*" + _SUFFIX), key=lambda p: p.stat().st_mtime)
        for path in files[:-KEPT]:
            path.unlink(missing_ok=True)

    def _warn(self, what: str) -> None:
        if self._folder not in _warned_of:
            _warned_of.add(self._folder)
            warnings.warn(
                f"the cache folder {self._folder} {what}; the compiled engine works all the "
                "same, but compiles for a while after each start",
                LabWarning, stacklevel=2,
            )  # fmt: skip

    def enable(self) -> None:
        """Use the files."""
        self._enabled = True

    def disable(self) -> None:
        """Keep everything in memory."""
        self._enabled = False

    def flush(self) -> None:
        """Remove the files."""
        for path in self._folder.glob("*" + _SUFFIX):
            with contextlib.suppress(OSError):
                path.unlink()


def keep_compiled(function: Any) -> None:
    """Keep a compiled function's forms in our cache, as `cache=True` would in numba's."""
    function._cache = KernelCache(function.__name__)
