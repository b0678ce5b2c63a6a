"""What PyTorch draws, drawn without it, against PyTorch itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from layerlab.core.layout import Layout
from layerlab.nets.studies.torch_draws import TorchGenerator, he_networks

torch = pytest.importorskip("torch")  # the oracle

NETS = [(4, 2, 4), (4, 8, 4), (4, 4, 4, 4), (3, 16, 5, 16)]


@pytest.mark.parametrize("seed", [0, 42, 2**32 - 1])
def test_numbers_are_those_of_the_generator(seed: int) -> None:
    torch.manual_seed(seed)
    generator = TorchGenerator(seed)
    assert (torch.rand(37).double().numpy() == generator.uniform(37)).all()
    for count in (8, 32, 14, 160):
        wanted = torch.empty(count).normal_().double().numpy()
        assert generator.normal(count) == pytest.approx(wanted, abs=2e-6)
    with pytest.raises(ValueError, match="multiples of 16"):
        generator.normal(24)
    with pytest.raises(ValueError, match="even counts"):
        generator.normal(7)


def test_networks_are_drawn_one_after_another_from_one_seed() -> None:
    found = he_networks(42, NETS)
    torch.manual_seed(42)
    for sizes, flat in zip(NETS, found, strict=True):
        layout = Layout(sizes)
        layers = [torch.nn.Linear(a, b) for a, b in itertools.pairwise(sizes)]
        for k, layer in enumerate(layers):
            torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            wanted = layer.weight.detach().double().numpy().T
            assert layout.weights(flat, k) == pytest.approx(wanted, abs=2e-6)
            assert not layout.biases(flat, k).any()
    assert np.isfinite(np.concatenate(found)).all()
