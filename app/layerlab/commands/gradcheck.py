"""Check backpropagation against centred finite differences."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from layerlab.commands.common import add_lab_arguments, chosen_spec, json_line
from layerlab.core.translation import _, ngettext

LIMIT = 1e-5  # of the relative error of an array, in the 2-norm


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_lab_arguments(parser)
    parser.add_argument("--json", action="store_true", help=_("the result as JSON"))


def run(args: argparse.Namespace) -> int:
    """Check the gradients; return 0 where all agree, else 1."""
    from layerlab.nets.gradcheck import check_gradients

    found = check_gradients(chosen_spec(args))
    agrees = found.max_relative_error < LIMIT
    if args.json:
        print(json_line(asdict(found)))
    else:
        verdict = (
            _("backpropagation and finite differences agree")
            if agrees
            else _("backpropagation and finite differences DISAGREE")
        )
        print(
            ngettext(
                "{verdict}: relative error at most {error:.2e} (limit {limit:.0e}), "
                "{count} array skipped as too small",
                "{verdict}: relative error at most {error:.2e} (limit {limit:.0e}), "
                "{count} arrays skipped as too small",
                found.skipped,
                verdict=verdict,
                error=found.max_relative_error,
                limit=LIMIT,
            )
        )
    return 0 if agrees else 1
