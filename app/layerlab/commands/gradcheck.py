"""Check backpropagation against centred finite differences."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from layerlab.commands.common import add_lab_arguments, chosen_spec, json_line

LIMIT = 1e-5  # of the relative error of an array, in the 2-norm


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_lab_arguments(parser)
    parser.add_argument("--json", action="store_true", help="the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Check the gradients; return 0 where all agree, else 1."""
    from layerlab.nets.gradcheck import check_gradients

    found = check_gradients(chosen_spec(args))
    agrees = found.max_relative_error < LIMIT
    if args.json:
        print(json_line(asdict(found)))
    else:
        verdict = "agree" if agrees else "DISAGREE"
        print(
            f"backpropagation and finite differences {verdict}: relative error at most "
            f"{found.max_relative_error:.2e} (limit {LIMIT:.0e}), {found.skipped} arrays "
            "skipped as too small"
        )
    return 0 if agrees else 1
