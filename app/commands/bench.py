"""Measure how many updates a second an engine does on small networks."""

from __future__ import annotations

import argparse
import contextlib
import math
from typing import Any

from app.commands.common import NotReadyError, json_line
from app.core.errors import LabError

MAX_SEEDS = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--cases", metavar="FILE", help="networks in JSON; the lab's own eight "
                        "if not given")  # fmt: skip
    parser.add_argument(
        "--engine", metavar="NAME", default="compiled", help="compiled or numpy"
    )
    parser.add_argument("--seeds", type=int, default=1, metavar="S",
                        help="networks trained at once, on one thread")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="results as JSON, one a line")
    parser.add_argument("--peers", action="store_true", help="also measure JAX, PyTorch and "
                        "scikit-learn, those that are installed, and print ratios")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Measure case by case, the engine and its peers in turn; return the exit code."""
    from app.core.resources import resource
    from app.nets.speed import read_cases, trainer_of

    if not 1 <= args.seeds <= MAX_SEEDS:
        raise LabError(f"--seeds is {args.seeds}, the range is 1 to {MAX_SEEDS}")
    cases = read_cases(args.cases or resource("specs/bench-cases.json"))
    trainer_of(args.engine, cases[0], args.seeds)  # refuses before a peer has loaded
    ratios = []
    with contextlib.ExitStack() as stack:
        peers = [stack.enter_context(peer) for peer in _peers(args)]
        for case in cases:
            rates = _measure(args, case, peers)
            for name, rate in rates.items():
                _say(args.json, _line("engine" if name == args.engine else "peer", name,
                                      case.name, args.seeds, rate))  # fmt: skip
            if peers:
                ratios.append(_ratio(args, case.name, rates))
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        line = {"engine": args.engine, "seeds": args.seeds, "geometric_mean_ratio": mean}
        print(json_line(line) if args.json else f"geometric mean ratio {mean:.2f}")
    return 0


def _peers(args: argparse.Namespace) -> list[Any]:
    if not args.peers:
        return []
    from app.core.program import is_bundle
    from app.nets.peers import Peer, installed

    if is_bundle():
        raise NotReadyError("--peers: the built program brings no peers; a clone has them")

    names = installed(args.seeds)
    if not names:
        which = "JAX" if args.seeds > 1 else "JAX, PyTorch and scikit-learn"
        raise NotReadyError(f"--peers: of {which} none is installed; "
                            "`pip install layerlab[bench]` brings JAX")  # fmt: skip
    return [Peer(name, args.seeds) for name in names]


def _measure(args: argparse.Namespace, case: Any, peers: list[Any]) -> dict[str, float]:
    """Return updates a second by name, the engine's own first."""
    from app.nets.speed import rate_of, trainer_of, updates_per_call

    train = trainer_of(args.engine, case, args.seeds)
    rates = {args.engine: rate_of(train, updates_per_call(case, args.seeds), args.seeds)}
    return rates | {peer.name: peer.rate(case) for peer in peers}


def _ratio(args: argparse.Namespace, case: str, rates: dict[str, float]) -> float:
    ours = rates.pop(args.engine)
    fastest = max(rates, key=lambda name: rates[name])
    ratio = ours / rates[fastest]
    line = {"engine": args.engine, "case": case, "seeds": args.seeds, "peer": fastest,
            "ratio": ratio}  # fmt: skip
    print(json_line(line) if args.json else f"{'':24}{ratio:12.2f} times {fastest}")
    return ratio


def _line(kind: str, name: str, case: str, seeds: int, rate: float) -> dict[str, Any]:
    return {kind: name, "case": case, "seeds": seeds, "updates_per_s": round(rate)}


def _say(as_json: bool, line: dict[str, Any]) -> None:
    name = line.get("engine") or line["peer"]
    text = f"{line['case']:<14}{name:<10}{line['updates_per_s']:>12,} updates/s"
    print(json_line(line) if as_json else text, flush=True)
