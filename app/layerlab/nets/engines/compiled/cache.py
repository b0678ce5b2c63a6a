"""Where compiled kernels are kept between starts, and what happens where that fails.

Numba's own cache looks at one source file and writes beside it. Ours lives in the user's
cache folder, so that a read-only install and a bundle work too; a file's name is a hash of
all that the machine code depends on, so that it is never stale; it begins with a hash of its
content, because machine code that a disk has damaged could do anything; and it is read only
if nobody but the user could have written it, see `guarded`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import pickle
import sys
import warnings
import zlib
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core import serialize
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult

from layerlab import __version__
from layerlab.core.errors import LabError, LabWarning
from layerlab.core.folders import user_folder
from layerlab.core.program import is_bundle
from layerlab.core.resources import resource
from layerlab.core.translation import _
from layerlab.nets.engines.compiled import activations, steps, target
from layerlab.nets.engines.compiled.guarded import Folder, UntrustedError

KEPT = 24  # files; a few versions of two kernels in float32 and float64
_DIGEST = 32  # bytes
_SUFFIX = ".kernel"

_warned_of: set[pathlib.Path] = set()  # one warning for all that is wrong with a folder
_swept: set[pathlib.Path] = set()  # folders that were looked through for what lies about
_rebuild: Any = CompileResult._rebuild
_dumps: Any = serialize.dumps


def folder() -> pathlib.Path:
    """Return the folder; NUMBA_CACHE_DIR overrides the user's cache folder."""
    own = os.environ.get("NUMBA_CACHE_DIR")
    base = pathlib.Path(own) if own else user_folder("cache")
    return base / "kernels"


def shipped_folder() -> pathlib.Path | None:
    """Return where a bundle has kernels that it was built with; None elsewhere."""
    if not is_bundle():
        return None
    with contextlib.suppress(LabError):  # one that was built without
        return resource("kernels")
    return None


def _stamp() -> bytes:
    """Return a hash of all sources, formulas and versions that machine code comes from.

    A bundle carries the sources for this alone: when its program was built, or copied to
    where it is, says nothing about its kernels.
    """
    versions = [__version__, sys.version, numba.__version__, llvmlite.__version__]
    found = hashlib.sha256("\n".join([*versions, np.__version__]).encode())
    here = pathlib.Path(__file__).parent
    for path in [*sorted(here.glob("*.py")), *_OUTSIDE]:
        found.update(path.read_bytes())
    formulas = activations.FORMULAS, steps.STEPS, steps.LOSS_FORMULAS
    found.update(repr(formulas).encode())
    return found.digest()


_NETS = pathlib.Path(__file__).parents[2]
# Constants of the kernels that stand elsewhere.
_OUTSIDE = [_NETS / "randomness.py", _NETS / "norms.py"]


def _warn(place: pathlib.Path | None, what: str, lasts: bool = True) -> None:
    """Say once what is wrong with a folder; `lasts`: until somebody mends it."""
    if place is None or place in _warned_of:
        return
    _warned_of.add(place)
    if lasts:
        message = _(
            "the cache folder {place} {what}; the compiled engine works all the same, but "
            "compiles for a while after each start",
            place=place,
            what=what,
        )
    else:
        message = _(
            "the cache folder {place} {what}; the compiled engine works all the same, and "
            "compiles it again",
            place=place,
            what=what,
        )
    warnings.warn(
        message,
        LabWarning,
        stacklevel=3,
    )


class KernelCache(_Cache):
    """Keeps each compiled form of one function in a file of its own.

    Nothing that goes wrong here stops a training: the kernel is then compiled again, and
    one warning says what the folder's trouble is.

    Args:
        name: of the function.
        where: the folder; `folder()` if None.
        shipped: a folder of files that the program came with; `shipped_folder()` if None.
    """

    def __init__(
        self, name: str, where: pathlib.Path | None = None, shipped: pathlib.Path | None = None
    ) -> None:
        self._name, self._folder = name, Folder(where or folder())
        self._shipped = shipped or shipped_folder()
        self._stamp = _stamp()
        self._enabled = True

    @property
    def cache_path(self) -> str:
        """Return the folder."""
        return str(self._folder.path)

    def _file(self, signature: Any, codegen: Any) -> str:
        # What numba compiles for, and what our own code was chosen by; see `target`.
        _, processor, features = codegen.magic_tuple()
        made_for = target.system(), processor, features, target.current()
        key = hashlib.sha256(self._stamp)
        key.update(repr((self._name, str(signature), made_for)).encode())
        return key.hexdigest()[:32] + _SUFFIX

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled form for a signature, or None if it must be compiled.

        The user's own file is taken before the one that the program came with, so that a
        damaged one of these is made up for once.
        """
        # As numba's own cache does: what the code calls has to be registered before it loads.
        target_context.refresh()
        if not self._enabled:
            return None
        name = self._file(sig, target_context.codegen())
        for place, read in ((self._folder.path, self._own), (self._shipped, self._ready_made)):
            try:
                raw = read(name)
                if raw is None:
                    continue
                if hashlib.sha256(raw[_DIGEST:]).digest() != raw[:_DIGEST]:
                    _warn(place, _("holds a damaged file, {name}", name=name), lasts=False)
                    continue
                return _rebuild(target_context, *pickle.loads(zlib.decompress(raw[_DIGEST:])))
            except UntrustedError as error:
                _warn(
                    place,
                    _("{error}, so its kernels are not used", error=error),
                    not error.is_mended,
                )
            except OSError as error:
                _warn(place, _("cannot be read: {strerror}", strerror=error.strerror or error))
            except Exception as error:  # of another build of numba, whatever it cannot read
                _warn(
                    place,
                    _(
                        "holds a file that does not load, {name}: {error!r}",
                        name=name,
                        error=error,
                    ),
                    lasts=False,
                )
        return None

    def _own(self, name: str) -> bytes | None:
        """Return the user's file, or None where there is none."""
        if self._folder.path not in _swept:
            _swept.add(self._folder.path)
            self._folder.remove_strays()
        try:
            return self._folder.read(name)
        except FileNotFoundError:
            return None

    def _ready_made(self, name: str) -> bytes | None:
        """Return the file that the program came with: it is as trusted as the program."""
        if self._shipped is None:
            return None
        path = self._shipped / name
        return path.read_bytes() if path.is_file() else None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled form; where that fails it stays in memory."""
        if not self._enabled:
            return
        payload = zlib.compress(_dumps(data._reduce()))
        try:
            self._folder.write(
                self._file(sig, data.codegen), hashlib.sha256(payload).digest() + payload
            )
            self._prune()
        except UntrustedError as error:
            _warn(self._folder.path, _("{error}, so no kernel is kept in it", error=error))
        except OSError as error:
            _warn(
                self._folder.path,
                _("cannot be written: {strerror}", strerror=error.strerror or error),
            )

    def _prune(self) -> None:
        # Those of old versions, which no program asks for any more, are the oldest.
        files = sorted(self._folder.path.glob("*" + _SUFFIX), key=lambda p: p.stat().st_mtime)
        for path in files[:-KEPT]:
            path.unlink(missing_ok=True)

    def enable(self) -> None:
        """Use the files."""
        self._enabled = True

    def disable(self) -> None:
        """Keep everything in memory."""
        self._enabled = False

    def flush(self) -> None:
        """Remove the files."""
        for path in self._folder.path.glob("*" + _SUFFIX):
            with contextlib.suppress(OSError):
                path.unlink()


def keep_compiled(function: Any) -> None:
    """Keep a compiled function's forms in our cache, as `cache=True` would in numba's."""
    function._cache = KernelCache(function.__name__)
