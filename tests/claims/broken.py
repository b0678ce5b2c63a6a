"""For each row: the verdict that the ledger finds, and a break that turns it.

Every break goes through the row's own computation: a wrong initializer, a wrong formula, a
wrong task. Figures are only handed to a judge by hand where nothing else is computed.
"""

from __future__ import annotations

from app.claims.base import HOLDS, NOT_REPRODUCED, ONLY_IF, WRONG
from app.core.layout import Layout
from app.nets.transformers import feed_forward_parameters
from tests.claims.breaking import Break, instead, scaled_init

# Parameters without biases, or with one row too few of each matrix.
_no_biases = property(
    lambda self: sum(a * b for a, b in zip(self.sizes, self.sizes[1:], strict=False))
)


def _counts(**parameters: int) -> Break:
    """Let networks of these sizes, such as `s4_8_4`, have so many parameters."""
    sizes = {tuple(map(int, name[1:].split("_"))): n for name, n in parameters.items()}
    right = Layout.parameters.fget
    return instead(
        "app.core.layout.Layout.parameters",
        property(lambda self: sizes.get(self.sizes) or right(self)),
    )


def _linear_block(d_model: int, hidden: int, **rest: bool) -> int:
    return feed_forward_parameters(d_model, 1, **rest)


BROKEN: dict[str, tuple[str, Break]] = {
    "D1": (HOLDS, instead("app.core.layout.Layout.parameters", _no_biases)),
    "D2": (ONLY_IF, scaled_init("large-normal", 1.02)),
    "D3": (ONLY_IF, scaled_init("large-normal", 1.2)),
    "D4": (ONLY_IF, scaled_init("large-normal", 1.1)),
    "D5": (ONLY_IF, scaled_init("large-normal", 1.2)),
    "D6": (ONLY_IF, scaled_init("large-normal", 1.02)),
    "D7": (HOLDS, scaled_init("small-normal", 2)),
    "D8": (HOLDS, scaled_init("large-normal", 1.02)),
    "D9": (HOLDS, scaled_init("xavier-normal", 1.02)),
    "D10": (HOLDS, scaled_init("he-normal", 1.02)),
    "D11": (ONLY_IF, scaled_init("he-normal", 0.4)),
    "D12": (HOLDS, instead("app.claims.flip.ONE", (1,))),
    "D13": (WRONG, _counts(s4_4_4_4=52, s4_4_4_4_4=60)),
    "D14": (WRONG, _counts(s4_63_4=507)),
    "D15": (WRONG, _counts(s4_8_8_4=140)),
    "D19": (WRONG, instead("app.nets.tasks.flip.flipped", lambda x: x * x[..., ::-1])),
    "D25": (
        WRONG,
        instead("app.claims.counts.feed_forward_parameters", lambda *a, **k: 67_108_864),
    ),
    "D31": (
        WRONG,
        instead("app.nets.transformers.attention_parameters", lambda d: 6.75 * d * d),
    ),
    "D32": (NOT_REPRODUCED, scaled_init("small-normal", 1e-4)),
    "D36": (
        WRONG,
        instead("app.core.layout.Layout.parameters", property(lambda self: max(self.sizes))),
    ),
    "D37": (HOLDS, instead("app.claims.counts.feed_forward_parameters", _linear_block)),
}
