"""How many updates a second an engine does on small networks, beside other libraries.

    python -m tests.benchmarks.updates [--engine compiled] [--seeds 1]
        [--peers [jax torch sklearn]] [--runs 1] [--cases FILE] [--json]

`pip install layerlab[bench]` brings JAX.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import pathlib
import statistics

from layerlab.threads import one_thread_each

one_thread_each()  # as the command does

from tests.benchmarks.peers import MANY_SEEDS, PEERS, Peer, installed  # noqa: E402
from tests.benchmarks.small_networks import (  # noqa: E402
    CASES,
    ENGINES,
    Case,
    rate_of,
    read_cases,
    trainer_of,
    updates_per_call,
)


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=pathlib.Path, default=CASES, help="networks in JSON")
    parser.add_argument("--engine", choices=ENGINES, default="compiled")
    parser.add_argument("--seeds", type=int, default=1, help="networks trained at once")
    parser.add_argument(
        "--peers",
        nargs="*",
        choices=PEERS,
        help="also measure these, or all that are installed if none is named",
    )
    parser.add_argument("--runs", type=int, default=1, help="of which the medians are printed")
    parser.add_argument("--json", action="store_true", help="results as JSON, one a line")
    args = parser.parse_args()
    if args.seeds > 1 and (alone := set(args.peers or ()) - set(MANY_SEEDS)):
        parser.error(f"{', '.join(sorted(alone))}: trains one network at a time")
    return args


def main() -> None:
    """Measure case by case, the engine and its peers in turn."""
    args = arguments()
    ratios = []
    with contextlib.ExitStack() as stack:
        names = [] if args.peers is None else args.peers or installed(args.seeds)
        peers = [stack.enter_context(Peer(name, args.seeds)) for name in names]
        for case in read_cases(args.cases):
            runs = [_measure(args, case, peers) for _ in range(args.runs)]
            for name in runs[0]:
                _print_rate(args, case, name, statistics.median(rates[name] for rates in runs))
            if peers:
                ratios.append(_ratio(args, case.name, runs))
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        line = {"engine": args.engine, "seeds": args.seeds, "geometric_mean_ratio": mean}
        print(json.dumps(line) if args.json else f"geometric mean ratio {mean:.2f}")


def _measure(args: argparse.Namespace, case: Case, peers: list[Peer]) -> dict[str, float]:
    """Return updates a second by name, the engine's own first."""
    train = trainer_of(args.engine, case, args.seeds)
    rates = {args.engine: rate_of(train, updates_per_call(case, args.seeds), args.seeds)}
    return rates | {peer.name: peer.rate(case) for peer in peers}


def _print_rate(args: argparse.Namespace, case: Case, name: str, rate: float) -> None:
    kind = "engine" if name == args.engine else "peer"
    line = {
        kind: name,
        "case": case.name,
        "seeds": args.seeds,
        "updates_per_s": round(rate),
    }
    text = f"{case.name:<14}{name:<10}{round(rate):>12,} updates/s"
    print(json.dumps(line) if args.json else text, flush=True)


def _ratio(args: argparse.Namespace, case: str, runs: list[dict[str, float]]) -> float:
    """Print and return the median of the runs' ratios to the peer that is fastest in most."""
    peers = [name for name in runs[0] if name != args.engine]
    fastest = max(peers, key=lambda name: statistics.median(rates[name] for rates in runs))
    ratios = sorted(rates[args.engine] / rates[fastest] for rates in runs)
    ratio = statistics.median(ratios)
    line = {
        "engine": args.engine,
        "case": case,
        "seeds": args.seeds,
        "peer": fastest,
        "ratio": ratio,
    }
    text = f"{'':24}{ratio:12.2f} times {fastest}"
    if len(ratios) > 1:
        line |= {"runs": len(ratios), "least": ratios[0], "most": ratios[-1]}
        text += f", {ratios[0]:.2f} to {ratios[-1]:.2f} in {len(ratios)} runs"
    print(json.dumps(line) if args.json else text, flush=True)
    return ratio


if __name__ == "__main__":
    main()
