"""List the pages of the gallery."""

from __future__ import annotations

import argparse
import json

from layerlab.core.translation import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help=_("one JSON object a line"))


def run(args: argparse.Namespace) -> int:
    """Print key, title and claims of every page; return the exit code."""
    from layerlab.experiments import EXPERIMENTS

    if args.json:
        for page in EXPERIMENTS:
            line = {"key": page.key, "title": page.title, "claims": list(page.claims)}
            print(json.dumps(line, ensure_ascii=False))
        return 0
    width = max(map(len, EXPERIMENTS.keys()))
    for page in EXPERIMENTS:
        print(f"{page.key:<{width}}  {page.title}  ({', '.join(page.claims)})")
    return 0
