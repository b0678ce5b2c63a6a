"""What is no longer used goes back to the system."""

import subprocess
import sys

import pytest

from layerlab.compose import memory_release
from layerlab.compose.memory_release import MemoryRelease
from layerlab.ui.ledger.listing import Listing
from layerlab.ui.plotting.plot import Plot
from layerlab.ui.plotting.still import StillItem

MB = 2**20


@pytest.fixture
def sizes(monkeypatch):
    """What the program takes, as the tests say."""
    seen = {"now": 0, "trimmed": 0}

    def trim():
        seen["trimmed"] += 1

    monkeypatch.setattr(memory_release, "resident_bytes", lambda: seen["now"])
    monkeypatch.setattr(memory_release, "give_back", trim)
    return seen


class Runner:
    is_playing = False


def test_it_is_tidied_up_once_after_each_growth(qtbot, sizes):
    runner = Runner()
    tidy = MemoryRelease(runner)
    tidy.close()  # the clock: the test looks itself
    sizes["now"] = 200 * MB
    tidy.look()
    qtbot.waitUntil(lambda: sizes["trimmed"] == 1, timeout=20_000)
    tidy.look()
    sizes["now"] = 220 * MB
    tidy.look()
    runner.is_playing = True
    sizes["now"] = 250 * MB  # beyond the limit, but it may wait until the training is over
    tidy.look()
    assert sizes["trimmed"] == 1
    runner.is_playing = False
    tidy.look()
    qtbot.waitUntil(lambda: sizes["trimmed"] == 2, timeout=20_000)
    runner.is_playing = True
    sizes["now"] = 900 * MB  # this may not
    tidy.look()
    qtbot.waitUntil(lambda: sizes["trimmed"] == 3, timeout=20_000)


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_memory_that_is_free_but_kept_goes_back():
    code = (  # in a process whose heap has no room from before
        "import numpy as np\n"
        "from layerlab.compose.memory_release import give_back, resident_bytes\n"
        "before = resident_bytes()\n"
        "parts = [np.ones(12_000) for _ in range(1500)]\n"  # 100 KB each: kept
        "kept, full = parts[::300], resident_bytes()\n"
        "del parts\n"
        "give_back()\n"
        "print(full - before, resident_bytes() - before, len(kept))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    taken, left, kept = map(int, done.stdout.split())
    assert taken > 100 * MB
    assert left < 40 * MB
    assert kept == 5


def test_a_hidden_page_lets_go_of_what_is_drawn_again(lab, qtbot):
    from layerlab.experiments.at_scale import growth
    from layerlab.experiments.residual import initial
    from layerlab.experiments.signal import network

    caches = {
        "at-scale": (growth._weights, ()),
        "residual": (initial._weights, ()),
        "signal": (network._corner, (1,)),
    }
    for key, (drawn, arguments) in caches.items():
        lab.pages.show(key)
        page = lab.pages.page
        qtbot.waitUntil(lambda page=page: page.result is not None, timeout=60_000)
        qtbot.waitUntil(lambda: not lab.background._entries, timeout=120_000)
        drawn(*arguments)  # a page that still knows its results has drawn nothing
        assert drawn.cache_info().currsize > 0
        lab.pages.show("lab")
        assert drawn.cache_info().currsize == 0
        assert page.result is not None


def test_a_hidden_page_keeps_no_pictures(lab, qtbot, monkeypatch):
    painted = []
    paint_grid = StillItem._paint_grid

    def counted(item, painter):
        painted.append(item)
        paint_grid(item, painter)

    monkeypatch.setattr(StillItem, "_paint_grid", counted)
    lab.pages.show("activations")
    page = lab.pages.page
    qtbot.waitUntil(lambda: page.result is not None)
    plots = page.frame.findChildren(Plot)
    assert plots
    for plot in plots:
        plot.grab()
        painted.clear()
        plot.grab()
        assert not painted  # it is kept
    lab.pages.show("lab")
    lab.pages.show("activations")
    painted.clear()
    for plot in plots:
        plot.grab()
    assert {id(item) for item in painted} >= {id(plot.pool.still) for plot in plots}


def test_the_hidden_list_of_claims_keeps_no_pictures(lab, qtbot):
    lab.pages.show("claims")
    listing = lab.pages.ledger.page.findChild(Listing)
    listing.grab()
    assert listing.painter._pictures
    lab.pages.show("lab")
    assert not listing.painter._pictures
