"""What the README says, tried."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def test_the_notebook_example_runs_without_qt(tmp_path: pathlib.Path) -> None:
    match = re.search(r"<!-- example -->\n```python\n(.*?)```", README, re.DOTALL)
    assert match is not None
    code = match[1]
    assert len(code.strip().splitlines()) <= 11  # ten lines and a blank one
    path = tmp_path / "example.py"
    path.write_text(code + "\nimport sys\nassert 'PySide6' not in sys.modules\n")
    done = subprocess.run(
        [sys.executable, str(path)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT / "app")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    losses = [float(n) for n in re.findall(r"median loss (\S+)", done.stdout)]
    assert len(losses) == 3
    assert losses[2] < losses[0]  # He learns six layers deep, a std of 0.01 does not


def test_what_it_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    links += re.findall(r"`(resources/[^`]+)`", README)
    assert len(links) >= 4
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_command_is_listed() -> None:
    from layerlab.commands import COMMANDS

    assert [name for name in COMMANDS if f"`layerlab {name}" not in README] == []
