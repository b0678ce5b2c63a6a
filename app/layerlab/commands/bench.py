"""Measure how many updates a second an engine does on small networks."""

from __future__ import annotations

import argparse
import contextlib
import math
import statistics
from typing import Any

from layerlab.commands.common import json_line
from layerlab.core.errors import LabError, NotReadyError

MAX_SEEDS, MAX_RUNS = 64, 99


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--cases", metavar="FILE", help="networks in JSON; the lab's own eight if not given"
    )
    parser.add_argument(
        "--engine", metavar="NAME", default="compiled", help="compiled or numpy"
    )
    parser.add_argument(
        "--seeds",
        type=int,
        default=1,
        metavar="S",
        help="networks trained at once, on one thread",
    )
    parser.add_argument("--json", action="store_true", help="results as JSON, one a line")
    parser.add_argument(
        "--peers",
        nargs="*",
        metavar="NAME",
        help="also measure JAX (jax), PyTorch (torch) and scikit-learn (sklearn), all that "
        "are installed if none is named, and print ratios",
    )
    parser.add_argument(
        "--runs",
        type=int,
        default=1,
        metavar="R",
        help="measure each so often, the engine and its peers in turn, and print medians",
    )


def run(args: argparse.Namespace) -> int:
    """Measure case by case, the engine and its peers in turn; return the exit code."""
    from layerlab.core.resources import resource
    from layerlab.nets.speed import read_cases, trainer_of

    if not 1 <= args.seeds <= MAX_SEEDS:
        raise LabError(f"--seeds is {args.seeds}, the range is 1 to {MAX_SEEDS}")
    if not 1 <= args.runs <= MAX_RUNS:
        raise LabError(f"--runs is {args.runs}, the range is 1 to {MAX_RUNS}")
    cases = read_cases(args.cases or resource("specs/bench-cases.json"))
    trainer_of(args.engine, cases[0], args.seeds)  # refuses before a peer has loaded
    ratios = []
    with contextlib.ExitStack() as stack:
        peers = [stack.enter_context(peer) for peer in _peers(args)]
        for case in cases:
            runs = [_measure(args, case, peers) for _ in range(args.runs)]
            for name in runs[0]:
                rate = statistics.median(rates[name] for rates in runs)
                _say(
                    args.json,
                    _line(
                        "engine" if name == args.engine else "peer",
                        name,
                        case.name,
                        args.seeds,
                        rate,
                    ),
                )
            if peers:
                ratios.append(_ratio(args, case.name, runs))
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        line = {"engine": args.engine, "seeds": args.seeds, "geometric_mean_ratio": mean}
        print(json_line(line) if args.json else f"geometric mean ratio {mean:.2f}")
    return 0


def _peers(args: argparse.Namespace) -> list[Any]:
    if args.peers is None:
        return []
    from layerlab.core.program import is_bundle
    from layerlab.nets.peers import Peer, chosen, installed

    if is_bundle():
        raise NotReadyError("--peers: the built program brings no peers; a clone has them")

    names = chosen(args.peers, args.seeds)
    if missing := [name for name in names if name not in installed(args.seeds)]:
        raise NotReadyError(
            f"--peers: {missing[0]} is not installed; `pip install layerlab[bench]` brings JAX"
        )
    names = names or installed(args.seeds)
    if not names:
        which = "JAX" if args.seeds > 1 else "JAX, PyTorch and scikit-learn"
        raise NotReadyError(
            f"--peers: of {which} none is installed; `pip install layerlab[bench]` brings JAX"
        )
    return [Peer(name, args.seeds) for name in names]


def _measure(args: argparse.Namespace, case: Any, peers: list[Any]) -> dict[str, float]:
    """Return updates a second by name, the engine's own first."""
    from layerlab.nets.speed import rate_of, trainer_of, updates_per_call

    train = trainer_of(args.engine, case, args.seeds)
    rates = {args.engine: rate_of(train, updates_per_call(case, args.seeds), args.seeds)}
    return rates | {peer.name: peer.rate(case) for peer in peers}


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
    print(json_line(line) if args.json else text, flush=True)
    return ratio


def _line(kind: str, name: str, case: str, seeds: int, rate: float) -> dict[str, Any]:
    return {kind: name, "case": case, "seeds": seeds, "updates_per_s": round(rate)}


def _say(as_json: bool, line: dict[str, Any]) -> None:
    name = line.get("engine") or line["peer"]
    text = f"{line['case']:<14}{name:<10}{line['updates_per_s']:>12,} updates/s"
    print(json_line(line) if as_json else text, flush=True)
