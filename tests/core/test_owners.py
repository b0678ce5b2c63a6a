"""A process is judged on its own computer alone."""

import os
import subprocess
import sys

import pytest

from layerlab.core.owners import is_gone, owner


def ended() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def mark_of(number: int) -> str:
    return f"{owner().partition('-')[0]}-{number}"


def test_what_ended_here_is_gone_and_what_runs_is_not() -> None:
    assert is_gone(mark_of(ended()))
    assert not is_gone(mark_of(os.getppid()))
    assert not is_gone(owner())


def test_of_another_computer_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    here = mark_of(ended())
    monkeypatch.setattr("platform.node", lambda: "another-computer")
    assert not is_gone(here)
    assert is_gone(mark_of(int(here.partition("-")[2])))


@pytest.mark.parametrize("text", ["", "4711", "tmp", "0a1b2c3d-", "0a1b2c3d-x", "-1"])
def test_of_what_is_no_mark_nothing_is_known(text: str) -> None:
    assert not is_gone(text)
