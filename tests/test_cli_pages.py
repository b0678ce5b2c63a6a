"""Pages of the gallery on the command line."""

from __future__ import annotations

import json
import pathlib

import pytest

from layerlab import cli
from layerlab.experiments import EXPERIMENTS
from tests.test_cli import lines_of, refused


def test_experiments_are_listed_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = lines_of(capsys, "experiments", "--json")
    assert [line["key"] for line in lines] == EXPERIMENTS.keys()
    for line in lines:
        assert list(line) == ["key", "title", "claims"]
        assert line["title"].endswith("?")
        assert line["claims"], f"the page {line['key']} bears on no claim"


def test_experiments_are_listed_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["experiments"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert len(out) == len(EXPERIMENTS)
    for line, page in zip(out, EXPERIMENTS, strict=True):
        assert line.startswith(page.key)
        assert page.title in line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--experiment", "activation"], "did you mean 'activations'"),
        (["--knobs", "x.json"], "--experiment KEY"),
        (["shot", "--out", "OUT", "--experiment", "nowhere"], "is not known"),
        (["shot", "--out", "OUT", "--knobs", "x.json"], "--experiment KEY"),
        (["shot", "--out", "OUT", "--experiment", "activations", "--task", "xor"], "--task"),
        (["shot", "--out", "OUT", "--experiment", "activations", "--updates", "3"], "--upda"),
        (
            ["shot", "--out", "OUT", "--experiment", "activations", "--set", "std"],
            "KNOB=VALUE",
        ),
        (
            ["shot", "--out", "OUT", "--experiment", "activations", "--set", "std=99"],
            "the range is 0.1 to 5",
        ),
        (
            ["shot", "--out", "OUT", "--experiment", "activations", "--set", "std=wide"],
            "must be a number",
        ),
        (
            ["shot", "--out", "OUT", "--experiment", "activations", "--set", "activation=rely"],
            "did you mean 'relu'",
        ),
        (["shot", "--out", "OUT", "--experiment", "activations", "--set", "width=3"], "width"),
        (["shot", "--out", "OUT", "--claims", "D1,D99"], "did you mean D9"),
        (["shot", "--out", "OUT", "--claims", "--task", "xor"], "--task"),
        (["shot", "--out", "OUT", "--claims", "--experiment", "signal"], "--experiment"),
        (["shot", "--out", "OUT", "--claims", "--set", "net.width=3"], "--set"),
    ],
)
def test_wrong_input_is_one_sentence(
    capsys: pytest.CaptureFixture[str],
    tmp_path: pathlib.Path,
    arguments: list[str],
    words: str,
) -> None:
    out = tmp_path / "page.png"
    given = [str(out) if word == "OUT" else word for word in arguments]
    assert words in refused(capsys, *given)
    assert not out.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"experiment": "activations", "knobs": {"std": 1e9}}',
        b'{"experiment": "signal", "knobs": {}}',
    ],
)
def test_a_wrong_knob_file_draws_nothing_and_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path, content: bytes
) -> None:
    file, out = tmp_path / "knobs.json", tmp_path / "page.png"
    file.write_bytes(content)
    arguments = ["shot", "--experiment", "activations", "--knobs", str(file), "--out", str(out)]
    assert "knobs.json" in refused(capsys, *arguments)
    assert not out.exists()


def test_a_page_is_drawn_with_its_knobs(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "knobs.json"
    file.write_text(json.dumps({"experiment": "activations", "knobs": {"activation": "gelu"}}))
    pictures = []
    for name, more in (
        ("a", []),
        ("b", ["--knobs", str(file)]),
        ("c", ["--set", "activation=gelu"]),
    ):
        out = tmp_path / f"{name}.png"
        arguments = ["shot", "--experiment", "activations", "--size", "1100x700", *more]
        assert cli.main([*arguments, "--out", str(out)]) == 0
        pictures.append(out.read_bytes())
    assert capsys.readouterr().err == ""
    assert pictures[0] != pictures[1] == pictures[2]


def test_a_page_is_drawn_by_its_former_key(tmp_path: pathlib.Path) -> None:
    pictures = []
    for key in ("born-dead", "dead-at-initialization"):
        file, out = tmp_path / "knobs.json", tmp_path / "page.png"
        file.write_text(json.dumps({"experiment": key, "knobs": {"width": 4}}))
        arguments = ["--experiment", key, "--knobs", str(file), "--out", str(out)]
        assert cli.main(["shot", "--size", "1100x700", *arguments]) == 0
        pictures.append(out.read_bytes())
    assert pictures[0] == pictures[1]


def test_the_claims_are_drawn_with_what_is_measured(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    pictures = []
    for rows in ([], ["D1,d14"]):
        out = tmp_path / "claims.png"
        assert (
            cli.main(["shot", "--out", str(out), "--size", "1100x700", "--claims", *rows]) == 0
        )
        pictures.append(out.read_bytes())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--view", "los", "--out", "a.svg"],
            "there is no view 'los', there are diagram, pred",
        ),
        (
            ["--view", "loss", "--out", "a.bmp"],
            "a.bmp does not end in .svg, .pdf, .png or .csv",
        ),
        (
            ["--view", "loss", "--size", "0x0", "--out", "a.svg"],
            "the range is 100x100 to 8000x",
        ),
        (
            ["--view", "loss", "--size", "100000x9", "--out", "a.svg"],
            "it must be like 1440x900",
        ),
        (["--view", "loss", "--scale", "99", "--out", "a.png"], "--scale is 99, the range is"),
        (["--scale", "0", "--out", "a.png"], "--scale is 0, the range is"),
        (["--out", "a.csv"], "does not end in .svg, .pdf or .png"),
        (["--claims", "--view", "loss", "--out", "a.png"], "--view does not go with --claims"),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_one_sentence(
    arguments: list[str],
    sentence: str,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["shot", "--updates", "1", *arguments]) == 2
    message = capsys.readouterr().err
    assert sentence in message
    assert message.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", [".svg", ".pdf"])
def test_the_whole_window_is_drawn_as_lines(tmp_path: pathlib.Path, ending: str) -> None:
    out = tmp_path / f"lab{ending}"
    arguments = ["--updates", "1", "--out", str(out), "--theme", "print", "--size", "1100x700"]
    assert cli.main(["shot", *arguments]) == 0
    assert out.read_bytes().startswith(b"<?xml" if ending == ".svg" else b"%PDF")
