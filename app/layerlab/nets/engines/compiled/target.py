"""What the kernels are compiled for: how wide a vector is, and how many registers hold one.

Everything that depends on the processor asks here: the tiles of `products`, the padding of
`plan`, the name of a file in the `cache`. It follows what numba compiles for, not what the
processor could do beyond that.

One processor is chosen for each width, the same on every computer: x86-64-v2 (16 bytes),
x86-64-v3 (32) and x86-64-v4 (64), or on ARM the generic one (16). So kernels that were
compiled on one computer are those of all with vectors of that width, and may be shipped.
Measured on an AMD EPYC (Zen 4) beside machine code that is tuned for the very processor, over
the cases of `tests/benchmarks/updates.py`, one seed, the processor's time, medians of five
alternating runs: with 64 bytes 0.97 to 1.01 times as fast, but `small-full` 0.92; with 32
bytes, beside LLVM's znver3, 0.99 to 1.30 times as fast (`mnist-sized` was not measured). For
x86-64-v4 LLVM halves the vectors of plain loops; `-prefer-256-bit` ends that, and was left
out, because it makes `medium` 1.07 and `small-full` 1.05 times as fast, but `small` 0.94.

`NUMBA_CPU_NAME` and `NUMBA_CPU_FEATURES` choose otherwise, and `LAYERLAB_VECTOR_BYTES` forces a
width. Widths may differ in the last digit of a training; with one width it is always the same.

Importing this loads neither numba nor LLVM.
"""

from __future__ import annotations

import functools
import os
import platform
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

from layerlab.core.errors import LabError
from layerlab.core.translation import _

VARIABLE = "LAYERLAB_VECTOR_BYTES"
WIDTHS = (16, 32, 64)
NUMBA_NAME, NUMBA_FEATURES = "NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"

_Choice = tuple[int, str, tuple[str, ...]]

_V2 = ("cx16", "popcnt", "sahf", "sse3", "sse4.1", "sse4.2", "ssse3")
_V3 = (*_V2, "avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "xsave")
_V4 = (*_V3, "avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl")
# (bytes, LLVM's name of the processor, what it has to have), the widest first.
_X86: tuple[_Choice, ...] = (
    (64, "x86-64-v4", _V4),
    (32, "x86-64-v3", _V3),
    (16, "x86-64-v2", _V2),
    (16, "x86-64", ("sse2",)),
)
_ARM: tuple[_Choice, ...] = ((16, "generic", ("fp-armv8", "neon")),)
_KNOWN = {"x86_64": _X86, "amd64": _X86, "arm64": _ARM, "aarch64": _ARM}


class Target(NamedTuple):
    """What machine code is made for.

    Attributes:
        name, features: as LLVM and numba take them.
        vector_bytes: width of a vector, 16, 32 or 64.
        registers: how many of them the processor names, 16 or 32.
    """

    name: str
    features: str
    vector_bytes: int
    registers: int


_other: Target | None = None  # of `compile_for`


@functools.cache
def current() -> Target:
    """Return what the kernels of this process are compiled for; the same each time.

    Raises:
        LabError: the environment asks for what this processor lacks, said in one sentence.
    """
    if _other is not None:
        return _other
    wanted = os.environ.get(VARIABLE, "").strip()
    if wanted:
        return _forced(wanted)
    if os.environ.get(NUMBA_NAME) or os.environ.get(NUMBA_FEATURES):
        return _asked_of_numba()
    return _choices()[0]


def widths() -> tuple[int, ...]:
    """Return the widths that can be forced on this processor, in bytes, ascending."""
    return tuple(sorted({choice.vector_bytes for choice in _choices()}))


def shipped() -> tuple[Target, ...]:
    """Return the targets whose kernels a program brings along: one a width, ascending."""
    listed = _KNOWN.get(platform.machine().lower(), ())
    found: dict[int, Target] = {}
    for choice in listed:
        found.setdefault(choice[0], _target(choice, listed))
    return tuple(found[width] for width in sorted(found))


def compile_for(other: Target) -> None:
    """Let this process compile for a processor that need not be its own.

    Before anything is compiled; and nothing that is may then be called.
    """
    global _other
    _other = other
    current.cache_clear()


def problem() -> str:
    """Return one sentence that says why nothing can be compiled for the target, or ""."""
    if not any(os.environ.get(name) for name in (VARIABLE, NUMBA_NAME, NUMBA_FEATURES)):
        return ""  # without a look at the processor, which loads LLVM
    try:
        current()
    except LabError as error:
        return str(error)
    return ""


def apply() -> None:
    """Let numba compile for the target; before it has compiled anything.

    It is said in the environment, which numba reads, and so do processes that this one starts.

    Raises:
        LabError: as `current`.
    """
    target = current()
    os.environ[NUMBA_NAME], os.environ[NUMBA_FEATURES] = target.name, target.features
    if "numba" in sys.modules:
        sys.modules["numba"].config.reload_config()


def lanes(itemsize: int) -> int:
    """Return how many numbers of that many bytes a vector holds."""
    return current().vector_bytes // itemsize


def system() -> str:
    """Return the system and the kind of processor that machine code is for.

    LLVM's own name for the two holds the version of macOS, on which nothing here depends.
    """
    return f"{sys.platform} {platform.machine().lower()}"


def _forced(wanted: str) -> Target:
    if wanted not in map(str, WIDTHS):
        raise LabError(
            _(
                "{variable} is {wanted!r}, it must be 16, 32 or 64",
                variable=VARIABLE,
                wanted=wanted,
            )
        )
    choices = _choices()
    for target in choices:
        if target.vector_bytes == int(wanted):
            return target
    widest = choices[0].vector_bytes
    most = _("at most {widest}", widest=widest) if int(wanted) > widest else str(widest)
    raise LabError(
        _(
            "{variable} is {wanted}, but this processor's vectors have {most} bytes",
            variable=VARIABLE,
            wanted=wanted,
            most=most,
        )
    )


def _asked_of_numba() -> Target:
    """Return what numba makes of its own variables."""
    host, has = _host()
    name = os.environ.get(NUMBA_NAME) or host
    # Numba's rule: without a list of features they are the host's, but for "generic".
    features = os.environ.get(NUMBA_FEATURES)
    if features is None:
        features = "" if name.lower() == "generic" else _flags(has)
    target = _measured(name, features)
    most = _measured(host, _flags(has)).vector_bytes
    if target.vector_bytes > most:
        raise LabError(
            _(
                "{numba_name} and {numba_features} ask for vectors of {vector_bytes} "
                "bytes, but those of this processor have at most {most}",
                numba_name=NUMBA_NAME,
                numba_features=NUMBA_FEATURES,
                vector_bytes=target.vector_bytes,
                most=most,
            )
        )
    return target


@functools.cache
def _choices() -> tuple[Target, ...]:
    """Return the targets that this processor runs, the widest first."""
    host, has = _host()
    listed = _KNOWN.get(platform.machine().lower(), ())
    found = [
        _target(choice, listed)
        for choice in listed
        if all(has.get(feature) for feature in choice[2])
    ]
    return tuple(found) or (_measured(host, _flags(has)),)


def _target(choice: _Choice, listed: Sequence[_Choice]) -> Target:
    width, name, needed = choice
    features = ",".join(f"+{feature}" for feature in needed)
    return Target(name, features, width, 32 if width == 64 or listed is _ARM else 16)


def _host() -> tuple[str, dict[str, bool]]:
    """Return LLVM's name of this processor, and which features it has."""
    import llvmlite.binding as llvm

    try:
        return llvm.get_host_cpu_name(), dict(llvm.get_host_cpu_features())
    except RuntimeError:  # LLVM cannot tell on this kind of processor
        return llvm.get_host_cpu_name(), {}


def _flags(has: dict[str, bool]) -> str:
    return ",".join(("+" if has[name] else "-") + name for name in sorted(has))


_SUM = """
define <16 x float> @sum(<16 x float> %a, <16 x float> %b) {
  %c = fadd <16 x float> %a, %b
  ret <16 x float> %c
}
"""


def _measured(name: str, features: str) -> Target:
    """Return a target of which only the name is known, by the registers that LLVM then uses."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    is_x86 = platform.machine().lower() in ("x86_64", "amd64")
    # LLVM ends the process where a processor that it does not know shall run 64-bit code.
    asked = ",".join(filter(None, [features, "+64bit" if is_x86 else ""]))
    machine: Any = llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(
        cpu=name, features=asked
    )
    code = machine.emit_assembly(llvm.parse_assembly(_SUM))
    width = 64 if "zmm" in code else (32 if "ymm" in code else 16)
    has_more = not is_x86 or width == 64 or "+avx512vl" in features.split(",")
    return Target(name, features, width, 32 if has_more else 16)
