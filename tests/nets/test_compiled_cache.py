"""The cache of compiled kernels: kept, never stale, and never in the way."""

from __future__ import annotations

import os
import pathlib
import stat
import subprocess
import sys
import warnings
import zlib
from typing import Any

import numba
import pytest

from layerlab.core.owners import owner
from layerlab.nets.engines.compiled import activations, cache, steps
from layerlab.nets.engines.compiled.cache import KernelCache, folder

ROOT = pathlib.Path(__file__).resolve().parents[2]


def fresh(where: pathlib.Path, name: str = "twice") -> Any:
    """Return a function that nothing was compiled of in this process, with a cache there."""

    def twice(x: float) -> float:
        return 2 * x

    function = numba.njit(twice)
    function._cache = KernelCache(name, where)
    return function


def compiled_here(function: Any) -> bool:
    """Return whether a function came from the compiler, and not from a file."""
    with warnings.catch_warnings():
        compiles: list[str] = []
        original = function._compiler.compile
        function._compiler.compile = lambda *a: compiles.append("") or original(*a)
        assert function(3.0) == 6.0
    return bool(compiles)


class Ended:
    """A process that is over: nobody has its number."""

    def __init__(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", ""])
        process.wait()
        self.pid = process.pid


def files(where: pathlib.Path) -> list[pathlib.Path]:
    return sorted(where.glob("*.kernel"))


def test_a_second_start_does_not_compile(tmp_path: pathlib.Path) -> None:
    where = tmp_path / "not" / "there yet"
    assert compiled_here(fresh(where))
    assert len(files(where)) == 1
    assert not compiled_here(fresh(where))
    assert len(list(where.iterdir())) == 1  # nothing half written lies about


def test_each_function_and_signature_has_its_own_file(tmp_path: pathlib.Path) -> None:
    function = fresh(tmp_path)
    function(3.0), function(3)
    assert len(files(tmp_path)) == 2
    assert compiled_here(fresh(tmp_path, "another"))


def test_other_sources_are_another_file(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(tmp_path)(3.0)
    source = tmp_path / "outside.py"
    source.write_text("GOLDEN = 1\n")
    monkeypatch.setattr(cache, "_OUTSIDE", [source])
    assert compiled_here(fresh(tmp_path))
    assert not compiled_here(fresh(tmp_path))
    source.write_text("GOLDEN = 2\n")
    assert compiled_here(fresh(tmp_path))


def test_what_the_stamp_must_know_is_in_it() -> None:
    outside = {path.name for path in cache._OUTSIDE}
    assert outside == {"randomness.py", "norms.py"}
    assert all(path.is_file() for path in cache._OUTSIDE)
    imported = {
        name.partition(".")[2]
        for path in pathlib.Path(cache.__file__).parent.glob("*.py")
        for line in path.read_text().splitlines()
        if line.startswith("from layerlab.nets")
        for name in [line.split()[1]]
        if "compiled." not in name
    }
    # Those of which no number is compiled into a kernel.
    assert imported == {
        "nets.randomness",
        "nets.norms",
        "nets.activations",  # their formulas are in the stamp, as those of the next two
        "nets.losses",
        "nets.optimizers",
        "nets.expressions",
        "nets.engines.compiled",
        "nets.maths",
        "nets.problem",
    }


def test_another_formula_is_another_file(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(tmp_path)(3.0)
    relu, leaky = activations.FORMULAS["relu"], activations.FORMULAS["leaky-relu"]
    monkeypatch.setitem(activations.FORMULAS, "relu", (relu[0], leaky[1]))
    assert compiled_here(fresh(tmp_path))
    monkeypatch.setitem(activations.FORMULAS, "relu", relu)
    assert not compiled_here(fresh(tmp_path))
    monkeypatch.setitem(steps.STEPS, "adam", steps.STEPS["momentum"])
    assert compiled_here(fresh(tmp_path))
    monkeypatch.setitem(steps.LOSS_FORMULAS, "mse", steps.LOSS_FORMULAS["half-mse"])
    assert compiled_here(fresh(tmp_path))


@pytest.mark.parametrize("damage", [b"", b"x", "cut", "flipped"])
def test_a_damaged_file_is_made_anew(tmp_path: pathlib.Path, damage: bytes | str) -> None:
    fresh(tmp_path)(3.0)
    [path] = files(tmp_path)
    whole = path.read_bytes()
    if damage == "cut":
        damage = whole[:-10]
    elif damage == "flipped":
        at = len(whole) // 2
        damage = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
    assert isinstance(damage, bytes)
    path.write_bytes(damage)
    function = fresh(tmp_path)
    with pytest.warns(RuntimeWarning, match="holds a damaged file, .* and compiles it again"):
        assert compiled_here(function)
    assert not compiled_here(fresh(tmp_path))


def test_a_file_that_does_not_load_is_made_anew(tmp_path: pathlib.Path) -> None:
    import hashlib

    fresh(tmp_path)(3.0)
    [path] = files(tmp_path)
    payload = zlib.compress(b"of another version")
    path.write_bytes(hashlib.sha256(payload).digest() + payload)
    with pytest.warns(RuntimeWarning, match="does not load"):
        assert compiled_here(fresh(tmp_path))
    assert not compiled_here(fresh(tmp_path))


def test_a_folder_that_cannot_be_written_warns_once(tmp_path: pathlib.Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where the folder should be")
    function = fresh(blocked)
    with pytest.warns(RuntimeWarning, match="cannot be") as caught:
        assert (function(3.0), function(3)) == (6.0, 6)
    assert len(caught) == 1
    assert str(blocked) in str(caught[0].message)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing stops this user")
def test_a_read_only_folder_warns_once(tmp_path: pathlib.Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.warns(RuntimeWarning, match="cannot be written"):
            assert fresh(tmp_path)(3.0) == 6.0
    finally:
        tmp_path.chmod(stat.S_IRWXU)


posix_only = pytest.mark.skipif(os.name != "posix", reason="owners and modes of POSIX")


@posix_only
def test_what_is_kept_is_the_user_s_alone(tmp_path: pathlib.Path) -> None:
    where = tmp_path / "kernels"
    former = os.umask(0o002)
    try:
        fresh(where)(3.0)
    finally:
        os.umask(former)
    [path] = files(where)
    assert stat.S_IMODE(where.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@posix_only
@pytest.mark.parametrize(
    ("what", "mode"), [("folder", 0o770), ("folder", 0o777), ("file", 0o660), ("file", 0o602)]
)
def test_what_others_could_write_is_not_read(
    tmp_path: pathlib.Path, what: str, mode: int
) -> None:
    where = tmp_path / "kernels"
    fresh(where)(3.0)
    [path] = files(where)
    (where if what == "folder" else path).chmod(mode)
    function = fresh(where)
    with pytest.warns(RuntimeWarning, match="other users") as caught:
        assert compiled_here(function)
    assert len(caught) == 1
    assert str(where) in str(caught[0].message)
    assert "and compiles it again" in str(caught[0].message)
    assert not compiled_here(fresh(where))  # it was put in order


@posix_only
@pytest.mark.parametrize("what", ["folder", "file"])
def test_links_are_not_followed(tmp_path: pathlib.Path, what: str) -> None:
    where, elsewhere = tmp_path / "kernels", tmp_path / "elsewhere"
    fresh(where)(3.0)
    [path] = files(where)
    if what == "folder":
        where.rename(elsewhere)
        where.symlink_to(elsewhere)
    else:
        path.rename(elsewhere)
        path.symlink_to(elsewhere)
    function = fresh(where)
    with pytest.warns(RuntimeWarning, match="link"):
        assert compiled_here(function)
    if what == "file":
        assert not path.is_symlink()
        assert not compiled_here(fresh(where))


@posix_only
@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_belongs_to_another_user_is_not_read(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    where = tmp_path / "kernels"
    fresh(where)(3.0)
    [path] = files(where)
    other = (where if what == "folder" else path).stat()
    status = os.fstat

    def fstat(handle: int) -> os.stat_result:
        found = status(handle)
        if os.path.samestat(found, other):
            found = os.stat_result([*found[:4], os.geteuid() + 1, *found[5:]])
        return found

    monkeypatch.setattr(os, "fstat", fstat)
    function = fresh(where)
    with pytest.warns(RuntimeWarning, match="another user"):
        assert compiled_here(function)
    monkeypatch.undo()
    assert not compiled_here(fresh(where))


@posix_only
def test_what_is_no_file_is_not_waited_for(tmp_path: pathlib.Path) -> None:
    fresh(tmp_path)(3.0)
    [path] = files(tmp_path)
    path.unlink()
    os.mkfifo(path)
    function = fresh(tmp_path)
    with pytest.warns(RuntimeWarning, match="no kernel"):
        assert compiled_here(function)
    assert not compiled_here(fresh(tmp_path))


def test_what_a_killed_start_left_is_removed(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, here = Ended().pid, os.getppid()
    own, _, _ = owner().partition("-")
    monkeypatch.setattr("platform.node", lambda: "another-computer")
    other, _, _ = owner().partition("-")
    monkeypatch.undo()
    assert other != own
    names = {
        f"{own}-{gone}-0a1b2c3d.tmp": False,
        f"{own}-{here}-0a1b2c3d.tmp": True,
        f"{other}-{gone}-0a1b2c3d.tmp": True,
        f"{other}-{gone}-0a1b2c3e.tmp": False,
        f"{gone}-0a1b2c3d.tmp": True,
        "tmpab_12cd": False,
        "tmpnew": True,
        "notes.txt": True,
    }
    for name in names:
        (tmp_path / name).write_bytes(b"half")
    for name in ("tmpab_12cd", f"{other}-{gone}-0a1b2c3e.tmp"):  # nobody writes for so long
        os.utime(tmp_path / name, (1, 1))
    tmp_path.chmod(0o700)
    fresh(tmp_path)(3.0)
    assert {name: (tmp_path / name).exists() for name in names} == names


def test_a_killed_save_leaves_nothing_for_long(tmp_path: pathlib.Path) -> None:
    """Killed between writing and renaming, which is where it hurts."""
    code = (
        "import os, pathlib, sys\n"
        "from layerlab.nets.engines.compiled.guarded import Folder\n"
        "os.replace = lambda *_, **__: os._exit(9)\n"
        "Folder(pathlib.Path(sys.argv[1])).write('a.kernel', b'half')\n"
    )
    where = tmp_path / "kernels"
    done = subprocess.run([sys.executable, "-c", code, str(where)], cwd=ROOT, check=False)
    assert done.returncode == 9
    assert len(list(where.iterdir())) == 1
    fresh(where)(3.0)
    assert list(where.iterdir()) == files(where)


def test_kernels_that_the_program_came_with_are_taken(tmp_path: pathlib.Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    fresh(shipped)(3.0)

    def bundled() -> Any:
        function = fresh(own)
        function._cache = KernelCache("twice", own, shipped)
        return function

    assert not compiled_here(bundled())
    assert not own.exists()  # nothing is kept twice
    [path] = files(shipped)
    damaged = bytearray(path.read_bytes())
    damaged[-1] ^= 1
    path.write_bytes(damaged)
    function = bundled()
    with pytest.warns(RuntimeWarning, match="shipped holds a damaged file"):
        assert compiled_here(function)
    assert not compiled_here(bundled())  # the user's own takes its place, without a word
    assert len(files(own)) == 1


def test_old_files_go(tmp_path: pathlib.Path) -> None:
    for k in range(cache.KEPT + 8):
        path = tmp_path / f"{k:02}.kernel"
        path.write_bytes(b"")
        os.utime(path, (k, k))
    fresh(tmp_path)(3.0)
    left = files(tmp_path)
    assert len(left) == cache.KEPT
    assert tmp_path / "19.kernel" in left
    assert tmp_path / "00.kernel" not in left


def test_where_it_is(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert folder() == tmp_path / "kernels"
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    assert "layerlab" in folder().parts
    assert ROOT not in folder().parents


def test_a_new_process_finds_the_kernel_and_the_same_numbers(tmp_path: pathlib.Path) -> None:
    """The kernel, its types and its intrinsics included, survives a restart, with its rounding.

    Adam on a wide layer shows another choice of fused multiply-adds after two updates.
    """
    code = (
        "import hashlib\n"
        "from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec\n"
        "from layerlab.nets.engines.compiled.kernel import train\n"
        "from layerlab.nets.engines.compiled.trainer import CompiledTrainer\n"
        "from layerlab.nets.engines.ready import warm_up\n"
        "from layerlab.nets.problem import initialize, problem_of\n"
        "warm_up('float32').result()\n"
        "print(len(train.stats.cache_hits), len(train.stats.cache_misses))\n"
        "problem = problem_of(LabSpec(task=TaskSpec(name='sawtooth'),"
        " net=NetSpec(hidden=(64, 9)), train=TrainSpec(seeds=2, optimizer='adam')))\n"
        "trainer = CompiledTrainer(problem, initialize(problem))\n"
        "trainer.train_here(20)\n"
        "print(hashlib.sha256(trainer.state().params.tobytes()).hexdigest())"
    )
    env = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    runs = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        for _ in range(2)
    ]
    assert [done.stderr for done in runs] == ["", ""]
    (first, cold), (second, warm) = (done.stdout.split("\n")[:2] for done in runs)
    assert (first, second) == ("0 1", "1 0")
    assert cold == warm
