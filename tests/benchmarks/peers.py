"""Other libraries on the same cases, each in a process of its own.

That process is `python -m tests.benchmarks.peers`. It gets a peer's name, then reads cases as
JSON, one a line, and answers each with updates per second. It lives as long as its input is
open.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import subprocess
import sys
import warnings
from typing import Any

import msgspec

from layerlab.nets.engines.compiled import target
from tests.benchmarks.small_networks import RATE, Case, data_of, rate_of, updates_per_call

PEERS = {"jax": "jax", "torch": "torch", "sklearn": "sklearn"}  # name -> its module
MANY_SEEDS = ("jax",)  # train many networks in one call; the others would take turns

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ONE_THREAD = dict.fromkeys(_THREADS, "1") | {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
}

# Where a width of vectors is forced, the peers do with the same: what each of them reads.
# JAX's limit is for the code that XLA compiles. Products go to a library of its own, YNNPACK,
# which looks at the processor: a product of 256 x 256 takes the same time at all three limits.
NARROWER = {
    32: {
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
        "ATEN_CPU_CAPABILITY": "avx2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
    },
    16: {
        "XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2",
        "ATEN_CPU_CAPABILITY": "default",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "OPENBLAS_CORETYPE": "Nehalem",
    },
}


def environment() -> dict[str, str]:
    """Return the environment of a peer: one thread, and no wider vectors than the engine's."""
    found = os.environ | ONE_THREAD
    if os.environ.get(target.VARIABLE):
        for name, value in NARROWER.get(target.current().vector_bytes, {}).items():
            found[name] = f"{found[name]} {value}" if name == "XLA_FLAGS" else value
    return found


def installed(seeds: int = 1) -> list[str]:
    """Return the peers that are installed and train that many networks at once."""
    names = PEERS if seeds == 1 else MANY_SEEDS
    return [name for name in names if importlib.util.find_spec(PEERS[name]) is not None]


class Peer:
    """A peer's process; use it as a context.

    Args:
        name: of `PEERS`.
        seeds: networks trained at once.
    """

    def __init__(self, name: str, seeds: int) -> None:
        self.name, self._seeds = name, seeds

    def __enter__(self) -> Peer:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.peers", self.name, str(self._seeds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        return self

    def rate(self, case: Case) -> float:
        """Return the updates a second that the peer does on a case."""
        to, answers = self._process.stdin, self._process.stdout
        assert to is not None
        assert answers is not None
        try:
            to.write(msgspec.json.encode(case).decode() + "\n")
            to.flush()
            answer = answers.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise RuntimeError(f"the peer {self.name} failed on the case {case.name}")
        return float(answer)

    def __exit__(self, *error: object) -> None:
        self._process.communicate()  # closes its input, so that it ends


def _jax(case: Case, seeds: int) -> float:
    import jax
    import jax.numpy as jnp

    shape, xy, updates = case.shape, data_of(case), updates_per_call(case, seeds)
    xs, ys = (jnp.asarray(a.reshape(case.batches, case.batch, -1)) for a in xy)

    def initial(key: Any) -> Any:
        sizes = itertools.pairwise(shape)
        return [(jax.random.normal(key, (a, b)) / a**0.5, jnp.zeros(b)) for a, b in sizes]

    def loss(params: Any, x: Any, y: Any) -> Any:
        for weights, biases in params[:-1]:
            x = jnp.tanh(x @ weights + biases)
        weights, biases = params[-1]
        return ((x @ weights + biases - y) ** 2).mean()

    def step(params: Any, batch: Any) -> Any:
        slopes = jax.grad(loss)(params, *batch)
        return jax.tree.map(lambda p, g: p - RATE * g, params, slopes), None

    def epochs(params: Any) -> Any:
        def epoch(params: Any, _: Any) -> Any:
            return jax.lax.scan(step, params, (xs, ys))[0], None

        return jax.lax.scan(epoch, params, None, length=updates // case.batches)[0]

    run = jax.jit(jax.vmap(epochs))
    params = jax.vmap(initial)(jax.random.split(jax.random.PRNGKey(0), seeds))
    return rate_of(lambda updates: jax.block_until_ready(run(params)), updates, seeds)


def _torch(case: Case, seeds: int) -> float:
    import torch

    torch.set_num_threads(1)
    x, y = map(torch.from_numpy, data_of(case))
    parts: list[Any] = []
    for a, b in itertools.pairwise(case.shape):
        parts += [torch.nn.Linear(a, b), torch.nn.Tanh()]
    net = torch.nn.Sequential(*parts[:-1])
    sgd = torch.optim.SGD(net.parameters(), lr=RATE)

    def train(updates: int) -> None:
        for update in range(updates):
            rows = slice(update % case.batches * case.batch, None)
            inputs, targets = x[rows][: case.batch], y[rows][: case.batch]
            loss = torch.nn.functional.mse_loss(net(inputs), targets)
            sgd.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            sgd.step()

    return rate_of(train, updates_per_call(case, 1), 1)


def _sklearn(case: Case, seeds: int) -> float:
    from sklearn.neural_network import MLPRegressor

    warnings.simplefilter("ignore")  # that it did not converge
    x, y = data_of(case)

    def train(updates: int) -> None:
        net = MLPRegressor(
            hidden_layer_sizes=case.shape[1:-1],
            activation="tanh",
            solver="sgd",
            batch_size=case.batch,
            learning_rate_init=RATE,
            momentum=0,
            alpha=0,
            tol=0,
            max_iter=updates // case.batches,
            n_iter_no_change=10**6,
            shuffle=False,
        )
        net.fit(x, y.squeeze())

    # Each fit begins from nothing, which should not count for much.
    return rate_of(train, 4 * updates_per_call(case, 1), 1)


def main(name: str, seeds: int) -> int:
    """Answer cases until there are no more; return the exit code."""
    measure = {"jax": _jax, "torch": _torch, "sklearn": _sklearn}[name]
    for line in sys.stdin:
        print(measure(msgspec.convert(json.loads(line), Case), seeds), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
