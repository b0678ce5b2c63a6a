"""Commands whose result cannot be taken end before their work, with one sentence."""

import os
import pathlib
import subprocess
import sys

import pytest

from layerlab import cli

ROOT = pathlib.Path(__file__).resolve().parents[1]
LAB = [sys.executable, "-m", "layerlab"]
TRAIN = ["train", "--engine", "numpy", "--seeds", "2", "--updates", "20"]
posix = pytest.mark.skipif(os.name != "posix", reason="pipes and devices of POSIX")


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would take long fails the test."""

    def too_late(*_: object, **__: object) -> None:
        raise AssertionError("it worked before it looked at where the result goes")

    monkeypatch.setattr("layerlab.commands.training.ReportedRun.run", too_late)
    monkeypatch.setattr("layerlab.compose.shot.shot", too_late)
    monkeypatch.setattr("layerlab.compose.shot.shot_claims", too_late)


def sentence(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return err


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("command", [TRAIN, ["shot"], ["shot", "--claims", "all"]])
def test_a_folder_that_is_not_there_is_said_before_the_work(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path, command: list[str]
) -> None:
    message = sentence(capsys, *command, "--out", str(tmp_path / "none" / "a.png"))
    assert "there is no folder" in message


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("command", [TRAIN, ["shot"], ["shot", "--claims", "all"]])
def test_a_folder_that_takes_no_file_is_said_before_the_work(
    capsys: pytest.CaptureFixture[str],
    tmp_path: pathlib.Path,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("layerlab.core.disk._write_new", full)
    message = sentence(capsys, *command, "--out", str(tmp_path / "a.png"))
    assert "no space left" in message


@posix
@pytest.mark.usefixtures("no_work")
def test_a_pipe_that_nobody_reads_is_said_before_the_work(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "nobody reads" in sentence(capsys, *TRAIN, "--out", str(tmp_path / "pipe"))


@posix
def test_a_training_ends_when_the_reader_of_its_lab_has_gone(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layerlab.commands.training import ReportedRun

    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    report, reports = ReportedRun._report, []

    def noted(self: ReportedRun, state: object) -> None:
        report(self, state)  # type: ignore[arg-type]
        reports.append(state)
        if len(reports) == 3:
            os.close(reader)

    monkeypatch.setattr(ReportedRun, "_report", noted)
    assert "nobody reads" in sentence(capsys, *TRAIN, "--out", str(tmp_path / "pipe"))
    assert len(reports) == 3


@posix
@pytest.mark.parametrize("command", ["claims", "train"])
def test_an_output_that_nobody_reads_any_more_ends_it_before_the_work(command: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*LAB, command],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (cli.BROKEN_PIPE, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_an_output_on_a_full_disk_costs_one_sentence() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*LAB, "spec", "--default"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == cli.FAILED
    assert done.stderr == "layerlab: the output cannot be written: no space left on device\n"


@pytest.mark.skipif(os.name != "posix", reason="a shell of POSIX closes it")
def test_without_an_output_nothing_breaks() -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m layerlab spec --default >&-"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
