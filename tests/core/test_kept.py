"""Things that are dear to make."""

from app.core.kept import Kept


def test_each_is_made_once_and_the_least_used_goes():
    made = []

    def make(key):
        made.append(key)
        return [key]

    kept = Kept(make, 2)
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
