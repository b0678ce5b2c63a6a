"""The compiled engine with the vectors of other processors; the short form of a campaign."""

from __future__ import annotations

import pytest

from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines.compiled import target
from layerlab.nets.losses import LOSSES
from layerlab.nets.optimizers import OPTIMIZERS
from tests.campaign import widths


@pytest.mark.timeout(widths.TIMEOUT_S)
@pytest.mark.parametrize("dtype", widths.DTYPES)
@pytest.mark.parametrize("width", target.WIDTHS)
def test_the_engine_at_a_width(width: int, dtype: str) -> None:
    if width not in target.widths():
        pytest.skip(f"this processor has no vectors of {width} bytes")
    done = widths.checked(width, dtype, is_short=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith("trainings agree")


def test_the_short_form_trains_with_each_name() -> None:
    parts = map(set, zip(*widths.trainings(is_short=True), strict=True))
    assert list(parts) == [{*registry.keys()} for registry in (ACTIVATIONS, OPTIMIZERS, LOSSES)]
