"""The table of wheels: read from what pip says, and honest about what is lacking."""

from __future__ import annotations

import types

import pytest

from tests.helpers.scripts import script

FOUND = "(from e) (requires-python:>=3.9), version: 1.2"
SKIPPED = "(from e) (requires-python:<3.13,>=3.9)"
SAID = f"""\
  Found link https://e.org/some-1.2-cp311-cp311-manylinux_2_17_x86_64.whl {FOUND}
  Skipping link: https://e.org/some-1.2-cp311-abi3-macosx_13_0_universal2.whl {SKIPPED}
  Skipping link: https://e.org/some-1.2-cp311-cp311-win_amd64.whl (from e)
  Found link https://e.org/some-1.1-cp314-cp314-win_amd64.whl (from e), version: 1.1
  Found link file:///disk/some-1.2%2Bcpu-cp312-cp312-win_amd64.whl, version: 1.2+cpu
  Skipping link: https://e.org/some-1.2-cp311-linux.whl (from e)
  Found link https://e.org/some-1.2.tar.gz (from e), version: 1.2
"""


@pytest.fixture(scope="module")
def wheels() -> types.ModuleType:
    return script("wheels")


def test_wheels_are_read_from_what_pip_says(wheels) -> None:
    found = list(wheels.read_wheels(SAID, "1.2"))
    tags = {str(tag) for wheel in found for tag in wheel.tags}
    assert tags == {
        "cp311-cp311-manylinux_2_17_x86_64",
        "cp311-abi3-macosx_13_0_universal2",
        "cp311-cp311-win_amd64",
    }


@pytest.mark.parametrize(
    ("target", "python", "system"),
    [
        ("Linux, x64", (3, 11), "glibc 2.17"),
        ("Linux, x64", (3, 12), None),
        ("Linux, arm64", (3, 11), None),
        ("macOS, Intel", (3, 11), "macOS 13"),
        ("macOS, Apple silicon", (3, 12), "macOS 13"),  # the stable ABI serves newer Pythons
        ("macOS, Intel", (3, 13), None),  # of a Python that the release does not want
        ("Windows, x64", (3, 11), "not said"),
    ],
)
def test_the_oldest_system_with_a_wheel(wheels, target, python, system) -> None:
    found = list(wheels.read_wheels(SAID, "1.2"))
    (wanted,) = (one for one in wheels.TARGETS if one.name == target)
    place = wheels.oldest(found, wanted, python)
    assert (None if place is None else wanted.platforms[place][1]) == system


def test_what_is_lacking_is_told_from_what_is_left_out(wheels) -> None:
    releases = {"numpy": list(wheels.read_wheels(SAID, "1.2"))}
    lacking = wheels.table(releases, ["numpy>=2"])
    assert "| macOS, Intel | all | all | lacks numpy | lacks numpy | macOS 13 |" in lacking
    left_out = wheels.table(releases, ["numpy>=2; python_version < '3.13'"])
    row = "| macOS, Intel | all | all | all but numpy | all but numpy | macOS 13 |"
    assert row in left_out


def test_pip_that_says_nothing_is_an_error(wheels, monkeypatch) -> None:
    """Else a table of gaps would be printed where there is no network."""
    monkeypatch.setattr(wheels, "read_wheels", lambda text, version: iter(()))
    monkeypatch.setattr(
        wheels.subprocess,
        "run",
        lambda *args, **more: types.SimpleNamespace(stdout="", stderr="no network"),
    )
    with pytest.raises(SystemExit, match=r"pip names no wheel of numpy 2\.0: no network"):
        wheels.wheels("numpy", "2.0")
