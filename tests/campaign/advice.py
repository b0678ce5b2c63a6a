"""The adviser on the committed specs: how often it is right, and what its cures do.

    python -m tests.campaign.advice

Trains the specs of `tests/benchmarks/adviser_specs.json` and every cure that is offered.
It fails where the adviser is wrong on more than a tenth of the sick or of the healthy ones, of
any of its groups, or where a cure makes the median loss on the held-out points worse by more
than 5 %. The short form is in `tests/nets/test_adviser.py`.
"""

from __future__ import annotations

import argparse
import sys

from tests.benchmarks.adviser import judge_specs
from tests.benchmarks.adviser_specs import GROUPS


def main() -> int:
    """Judge all groups; return 1 where an aim is missed."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    return max([judge_specs(group, is_thorough=True) for group in GROUPS])


if __name__ == "__main__":
    sys.exit(main())
