"""A thread-safe LRU cache, for values that take long to compute."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LRUCache(Generic[K, V]):
    """Computes a value when its key is first asked for; the least recently used are evicted.

    Unlike `functools.lru_cache` it computes nothing twice where two threads ask at once, can
    be asked what it holds already, and can have a budget of bytes. Who asks for another key
    does not wait for a value that is being computed.
    """

    def __init__(
        self,
        compute: Callable[[K], V],
        max_items: int,
        *,
        max_bytes: int | None = None,
        size: Callable[[V], int] = lambda value: 0,
    ) -> None:
        """Keep at most `max_items` values of `compute`.

        Args:
            compute: (key) -> value.
            max_items: how many values are kept.
            max_bytes: what they may take together; the newest stays, whatever it takes.
            size: (value) -> bytes that it takes.
        """
        self._compute, self._max_items = compute, max_items
        self._max_bytes, self._size = max_bytes, size
        self._lock = threading.Lock()
        self._values: OrderedDict[K, V] = OrderedDict()
        self._pending: dict[K, threading.Lock] = {}

    def get(self, key: K) -> V:
        """Return the value of a key, as it was left."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            # A lock for each key that is being computed: `_lock` is held for moments alone, so
            # that nobody waits for the value of another key.
            pending = self._pending.setdefault(key, threading.Lock())
        with pending:
            try:
                with self._lock:
                    if key in self._values:  # another thread has computed it meanwhile
                        return self._values[key]
                value = self._compute(key)
                with self._lock:
                    self._values[key] = value
                    self._trim()
                return value
            finally:
                with self._lock:
                    self._pending.pop(key, None)

    def known(self, key: K) -> V | None:
        """Return the value of a key if there is one; nothing is computed."""
        with self._lock:
            return self._values.get(key)

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()

    def _trim(self) -> None:
        while len(self._values) > self._max_items:
            self._values.popitem(last=False)
        if self._max_bytes is None:
            return
        total = sum(self._size(value) for value in self._values.values())
        while total > self._max_bytes and len(self._values) > 1:
            _, value = self._values.popitem(last=False)
            total -= self._size(value)
