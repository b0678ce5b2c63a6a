"""The cache of values that take long to compute."""

import threading

import pytest

from layerlab.core.lru_cache import LRUCache


def test_each_is_made_once_and_the_least_used_goes():
    made = []

    def make(key):
        made.append(key)
        return [key]

    kept = LRUCache(make, 2)
    first = kept.get("a")
    assert kept.known("b") is None
    assert kept.get("b") == ["b"]
    assert kept.get("a") is first  # used later than b
    kept.get("c")
    assert kept.known("b") is None
    assert kept.known("a") is first
    assert made == ["a", "b", "c"]
    kept.forget()
    assert kept.known("a") is None


def test_a_budget_of_bytes_keeps_the_newest():
    kept = LRUCache(lambda key: "x" * key, 9, max_bytes=10, size=len)
    for key in (3, 4, 5):
        kept.get(key)
    assert [kept.known(key) is not None for key in (3, 4, 5)] == [False, True, True]
    kept.get(30)  # more than all of the budget: it is in use, so it stays
    assert [kept.known(key) is not None for key in (4, 5, 30)] == [False, False, True]


def test_nobody_waits_for_another_thing_that_is_being_made():
    begun, go_on = threading.Event(), threading.Event()

    def make(key):
        if key == "slow":
            begun.set()
            assert go_on.wait(30)
        return [key]

    kept = LRUCache(make, 5)
    found = []
    threads = [threading.Thread(target=lambda: found.append(kept.get("slow"))) for _ in "ab"]
    for thread in threads:
        thread.start()
    assert begun.wait(30)
    assert kept.get("quick") == ["quick"]
    assert kept.known("slow") is None
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert len(found) == 2
    assert found[0] is found[1]


def test_what_could_not_be_made_is_tried_again():
    tries = []

    def make(key):
        tries.append(key)
        if len(tries) == 1:
            raise ValueError("not yet")
        return key

    kept = LRUCache(make, 5)
    with pytest.raises(ValueError, match="not yet"):
        kept.get("a")
    assert kept.get("a") == "a"
