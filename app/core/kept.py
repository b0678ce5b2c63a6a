"""Kept: things that are dear to make, remembered by what they were made from."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Makes a thing when it is first asked for; those used least of late are forgotten.

    Unlike `functools.lru_cache` it makes nothing twice where two threads ask at once, and can
    be asked what there is already.
    """

    def __init__(self, make: Callable[[K], V], most: int) -> None:
        """Keep at most `most` things that `make` makes."""
        self._make, self._most = make, most
        self._lock = threading.Lock()
        self._things: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V:
        """Return the thing of a key, as it was left."""
        with self._lock:
            if key not in self._things:
                self._things[key] = self._make(key)
                while len(self._things) > self._most:
                    self._things.popitem(last=False)
            self._things.move_to_end(key)
            return self._things[key]

    def known(self, key: K) -> V | None:
        """Return the thing of a key if there is one; nothing is made."""
        with self._lock:
            return self._things.get(key)

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._things.clear()
