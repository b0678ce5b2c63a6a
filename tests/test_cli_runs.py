"""`layerlab runs`: the list, the search and one run, as a person and as a script read them."""

import json

import pytest

from layerlab.cli import main
from layerlab.runtime.runs.library import RunLibrary
from tests.helpers.kept_runs import keep


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLAB_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def two(home):
    keep(home, 0.5, seed=0, ended=1e9)
    keep(home, None, seed=1, ended=1e9 + 60, net_width=16, net_activation="tanh")
    RunLibrary(home).edit([1], name="first try", tags=["x"], pinned=True)
    return home


def lines(capsys):
    return capsys.readouterr().out.splitlines()


def test_runs_are_listed_the_newest_first(two, capsys):
    assert main(["runs"]) == 0
    head, newest, oldest, _, count = lines(capsys)
    assert head.split()[:3] == ["id", "ended", "loss"]
    assert newest.split()[0] == "2"
    assert "16-16  tanh" in newest
    assert "pinned  first try  #x" in oldest
    assert count == "2 runs"


def test_a_search_may_be_one_argument_or_several(two, capsys):
    for arguments in (["relu loss<1"], ["relu", "loss<1"]):
        assert main(["runs", *arguments, "--json"]) == 0
        (line,) = lines(capsys)
        found = json.loads(line)
        assert (found["id"], found["loss"], found["tags"]) == (1, 0.5, ["x"])
        assert found["spec"]["net"]["activation"] == "relu"
        assert found["losses"]["train"] == [0.5] * 16


def test_what_is_no_number_is_null(two, capsys):
    assert main(["runs", "--json", "tanh"]) == 0
    found = json.loads(lines(capsys)[0])
    assert found["loss"] is None
    assert found["losses"]["train"] == [None] * 16


def test_one_run_is_shown_with_its_spec(two, capsys):
    assert main(["runs", "--show", "1"]) == 0
    text = capsys.readouterr().out
    assert "first try" in text
    assert json.loads(text[text.index("{") :])["train"]["seed"] == 0
    assert main(["runs", "--show", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "first try"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["width>x"], "the search, at character 7: width is a number, not 'x'"),
        (["--show", "77"], "there is no run 77 in "),
        (["--show", "x"], "invalid int value: 'x'"),
    ],
)
def test_what_is_wrong_is_one_sentence(two, capsys, arguments, sentence):
    assert main(["runs", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("layerlab: ")
    assert sentence in error
    assert error.count("\n") == 1


def test_without_runs_there_is_a_word_and_nothing_is_made(home, capsys):
    assert main(["runs"]) == 0
    assert lines(capsys) == ["no runs"]
    assert list(home.iterdir()) == []


def test_a_damaged_library_is_one_sentence_and_stays(home, capsys):
    keep(home)
    file = RunLibrary(home).file
    file.write_bytes(b"no library" * 1000)
    assert main(["runs"]) == 2
    assert "is damaged" in capsys.readouterr().err
    assert file.read_bytes() == b"no library" * 1000
