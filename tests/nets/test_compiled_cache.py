"""The cache of compiled kernels: kept, never stale, and never in the way."""

from __future__ import annotations

import os
import pathlib
import stat
import subprocess
import sys
import warnings
from typing import Any

import numba
import pytest

from app.nets.engines.compiled import cache
from app.nets.engines.compiled.cache import KernelCache, folder

ROOT = pathlib.Path(__file__).resolve().parents[2]


def fresh(where: pathlib.Path, name: str = "twice") -> Any:
    """Return a function that nothing was compiled of in this process, with a cache there."""

    def twice(x: float) -> float:
        return 2 * x

    function = numba.njit(twice)
    function._cache = KernelCache(name, where)
    return function


def compiled_here(function: Any) -> bool:
    """Tell whether a function came from the compiler, and not from a file."""
    with warnings.catch_warnings():
        compiles: list[str] = []
        original = function._compiler.compile
        function._compiler.compile = lambda *a: compiles.append("") or original(*a)
        assert function(3.0) == 6.0
    return bool(compiles)


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
    assert outside == {"randomness.py", "optimizers.py", "numpy_.py"}
    assert all(path.is_file() for path in cache._OUTSIDE)
    imported = {
        name.partition(".")[2]
        for path in pathlib.Path(cache.__file__).parent.glob("*.py")
        for line in path.read_text().splitlines()
        if line.startswith("from app.nets")
        for name in [line.split()[1]]
        if "compiled." not in name
    }
    # Those of which no number is compiled into a kernel.
    assert imported == {"nets.randomness", "nets.optimizers", "nets.engines.numpy_",
                        "nets.engines.base", "nets.engines.compiled", "nets.maths",
                        "nets.problem"}  # fmt: skip


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
    with pytest.warns(RuntimeWarning, match="holds a damaged file"):
        assert compiled_here(function)
    assert not compiled_here(fresh(tmp_path))


def test_a_file_that_does_not_load_is_made_anew(tmp_path: pathlib.Path) -> None:
    import hashlib

    fresh(tmp_path)(3.0)
    [path] = files(tmp_path)
    payload = b"of another version"
    path.write_bytes(hashlib.sha256(payload).digest() + payload)
    with pytest.warns(RuntimeWarning, match="does not load"):
        assert compiled_here(fresh(tmp_path))
    assert not compiled_here(fresh(tmp_path))


def test_a_folder_that_cannot_be_written_warns_once(tmp_path: pathlib.Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where the folder should be")
    function = fresh(blocked)
    with pytest.warns(RuntimeWarning, match="cannot be") as told:
        assert (function(3.0), function(3)) == (6.0, 6)
    assert len(told) == 1
    assert str(blocked) in str(told[0].message)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing stops this user")
def test_a_read_only_folder_warns_once(tmp_path: pathlib.Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.warns(RuntimeWarning, match="cannot be written"):
            assert fresh(tmp_path)(3.0) == 6.0
    finally:
        tmp_path.chmod(stat.S_IRWXU)


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
        "from app.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec\n"
        "from app.nets.engines.compiled.kernel import train\n"
        "from app.nets.engines.compiled.trainer import CompiledTrainer\n"
        "from app.nets.engines.ready import warm_up\n"
        "from app.nets.problem import born, problem_of\n"
        "warm_up('float32').result()\n"
        "print(len(train.stats.cache_hits), len(train.stats.cache_misses))\n"
        "problem = problem_of(LabSpec(task=TaskSpec(name='sawtooth'),"
        " net=NetSpec(hidden=(64, 9)), train=TrainSpec(seeds=2, optimizer='adam')))\n"
        "trainer = CompiledTrainer(problem, born(problem))\n"
        "trainer.train_here(20)\n"
        "print(hashlib.sha256(trainer.state().params.tobytes()).hexdigest())"
    )
    env = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    told = [
        subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, env=env,
                       capture_output=True, text=True, check=False)
        for _ in range(2)
    ]  # fmt: skip
    assert [done.stderr for done in told] == ["", ""]
    (first, cold), (second, warm) = (done.stdout.split("\n")[:2] for done in told)
    assert (first, second) == ("0 1", "1 0")
    assert cold == warm
