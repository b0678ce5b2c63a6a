"""Kept: a thread-safe LRU cache, for things that take long to make."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Makes a thing when it is first asked for; those used least of late are forgotten.

    Unlike `functools.lru_cache` it makes nothing twice where two threads ask at once, can be
    asked what there is already, and can have a budget of bytes. Who asks for another thing
    does not wait for one that is being made.
    """

    def __init__(
        self,
        make: Callable[[K], V],
        most: int,
        *,
        max_bytes: int | None = None,
        size: Callable[[V], int] = lambda thing: 0,
    ) -> None:
        """Keep at most `most` things that `make` makes.

        Args:
            make: (key) -> thing.
            most: how many are kept.
            max_bytes: what they may take together; the newest stays, whatever it takes.
            size: (thing) -> bytes that it takes.
        """
        self._make, self._most = make, most
        self._max_bytes, self._size = max_bytes, size
        self._lock = threading.Lock()
        self._things: OrderedDict[K, V] = OrderedDict()
        self._making: dict[K, threading.Lock] = {}

    def get(self, key: K) -> V:
        """Return the thing of a key, as it was left."""
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            try:
                with self._lock:
                    if key in self._things:  # another thread has made it meanwhile
                        return self._things[key]
                thing = self._make(key)
                with self._lock:
                    self._things[key] = thing
                    self._trim()
                return thing
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def known(self, key: K) -> V | None:
        """Return the thing of a key if there is one; nothing is made."""
        with self._lock:
            return self._things.get(key)

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._things.clear()

    def _trim(self) -> None:
        while len(self._things) > self._most:
            self._things.popitem(last=False)
        if self._max_bytes is None:
            return
        total = sum(self._size(thing) for thing in self._things.values())
        while total > self._max_bytes and len(self._things) > 1:
            _, thing = self._things.popitem(last=False)
            total -= self._size(thing)
