"""The kernels of the engine `compiled`; importing a part of them loads numba."""
