"""A library that is missing, or kernels that do not compile, cost one sentence each."""

from __future__ import annotations

import json
import pathlib
import subprocess

import pytest

from tests.helpers.crippled import Crippled
from tests.helpers.spreadsheets import xlsx

Done = subprocess.CompletedProcess[str]
QUICK = ("train", "--updates", "3", "--seeds", "2", "--json")
pytestmark = pytest.mark.timeout(400)  # processes of their own, on a machine that may be busy


def sentence(done: Done, code: int) -> str:
    """Return the one sentence on standard error."""
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("layerlab: "), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "should not have happened" not in done.stderr
    assert "internal error" not in done.stderr
    return done.stderr.removeprefix("layerlab: ").strip()


def worked(done: Done) -> str:
    """Return what was printed, of what went well without a word."""
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


# ---- the engine compiled

WITHOUT_KERNELS = {
    "numba is missing": ({"hidden": ("numba",)}, "pip install numba"),
    "llvm does not load": (
        {"damaged": ("llvmlite",)},
        "numba, which does not load (OSError: llvmlite: cannot open shared object file); "
        "install it with: ",
    ),
    "half of it is missing": (
        {"hidden": ("layerlab.nets.engines.compiled.packed",)},
        "it lacks layerlab.nets.engines.compiled.packed",
    ),
    "all of it is missing": (
        {"hidden": ("layerlab.nets.engines.compiled",)},
        "it lacks layerlab.nets.engines.compiled",
    ),
    "the compiler fails": (
        {"breaks_kernels": True},
        "the kernels of the engine compiled do not compile on this machine (TypingError: ",
    ),
}


@pytest.mark.parametrize("name", WITHOUT_KERNELS)
def test_without_kernels_numpy_trains_and_says_why_once(
    tmp_path: pathlib.Path, name: str
) -> None:
    how, why = WITHOUT_KERNELS[name]
    lab = Crippled(tmp_path, **how).lab
    done = lab(*QUICK)
    message = sentence(done, 0)
    assert message.startswith("NumPy trains instead: ")
    assert why in message
    assert json.loads(done.stdout.splitlines()[-1])["engine"] == "numpy"
    refused = lab(*QUICK, "--engine", "compiled")
    assert why in sentence(refused, 1)
    assert refused.stdout == ""


def test_a_page_that_compares_engines_goes_on_without_kernels(tmp_path: pathlib.Path) -> None:
    lab = Crippled(tmp_path, breaks_kernels=True, hidden=("torch",)).lab
    picture = tmp_path / "page.png"
    done = lab("shot", "--experiment", "numpy-or-torch", "--out", str(picture))
    assert done.returncode == 0, done.stderr
    assert "do not compile on this machine" in sentence(done, 0)
    assert picture.stat().st_size > 10_000


# ---- libraries that a part of the lab needs


def test_without_scipy_all_but_what_needs_it_works(tmp_path: pathlib.Path) -> None:
    lab = Crippled(tmp_path, hidden=("scipy",)).lab
    worked(lab(*QUICK))
    gelu = lab(*QUICK, "--engine", "numpy", "--set", "net.activation=gelu")
    assert sentence(gelu, 1).startswith("GELU in NumPy needs scipy, which is not installed; ")
    worked(lab(*QUICK, "--task", "iris"))  # scikit-learn could not be imported without scipy
    # What is drawn beside a loss of classes is left out of the picture.
    picture = tmp_path / "moons.png"
    moons = lab("shot", "--task", "moons", "--updates", "3", "--out", str(picture))
    assert sentence(moons, 0).startswith("the loss of the best linear model needs scipy")
    assert picture.exists()


def test_a_row_of_the_ledger_says_what_it_lacks(tmp_path: pathlib.Path) -> None:
    lab = Crippled(tmp_path, hidden=("scipy",)).lab
    rows = worked(lab("claims", "--only", "E10,D1", "--json")).splitlines()
    by_id = {row["id"]: row for row in map(json.loads, rows)}
    assert by_id["E10"]["verdict"] == "cannot be computed"
    assert "needs scipy, which is not installed" in by_id["E10"]["why"]
    assert by_id["D1"]["verdict"] != "cannot be computed"


def test_without_scikit_learn_its_data_sets_are_missing(tmp_path: pathlib.Path) -> None:
    lab = Crippled(tmp_path, hidden=("sklearn",)).lab
    worked(lab(*QUICK))
    message = sentence(lab(*QUICK, "--task", "breast-cancer"), 1)
    assert message.startswith("the data set breast-cancer needs scikit-learn, which is not ")
    assert message.endswith("-m pip install scikit-learn")


def test_without_networkx_one_page_is_missing(tmp_path: pathlib.Path) -> None:
    lab, picture = Crippled(tmp_path, hidden=("networkx",)).lab, tmp_path / "page.png"
    message = sentence(lab("shot", "--experiment", "graph-filter", "--out", str(picture)), 1)
    assert message.startswith("the page graph-filter needs networkx, which is not installed; ")
    assert not picture.exists()
    worked(lab("shot", "--experiment", "activations", "--out", str(picture)))
    worked(lab("claims", "--only", "E10"))


def test_without_python_calamine_text_files_are_read(tmp_path: pathlib.Path) -> None:
    lab = Crippled(tmp_path, hidden=("python_calamine",)).lab
    (tmp_path / "table.csv").write_text("a,b\n0.5,1\n1.5,3\n2.5,4\n")
    (tmp_path / "table.xlsx").write_bytes(xlsx([["a", "b"], [0.5, 1], [1.5, 3], [2.5, 4]]))
    worked(lab("data", str(tmp_path / "table.csv")))
    message = sentence(lab("data", str(tmp_path / "table.xlsx")), 1)
    assert message.startswith("a spreadsheet needs python-calamine, which is not installed; ")
    assert message.endswith("-m pip install python-calamine")


def test_without_pyqtgraph_there_is_no_window_and_all_else_works(
    tmp_path: pathlib.Path,
) -> None:
    lab, picture = Crippled(tmp_path, hidden=("pyqtgraph",)).lab, tmp_path / "lab.png"
    for command in ((), ("shot", "--out", str(picture))):
        message = sentence(lab(*command), 1)
        assert message.startswith(
            "the window needs pyqtgraph, which is not installed; install "
        )
    assert not picture.exists()
    worked(lab(*QUICK))
    worked(lab("experiments"))
    worked(lab("claims", "--only", "D1"))


def test_without_ziamath_formulas_are_shown_as_latex(tmp_path: pathlib.Path) -> None:
    lab, picture = Crippled(tmp_path, hidden=("ziamath",)).lab, tmp_path / "page.png"
    message = sentence(lab("shot", "--experiment", "activations", "--out", str(picture)), 0)
    assert message.startswith("formulas are shown as LaTeX: a typeset formula needs ziamath")
    assert picture.exists()


def test_without_safetensors_nothing_but_saving_is_lost(tmp_path: pathlib.Path) -> None:
    lab, out = Crippled(tmp_path, hidden=("safetensors",)).lab, tmp_path / "kept.layerlab"
    worked(lab(*QUICK))
    worked(lab("shot", "--updates", "3", "--out", str(tmp_path / "lab.png")))
    message = sentence(lab(*QUICK, "--out", str(out)), 1)
    assert message.startswith(
        f"{out} is not saved: a saved lab needs safetensors, which is not "
    )
    assert not out.exists()


def test_without_platformdirs_a_plain_folder_takes_its_place(tmp_path: pathlib.Path) -> None:
    crippled = Crippled(tmp_path, hidden=("platformdirs",))
    found = crippled.python(
        "-W",
        "ignore",
        "-c",
        "from layerlab.core.folders import user_folder; print(user_folder('cache'))",
        HOME=str(tmp_path),
        USERPROFILE=str(tmp_path),
    )
    assert worked(found).strip() == str(tmp_path / ".layerlab" / "cache")
    code = "import sys; from layerlab.cli import main; sys.exit(main(sys.argv[1:]))"
    trained = crippled.python(
        "-c",
        f"import os; os.environ.pop('NUMBA_CACHE_DIR', 0); {code}",
        *QUICK[:-1],
        "--engine",
        "compiled",
        HOME=str(tmp_path),
        USERPROFILE=str(tmp_path),
    )
    message = sentence(trained, 0)
    assert message.startswith(
        f"settings, logs and kernels are kept in {tmp_path / '.layerlab'}: "
    )
    assert message.endswith("-m pip install platformdirs")
    assert list((tmp_path / ".layerlab" / "cache" / "kernels").iterdir())


# ---- libraries that everything needs


@pytest.mark.parametrize("name", ["msgspec", "numpy"])
def test_what_everything_needs_is_named(tmp_path: pathlib.Path, name: str) -> None:
    lab = Crippled(tmp_path, hidden=(name,)).lab
    picture = str(tmp_path / "lab.png")
    for command in (QUICK, ("shot", "--out", picture), ("claims",), ("gradcheck",), ()):
        message = sentence(lab(*command), 1)
        assert f" needs {name}, which is not installed; install it with: " in message
    doctor = lab("doctor")
    assert (doctor.returncode, doctor.stderr) == (1, "")
    assert f"Layerlab needs {name}" in doctor.stdout.splitlines()[-1]


def test_doctor_tries_what_is_installed(tmp_path: pathlib.Path) -> None:
    """A library that is there and broken, and kernels that do not compile: not ready."""
    damaged = ("networkx", "pyqtgraph")
    lab = Crippled(tmp_path, breaks_kernels=True, damaged=damaged, hidden=("torch",)).lab
    done = lab("doctor", "--json")
    assert (done.returncode, done.stderr) == (1, "")
    found = json.loads(done.stdout)
    assert not found["ready"]
    assert "do not compile on this machine" in found["engines"]["compiled"]
    assert found["engines"]["numpy"] == ""
    assert "PyTorch is not installed" in found["engines"]["torch"]
    for name in damaged:
        assert found["packages"][name] is None
        assert found["lacks"][name].startswith(f"{name} does not load (OSError: ")
