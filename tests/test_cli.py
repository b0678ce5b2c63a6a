"""The command line, as somebody types it."""

from __future__ import annotations

import importlib
import json
import os
import pathlib
import shutil
import signal
import stat
import struct
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest

from layerlab import cli
from layerlab.commands.common import Parser, add_lab_arguments, chosen_spec
from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec, from_json, to_json
from layerlab.runtime import opened
from tests.helpers.waiting import PATIENCE_S

ROOT = pathlib.Path(__file__).resolve().parents[1]
LAB = [sys.executable, "-m", "layerlab"]
FLIP = ROOT / "resources" / "specs" / "diagonal-flip.json"
QUICK = ["--seeds", "2", "--updates", "20"]


@pytest.fixture(autouse=True)
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody reads what is printed, so that no window has to open to say it."""
    monkeypatch.setattr("layerlab.commands.window.is_terminal", lambda: True)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 2) -> str:
    """Return the one sentence with which the command line refuses."""
    assert cli.main(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("layerlab: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err.removeprefix("layerlab: ").strip()


def lines_of(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> list[Any]:
    """Return the JSON objects that a command prints, one a line, strictly JSON."""
    assert cli.main(arguments) == code

    def no_constants(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    out = capsys.readouterr().out
    return [json.loads(line, parse_constant=no_constants) for line in out.splitlines()]


# ---- train


def test_train_reports_and_ends_with_the_final_line(capsys: pytest.CaptureFixture[str]) -> None:
    *reports, final = lines_of(capsys, "train", "--json", "--seeds", "3", "--updates", "900")
    assert len(reports) == 200
    assert [r["update"] for r in reports] == sorted({r["update"] for r in reports})
    assert (reports[0]["update"], reports[-1]["update"]) == (0, 900)
    assert final["final"] is True
    assert (final["engine"], final["updates"]) == ("compiled", 900)
    assert final["parameters"] == (1 + 1) * 8 + (8 + 1) * 8 + (8 + 1)
    assert len(final["loss"]) == len(final["first_loss"]) == 3
    assert final["first_loss"] == reports[0]["loss"]
    assert final["loss"] == reports[-1]["loss"]
    assert len(final["activation_variance"]) == 2
    assert len(final["validation"]["loss"]) == len(final["validation"]["r2"]) == 3
    assert np.median(final["loss"]) < np.median(final["first_loss"]) / 3


def test_the_reported_losses_are_those_of_the_networks(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    """A linear model's loss, worked out by hand from the weights that --out kept."""
    from layerlab.nets.problem import layout_of, problem_of
    from layerlab.runtime.labfile import load

    out = tmp_path / "lab.layerlab"
    final = lines_of(
        capsys,
        "train",
        "--json",
        *QUICK,
        "--set",
        "net.depth=0",
        "--set",
        "train.dtype=float64",
        "--out",
        str(out),
    )[-1]
    lab = load(out, layout_of)
    assert lab.state is not None
    problem = problem_of(lab.spec)
    slope, bias = lab.state.params[:, :1], lab.state.params[:, 1:]
    error = slope * problem.x[:, 0] + bias - problem.y[:, 0]
    np.testing.assert_allclose(final["loss"], 0.5 * (error**2).mean(1), rtol=1e-12)
    assert lab.state.update == 20
    assert lab.history["updates"].tolist() == list(range(21))


def test_a_running_report_has_the_mean_of_epoch_0_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    final = lines_of(capsys, "train", "--spec", str(FLIP), "--epochs", "2", "--json")[-1]
    short = lines_of(capsys, "train", "--spec", str(FLIP), "--epochs", "1", "--json")[-1]
    assert final["first_loss"] == short["loss"] == short["first_loss"]
    assert final["loss"] != final["first_loss"]


def test_what_is_not_known_yet_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    first, *_, final = lines_of(
        capsys, "train", "--spec", str(FLIP), "--updates", "3", "--json"
    )
    assert first["loss"] == [None]  # no batch has been seen
    assert final["first_loss"] == [None]  # epoch 0 is not over


def test_what_is_not_known_yet_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", "--spec", str(FLIP), "--updates", "0"]) == 0
    out = capsys.readouterr().out
    assert "loss        not known yet, at first not known yet" in out
    assert "nan" not in out


def test_penalties_are_beside_the_reported_loss(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    from safetensors.numpy import load_file

    out = tmp_path / "lab.layerlab"
    arguments = [
        "train",
        *QUICK,
        "--set",
        "net.depth=0",
        "--set",
        "train.optimizer=sgd",
        "--set",
        "train.l1=0.3",
        "--set",
        "train.l2=0.5",
    ]
    *_, last, final = lines_of(capsys, *arguments, "--out", str(out), "--json")
    weight = load_file(out)["params"][:, 0].astype(float)
    penalty = 0.3 * abs(weight) + 0.25 * weight**2
    np.testing.assert_allclose(np.subtract(final["total"], final["loss"]), penalty, rtol=1e-5)
    assert (final["total"], final["loss"]) == (last["total"], last["loss"])
    assert cli.main(arguments) == 0
    assert "(with penalties)" in capsys.readouterr().out
    assert "total" not in lines_of(capsys, "train", *QUICK, "--json")[-1]


def test_a_damaged_lab_is_no_spec(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    """Its spec would still read; who gave it shall know that the rest is lost."""
    whole, cut = tmp_path / "whole.layerlab", tmp_path / "cut.layerlab"
    assert cli.main(["train", *QUICK, "--out", str(whole)]) == 0
    cut.write_bytes(whole.read_bytes()[:-7])
    picture = tmp_path / "lab.png"
    capsys.readouterr()
    for command in (["train"], ["gradcheck"], ["shot", "--out", str(picture)]):
        assert "cut.layerlab is damaged" in refused(capsys, *command, "--spec", str(cut))
    assert not picture.exists()
    lines_of(capsys, "train", "--json", "--spec", str(cut), "--task", "moons", "--updates", "1")


def test_what_a_spec_asks_for_in_vain_names_its_file(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    file = tmp_path / "typo.json"
    file.write_text('{"net": {"activation": "rleu"}}')
    message = refused(capsys, "train", "--spec", str(file))
    assert message == f"{file}: activation 'rleu' is not known; did you mean 'relu'?"
    lines_of(
        capsys, "train", "--json", *QUICK, "--spec", str(file), "--set", "net.activation=relu"
    )


def test_a_run_of_no_updates_is_the_network_at_initialization(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report, final = lines_of(capsys, "train", "--updates", "0", "--seeds", "2", "--json")
    assert final["updates"] == 0
    assert final["loss"] == final["first_loss"] == report["loss"]


def test_the_target_loss_stops_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    final = lines_of(capsys, "train", "--json", "--set", "train.target_loss=0.05")[-1]
    assert final["stopped"] == "target loss"
    assert 0 < final["updates"] < 1500
    assert np.median(final["loss"]) <= 0.05


def test_a_training_that_breaks_says_where_and_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    explode = ["--set", "train.optimizer=sgd", "--set", "train.rate=10", "--set", "train.l2=10"]
    assert cli.main(["train", "--json", *explode]) == 1
    out, err = capsys.readouterr()
    final = json.loads(out.splitlines()[-1])
    assert final["final"] is True
    assert final["stopped"] == "not finite"
    assert final["loss"] == [None] * 16
    assert err.startswith(f"layerlab: the loss is not finite after update {final['updates']}")
    assert f"layer {final['layer']}" in err


def test_the_summary_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", *QUICK]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("wave: 2 seeds of 97 parameters, 20 updates, engine compiled\n")
    assert err == ""  # no bar where no terminal is


def test_any_csv(capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path) -> None:
    path = tmp_path / "growth.csv"
    path.write_text("age;height\n" + "".join(f"{k};{k * 2}\n" for k in range(60)))
    final = lines_of(
        capsys, "train", "--csv", str(path), "--target", "height", "--json", *QUICK
    )[-1]
    assert len(final["validation"]["r2"]) == 2
    classes = ["--problem", "classification", "--set", "train.loss=cross-entropy"]
    path.write_text("a,b\n" + "".join(f"{k},{k % 3}\n" for k in range(60)))
    final = lines_of(capsys, "train", "--csv", str(path), *classes, "--json", *QUICK)[-1]
    assert len(final["validation"]["accuracy"]) == 2


def test_a_formula_brings_what_suits_it(capsys: pytest.CaptureFixture[str]) -> None:
    def spec_of(*edits: str) -> LabSpec:
        parser = Parser()
        add_lab_arguments(parser)
        sets = [word for edit in edits for word in ("--set", edit)]
        return chosen_spec(parser.parse_args(["--task", "formula", *sets]))

    region = "task.formula=x^2 + y^2 < 0.5"
    assert spec_of().train.loss == "half-mse"
    assert spec_of(region).train.loss == "logistic"
    assert spec_of(region, "task.label_noise=0.2").task.label_noise == 0.2
    assert spec_of("train.loss=mse", region, "task.samples=50").train.loss == "mse"
    assert spec_of(region, "task.samples=50").task.samples == 50
    arguments = ("--engine", "numpy", "--task", "formula", *QUICK, "--set", region)
    *_, final = lines_of(capsys, "train", "--json", *arguments)
    assert "accuracy" in final["validation"]


@pytest.mark.parametrize(
    ("task", "edit", "message"),
    [
        ("formula", "task.formula=y = sin x", "the formula, character 9: a bracket"),
        ("formula", "task.formula=1/x", "1/x has no value at x = 0"),
        ("formula", "task.label_noise=0.2", "no effect on the task formula"),
        ("wave", "task.label_noise=0.2", "no effect on the task wave"),
        ("spiral", "task.formula=x", "no effect on the task spiral"),
        ("moons", "task.points=[0.1, 0.2, 1]", "no effect on the task moons"),
    ],
)
def test_what_a_formula_cannot_be_is_one_sentence(
    capsys: pytest.CaptureFixture[str], task: str, edit: str, message: str
) -> None:
    assert message in refused(capsys, "train", "--task", task, "--set", edit)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs a shell")
def test_a_closed_pipe_is_quiet() -> None:
    train = f"{sys.executable} -m layerlab train --json --updates 3000"
    command = f"{train} | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert json.loads(done.stdout.splitlines()[0])["update"] == 0
    assert done.stdout.splitlines()[1] == "141"


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_ends_cleanly_with_130() -> None:
    long = ["--updates", "10000000", "--json"]
    # Where the tests run in a shell's background it is ignored, and the lab would inherit that.
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    lab = subprocess.Popen(
        [*LAB, "train", *long],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    signal.signal(signal.SIGINT, former)
    assert lab.stdout is not None
    try:
        lab.stdout.readline()  # it is training
        lab.send_signal(signal.SIGINT)
        _, err = lab.communicate(timeout=PATIENCE_S)
    finally:
        lab.kill()
    assert lab.returncode == 130
    assert err == ""


# ---- wrong input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--seeds", "0"], "train.seeds is 0, the range is 1 to 64"),
        (["train", "--seeds", "many"], "--seeds: invalid int value: 'many'"),
        (["train", "--updates", "1", "--epochs", "1"], "not allowed with"),
        (["train", "--task", "wafe"], "'wafe' is not known; did you mean 'wave'?"),
        (["train", "--task", "csv"], "--csv FILE"),
        (["train", "--engine", "nunpy"], "did you mean 'numpy'?"),
        (["train", "--target", "x"], "--csv FILE"),
        (["train", "--colour", "red"], "unrecognized arguments: --colour red"),
        (["train", "--spec", "none.json"], "none.json: no such file"),
        (["train", "--spec", "."], ". is a directory"),
        (["train", "--csv", "none.csv"], "none.csv"),
        (["train", "--out", "none/lab.layerlab"], "none/lab.layerlab cannot be written"),
        (["train", "--set", "net.width"], "KNOB=VALUE"),
        (["train", "--set", "net.wdth=3"], "did you mean 'net.width'?"),
        (
            ["train", "--set", "net.width=wide"],
            "net.width is 'wide', it must be a whole number",
        ),
        (["train", "--set", "net.width=9999"], "net.width is 9999, the range is 1 to 512"),
        (["train", "--set", "net.hidden=[8, true]"], "whole numbers"),
        (["train", "--set", "train.rate=NaN"], "train.rate is nan"),
        (["train", "--set", "net.activation=rellu"], "did you mean 'relu'?"),
        (
            ["train", "--set", "net.hidden=[512,512,512,512,512,512]"],
            "at most 5\u202f000\u202f000",
        ),
        (["train", "--set", "train.loss=cross-entropy"], "needs classes"),
        (["gradcheck", "--spec", "none.json"], "none.json"),
        (["spec", "--check", "none.json"], "none.json: no such file"),
        (["spec", "--task", "csv"], "file"),
        (["shot"], "--out"),
        (["shot", "--out", "none/a.png"], "there is no folder"),
        (["shot", "--out", "."], ". is a directory"),
        (["shot", "--out", "a.jpg"], "does not end in .svg, .pdf or .png"),
        (
            ["shot", "--out", "a.png", "--size", "big"],
            "--size is 'big', it must be like 1440x900",
        ),
        (["shot", "--out", "a.png", "--size", "10x10"], "the range is 640x480 to 7680x4320"),
        (["shot", "--out", "a.png", "--updates", "-1"], "--updates is -1"),
        (["shot", "--out", "a.png", "--theme", "pink"], "invalid choice: 'pink'"),
        (["trian"], "trian: no such file or command; did you mean the command 'train'?"),
        (["none.layerlab"], "none.layerlab: no such file"),
        (["--theme", "pink"], "invalid choice: 'pink'"),
        (["a", "b"], "unrecognized arguments: b"),
    ],
)
def test_wrong_input_is_one_sentence(
    capsys: pytest.CaptureFixture[str],
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in refused(capsys, *arguments)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"{", "is not JSON"),
        (b"\xff\xfe\x00", "wrong.json"),
        (b'{"net": {"widht": 3}}', "unknown field 'widht'"),
        (b'{"net": {"hidden": [3.5]}}', "net.hidden"),
        (b'{"version": 2}', "version is 2"),
        (b'{"train": {"epochs": 3, "updates": 3}}', "exactly one"),
        (b'{"net": {"init": "hee-normal"}}', "did you mean 'he-normal'?"),
        (struct.pack("<Q", 4) + b"{}  ", "no lab of Layerlab"),
    ],
)
def test_a_wrong_spec_names_file_and_field(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "wrong.json"
    path.write_bytes(content)
    message = refused(capsys, "spec", "--check", str(path))
    assert sentence in message
    assert "wrong.json" in message
    assert sentence in refused(capsys, "train", "--spec", str(path))
    assert sentence in refused(capsys, str(path))  # to be opened in the window
    assert path.read_bytes() == content


@pytest.mark.skipif(sys.platform != "linux", reason="only there a display can be missing")
def test_without_a_display_the_window_says_what_works_instead(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for arguments in ([], [str(FLIP)]):
        message = refused(capsys, *arguments, code=1)
        assert message.startswith("there is no display to open a window on; `layerlab shot")
    assert "is a directory" in refused(capsys, str(tmp_path))


def test_a_broken_csv_names_row_and_column(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "gap.csv"
    path.write_text("a,b\n" + "1,2\n" * 10 + "1,x\n" + "3,4\n" * 9)
    message = refused(capsys, "train", "--csv", str(path))
    assert "gap.csv" in message
    assert "12" in message  # the row
    assert "b" in message


def test_the_window_opens_for_a_broken_csv_but_for_no_table_at_all(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def run_window(path: str, *_rest: object) -> int:
        opened.append(path)
        return 0

    monkeypatch.setattr("layerlab.compose.start.run_window", run_window)
    monkeypatch.setattr("layerlab.commands.window.is_terminal", lambda: True)
    broken, empty = tmp_path / "gap.csv", tmp_path / "empty.csv"
    broken.write_text("a,b\n" + "1,2\n" * 10 + "1,x\n" + "3,4\n" * 9)
    empty.write_text("")
    assert cli.main([str(broken)]) == 0
    assert opened == [str(broken)]  # where its import sheet says what is wrong
    assert "is empty" in refused(capsys, str(empty))
    assert opened == [str(broken)]


def test_a_failed_shot_leaves_the_old_picture(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object) -> None:
        raise LabError("the training took too long")

    # Its module, which has the name of a function of the package.
    monkeypatch.setattr(importlib.import_module("layerlab.compose.shot"), "train_to", fails)
    picture = tmp_path / "lab.png"
    picture.write_bytes(b"old")
    assert "too long" in refused(capsys, "shot", "--out", str(picture))
    assert picture.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["lab.png"]


def test_an_unexpected_error_is_one_sentence_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(spec: LabSpec) -> str:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("layerlab.commands.spec.to_json", breaks)
    message = refused(capsys, "spec", code=1)
    assert message.startswith("internal error: RuntimeError: two lines; the traceback is in ")
    assert "two\nlines" in pathlib.Path(message.rpartition(" is in ")[2]).read_text()
    monkeypatch.setenv("LAYERLAB_DEBUG", "1")
    assert cli.main(["spec"]) == 1
    assert "Traceback" in capsys.readouterr().err


# ---- the other commands


def test_spec_prints_what_it_reads(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    assert cli.main(["spec", "--default"]) == 0
    text = capsys.readouterr().out
    assert from_json(text) == LabSpec()
    path = tmp_path / "lab.json"
    path.write_text(text)
    assert cli.main(["spec", "--check", str(path)]) == 0
    assert (
        "wave, hidden [8, 8], relu, he-normal, 97 parameters, 16 seeds"
        in capsys.readouterr().out
    )


def test_spec_of_a_task(capsys: pytest.CaptureFixture[str]) -> None:
    from layerlab.nets.tasks import TASKS

    assert cli.main(["spec", "--task", "digits"]) == 0
    assert from_json(capsys.readouterr().out) == TASKS["digits"].recommended()


def test_a_task_beside_a_spec_replaces_the_data_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "lab.json"
    path.write_text(to_json(from_json('{"net": {"hidden": [3]}, "train": {"seeds": 2}}')))
    final = lines_of(
        capsys, "train", "--spec", str(path), "--task", "step", "--updates", "1", "--json"
    )[-1]
    assert final["parameters"] == 2 * 3 + 4
    assert len(final["loss"]) == 2


def test_gradcheck(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = lines_of(capsys, "gradcheck", "--json", "--set", "net.activation=tanh")
    assert 0 < found["max_relative_error"] < 1e-5
    assert found["skipped"] >= 0


def test_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = lines_of(capsys, "doctor", "--json")
    assert found["ready"] is True
    assert found["packages"]["numpy"] == np.__version__
    assert found["engines"]["numpy"] == ""
    assert found["qt"]["platform"] == "offscreen"
    assert cli.main(["doctor"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "ready"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--version"])
    assert left.value.code == 0
    assert "0.1.0" in capsys.readouterr().out


def test_without_qt_train_works_and_the_window_says_what_is_missing(
    tmp_path: pathlib.Path,
) -> None:
    """A Python in which PySide6, pyqtgraph and torch cannot be found."""
    hide = (
        "import sys, importlib.machinery as machinery\n"
        "find = machinery.PathFinder.find_spec\n"
        "hidden = ('PySide6', 'pyqtgraph', 'torch', 'shiboken6')\n"
        "def visible(cls, name, path=None, target=None):\n"
        "    known = name.partition('.')[0] not in hidden\n"
        "    return find(name, path, target) if known else None\n"
        "machinery.PathFinder.find_spec = classmethod(visible)\n"
        "from layerlab.cli import main\n"
        "sys.exit(main())\n"
    )
    script = tmp_path / "hidden.py"
    script.write_text(hide)

    def lab(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(script), *arguments]
        env = os.environ | {"PYTHONPATH": str(ROOT / "app")}
        return subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )

    trained = lab("train", *QUICK)
    assert (trained.returncode, trained.stderr) == (0, "")
    window = lab()
    assert window.returncode == 1
    assert "the window needs PySide6, which is not installed" in window.stderr
    assert window.stderr.count("\n") == 1


# ---- progress


class Terminal:
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass


@pytest.mark.parametrize(("encoding", "sign"), [("utf-8", "█"), ("cp437", "█"), ("ascii", "#")])
def test_the_bar_is_drawn_and_wiped(
    encoding: str, sign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layerlab.commands import progress

    now_s = iter(range(1, 100))
    monkeypatch.setattr(time, "monotonic", lambda: next(now_s))
    terminal = Terminal()
    terminal.encoding = encoding
    with progress.Progress(100, terminal) as bar:  # type: ignore[arg-type]
        bar.show(0, 1.0)
        bar.show(50, 0.5)
    drawn = terminal.text.split("\r")
    assert drawn[2].count(sign) == progress.WIDTH // 2
    assert "50 of 100 updates, loss 0.5" in drawn[2]
    assert drawn[-1] == ""
    assert drawn[-2].strip() == ""
    assert len(drawn[-2]) >= max(map(len, drawn))


def test_a_shot_goes_as_far_as_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    seen: list[tuple[int | None, int | None]] = []

    def shot(out: pathlib.Path, spec: LabSpec, updates: int | None, *_: object) -> None:
        seen.append((updates, spec.train.updates))
        out.write_bytes(b"a picture")

    monkeypatch.setattr("layerlab.compose.shot.shot", shot)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    for updates in ("1501", "7"):
        out = str(tmp_path / "lab.png")
        assert cli.main(["shot", "--out", out, "--updates", updates]) == 0
    assert seen == [(1501, 1501), (7, 1500)]


# ---- files that are none of ours


@pytest.mark.skipif(os.name != "posix", reason="devices of POSIX")
def test_a_lab_goes_into_a_device_and_never_replaces_it(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path
) -> None:
    assert cli.main(["train", *QUICK, "--engine", "numpy", "--out", "/dev/null"]) == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    capsys.readouterr()
    os.mkfifo(tmp_path / "pipe")
    for command in (
        ["train", "--spec", str(tmp_path / "pipe")],
        ["train", "--spec", "/dev/zero"],
        ["train", "--csv", str(tmp_path / "pipe")],
        ["shot", "--out", "a.png", "--experiment", "basis", "--knobs", str(tmp_path / "pipe")],
        [str(tmp_path / "pipe")],
    ):
        assert cli.main(command) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("depth", [5_000, 200_000])
def test_deep_json_costs_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path, depth: int
) -> None:
    path = tmp_path / "deep.json"
    for text in ("[" * depth, '{"task":' * depth):
        path.write_text(text)
        for command in (["train", "--spec"], ["spec", "--check"]):
            assert str(path) in refused(capsys, *command, str(path))


def test_a_lab_whose_table_is_elsewhere_names_the_option_that_reads_it(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERLAB_HOME", str(tmp_path / "home"))
    opened.forget()
    table = tmp_path / "data" / "table.csv"
    table.parent.mkdir()
    table.write_text("a,b,c\n" + "".join(f"{k},{k * k},{k % 3}\n" for k in range(40)))
    spec = from_json(json.dumps({"task": {"name": "csv", "path": str(table), "target": "c"}}))
    lab = tmp_path / "mail" / "a.json"
    lab.parent.mkdir()
    lab.write_text(to_json(spec))
    run = ["train", *QUICK, "--engine", "numpy", "--spec", str(lab)]
    for command in (run, ["spec", "--check", str(lab)], ["gradcheck", "--spec", str(lab)]):
        message = refused(capsys, *command)
        assert str(table) in message
        assert message.endswith("--allow-path allows it")
        assert cli.main([*command, "--allow-path"]) == 0
        capsys.readouterr()
    # A lab that was trained on a table of one's own choice is not asked about.
    out = tmp_path / "b.layerlab"
    command = ["train", *QUICK, "--engine", "numpy", "--csv", str(table), "--out", str(out)]
    assert cli.main(command) == 0
    assert cli.main(["spec", "--check", str(out)]) == 0


def test_a_misspelt_command_is_refused_without_a_terminal_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layerlab.commands.window.is_terminal", lambda: False)
    assert "did you mean the command 'train'" in refused(capsys, "trian")


def test_deep_values_of_knobs_cost_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    deep = "[" * 50_000
    assert "net.hidden is" in refused(capsys, "train", "--set", f"net.hidden={deep}")
    command = ["shot", "--out", "a.png", "--experiment", "basis", "--set", f"terms={deep}"]
    assert "must be a list of numbers" in refused(capsys, *command)
