"""The kernels of the engine `compiled`; importing a part of them loads numba."""

from __future__ import annotations

import os

# Where colorama is installed, numba swaps `sys.stdout` for each message that it colours, and
# does so on the thread that compiles: what another thread prints meanwhile goes astray.
os.environ.setdefault("NUMBA_DISABLE_ERROR_MESSAGE_HIGHLIGHTING", "1")
