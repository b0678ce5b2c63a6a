"""Making the kernels of a dtype: from the cache if it has them, by the compiler if not."""

from __future__ import annotations

from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.nets.engines.compiled.trainer import CompiledTrainer
from layerlab.nets.problem import initialize, problem_of


def make_kernels(dtype: str) -> None:
    """Compile all that a training calls, on this thread.

    Args:
        dtype: `float32` or `float64`.
    """
    # One call with the arguments of every other: what is chosen at run time compiles too.
    spec = LabSpec(
        task=TaskSpec(samples=4),
        net=NetSpec(hidden=(2,)),
        train=TrainSpec(seeds=1, updates=1, dtype=dtype),
    )
    problem = problem_of(spec)
    # Its start looks at the loss, so that `look` is compiled as well.
    CompiledTrainer(problem, initialize(problem)).train_here(1)
