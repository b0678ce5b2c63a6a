"""The compiled engine with vectors of 16, 32 and 64 bytes, in float32 and float64.

    python -m tests.campaign.widths [--width 16 ...] [--dtype float64 ...] [--short]

Of each width that this processor has and each dtype, in a process of its own with a cache of
its own: the engine's tests (equal to numpy, resumed as in one go, looked at or not), and a
`train` of every activation with every optimizer and every loss, held against one on numpy.
The short form, which the suite runs (`tests/nets/test_widths.py`), trains with each of them
once. Nothing here depends on time.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

import pytest

from layerlab import cli
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines.compiled import target
from layerlab.nets.losses import LOSSES
from layerlab.nets.optimizers import OPTIMIZERS

ROOT = pathlib.Path(__file__).resolve().parents[2]
DTYPES = ("float32", "float64")
TESTS = ("tests/nets/test_compiled.py", "tests/nets/test_compiled_parts.py")
TIMEOUT_S = 1800
# Of the final loss after a short training; rounding is all that may differ.
TOLERANCE = {"float32": 2e-3, "float64": 1e-7}
KERNELS = 2  # `train` and `look`, of one dtype


def trainings(is_short: bool) -> Iterator[tuple[str, str, str]]:
    """Yield activation, optimizer and loss: all triples, or each of them at least once."""
    names = ACTIVATIONS.keys(), OPTIMIZERS.keys(), LOSSES.keys()
    if not is_short:
        yield from itertools.product(*names)
        return
    activations, optimizers, losses = map(list, names)
    for k in range(max(map(len, names))):
        yield tuple(part[k % len(part)] for part in (activations, optimizers, losses))


def final_losses(engine: str, dtype: str, names: tuple[str, str, str]) -> list[float]:
    """Return what `layerlab train` ends with; the 5 units leave lanes to pack points into."""
    activation, optimizer, loss = names
    turned = {
        "net.activation": activation,
        "train.optimizer": optimizer,
        "train.loss": loss,
        "train.dtype": dtype,
        "train.rate": "0.01",
        "train.batch": "20",
        "net.init": "torch-default",
    }
    arguments = [
        "train",
        "--task",
        "circle",
        "--engine",
        engine,
        "--seeds",
        "2",
        "--updates",
        "40",
        "--json",
        "--set",
        "net.width=5",
    ]
    for knob, value in turned.items():
        arguments += ["--set", f"{knob}={value}"]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = cli.main(arguments)
    assert code == 0, arguments
    final = json.loads(out.getvalue().splitlines()[-1])
    assert final["engine"] == engine
    return list(final["loss"])


def train_them(dtype: str, is_short: bool) -> int:
    """Hold every training against numpy's; return how many there were."""
    count = 0
    for names in trainings(is_short):
        ours, theirs = (final_losses(name, dtype, names) for name in ("compiled", "numpy"))
        assert ours == pytest.approx(theirs, rel=TOLERANCE[dtype]), names
        count += 1
    return count


def child(width: int, dtype: str, is_short: bool) -> int:
    """Do everything for one width and dtype, in this process; return its exit code."""
    found = target.current()
    assert found.vector_bytes == width
    chosen = "float32" if dtype == "float32" else "not float32"
    code = pytest.main(["-p", "no:cacheprovider", "-m", chosen, *TESTS])
    if code:
        return int(code)
    count = train_them(dtype, is_short)
    kernels = len(list(pathlib.Path(os.environ["NUMBA_CACHE_DIR"]).rglob("*.kernel")))
    assert kernels == KERNELS, f"{kernels} kernels: a test of the other dtype ran"
    print(f"{width} bytes, {found.registers} registers, {dtype}: {count} trainings agree")
    return 0


def checked(width: int, dtype: str, is_short: bool) -> subprocess.CompletedProcess[str]:
    """Run `child` in a process of its own with a cache of its own."""
    command = [
        sys.executable,
        "-m",
        "tests.campaign.widths",
        "--child",
        "--width",
        str(width),
        "--dtype",
        dtype,
    ]
    with tempfile.TemporaryDirectory(prefix="layerlab-width-") as folder:
        numbas = (target.NUMBA_NAME, target.NUMBA_FEATURES)
        env = {name: value for name, value in os.environ.items() if name not in numbas}
        env |= {target.VARIABLE: str(width), "NUMBA_CACHE_DIR": folder}
        return subprocess.run(
            [*command, *(["--short"] if is_short else [])],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )


def main() -> int:
    """Check each width and dtype; return 1 if one fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign.widths")
    parser.add_argument("--width", type=int, nargs="*", choices=target.WIDTHS)
    parser.add_argument("--dtype", nargs="*", choices=DTYPES)
    parser.add_argument("--short", action="store_true", help="each name once")
    parser.add_argument("--child", action="store_true", help="one of them, in this process")
    args = parser.parse_args()
    if args.child:
        return child(args.width[0], args.dtype[0], args.short)
    failed = 0
    for width, dtype in itertools.product(args.width or target.widths(), args.dtype or DTYPES):
        start_s = time.monotonic()
        done = checked(width, dtype, args.short)
        failed += done.returncode != 0
        took = f"({time.monotonic() - start_s:.0f} s)"
        if done.returncode:
            print(
                f"{width} bytes, {dtype}: FAILED {took}\n{done.stdout}{done.stderr}", flush=True
            )
        else:
            print(done.stdout.splitlines()[-1], took, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
