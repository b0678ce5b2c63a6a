"""What the campaigns' own command finds and runs."""

from __future__ import annotations

import pathlib
import types

import pytest

from tests.campaign import __main__ as command

CAMPAIGN = '"""Does it {n} times.\n\nMore."""\nimport argparse\nargparse.ArgumentParser()\n'


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    (tmp_path / "__main__.py").write_text(CAMPAIGN)
    (tmp_path / "helper.py").write_text('"""Helps."""\n')
    for n, name in enumerate(("first", "second")):
        (tmp_path / f"{name}.py").write_text(CAMPAIGN.format(n=n))
    found = command.campaigns(tmp_path)
    monkeypatch.setattr(command, "campaigns", lambda: found)
    return tmp_path


def test_without_a_name_they_are_listed(folder, capsys) -> None:
    assert command.main([]) == 0
    assert capsys.readouterr().out == "first   Does it 0 times.\nsecond  Does it 1 times.\n"


def test_all_are_run_even_after_one_that_fails(folder, monkeypatch, capsys) -> None:
    ran = []

    def run(arguments: list[str], check: bool) -> types.SimpleNamespace:
        ran.append(arguments[-1])
        return types.SimpleNamespace(returncode=int(arguments[-1].endswith("first")))

    monkeypatch.setattr(command.subprocess, "run", run)
    assert command.main(["all"]) == 1
    assert ran == ["tests.campaign.first", "tests.campaign.second"]
    assert "FAILED first" in capsys.readouterr().out
    assert command.main(["second"]) == 0


def test_a_name_that_is_none_is_refused(folder, capsys) -> None:
    with pytest.raises(SystemExit):
        command.main(["third"])
    assert "third" in capsys.readouterr().err


def test_every_campaign_says_what_it_is() -> None:
    for name, sentence in command.campaigns().items():
        assert sentence.endswith("."), name
