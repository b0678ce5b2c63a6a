"""How every function of the kernels is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from layerlab.nets.engines.compiled import target

target.apply()  # numba reads it when it is imported

import llvmlite.binding  # noqa: E402
import numba  # noqa: E402
import numba.extending  # noqa: E402
from numba.core import codegen, compiler  # noqa: E402

# nogil: the window paints meanwhile. numpy's error model: a division by zero gives inf or
# nan, as in numpy; Python's would look at each divisor, and no loop with one would be
# vectorized. contract: x * y + z may be one instruction; nothing else is rearranged, so
# that nan and inf come out as they should.
_Function = Callable[..., Any]
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
jit: Callable[[_Function], _Function] = numba.njit(**_OPTIONS)
intrinsic: Callable[[_Function], _Function] = numba.extending.intrinsic
overload: Callable[[_Function], Callable[[_Function], _Function]] = numba.extending.overload

_apart: list[str] = []  # as numba writes them: each part of a name after its length


def apart(function: _Function) -> _Function:
    """Compile a function that is called and never copied to where it is called.

    For what is seldom needed: in the midst of other loops it would slow these down.
    """
    names = [*function.__module__.split("."), function.__name__]
    _apart.append("".join(f"{len(name)}{name}" for name in names))
    return jit(function)


class _ClosedLibrary(codegen.JITCodeLibrary):
    """Machine code in which every function called belongs to it alone.

    Numba leaves them open to other libraries, for two ills. The loader takes the first copy
    that it has met, in the process that compiles one compiled for itself, with other
    instructions and so other rounding: a first start would train to other numbers than a
    second. And the compiler cannot fit a function to its only callers: small nets train 1.5
    to 1.8 times as fast since it can.
    """

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if function.linkage == llvmlite.binding.Linkage.linkonce_odr:
                function.linkage = llvmlite.binding.Linkage.internal
                if any(f"_ZN{name}B" in function.name for name in _apart):
                    function.add_function_attribute("noinline")
        super()._optimize_final_module()


class _ClosedCompiler(compiler.Compiler):
    def __init__(self, typingctx: Any, targetctx: Any, library: Any, *args: Any) -> None:
        super().__init__(typingctx, targetctx, library, *args)
        self.state.library = _ClosedLibrary(targetctx.codegen(), "kernel")
        self.state.library.enable_object_caching()


# What Python calls and `cache` keeps: the same numbers freshly compiled and from the cache.
kernel: Callable[[_Function], _Function] = numba.njit(
    pipeline_class=_ClosedCompiler, **_OPTIONS
)
