"""How every function of the kernels is compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numba.extending

# nogil: the window paints meanwhile. numpy's error model: a division by zero gives inf or
# nan, as in numpy; Python's would look at each divisor, and no loop with one would be
# vectorized. contract: x * y + z may be one instruction; nothing else is rearranged, so
# that nan and inf come out as they should.
_Function = Callable[..., Any]
jit: Callable[[_Function], _Function] = numba.njit(
    nogil=True, error_model="numpy", fastmath={"contract"}
)
intrinsic: Callable[[_Function], _Function] = numba.extending.intrinsic
overload: Callable[[_Function], Callable[[_Function], _Function]] = numba.extending.overload
