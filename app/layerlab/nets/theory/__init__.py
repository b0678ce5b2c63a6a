"""Theory: the expected signal and gradient at initialization, before any training.

Length map and correlation map of wide networks (Poole et al. 2016, arXiv 1606.05340;
Schoenholz et al. 2017, arXiv 1611.01232), started from the data's own Gram matrix, for
any activation, any list of widths, any std of weights and biases, with skip
connections and layer norm. Dropout is left out, as in measuring.

Pre-activations are taken as Gaussian: exact for weights drawn from a normal law in the first
layer, close for any law once a layer has many inputs.
"""

from __future__ import annotations

import functools

import numpy as np

from layerlab.core.frames import ACROSS_INPUTS, ACROSS_UNITS, MEAN_SQUARE
from layerlab.core.spec import LabSpec, NetSpec
from layerlab.nets.data import Data
from layerlab.nets.problem import load_data
from layerlab.nets.theory.backward import gradient_squares
from layerlab.nets.theory.forward import propagate_layers
from layerlab.nets.theory.ground import ground_of
from layerlab.nets.theory.scatter import bands, covered, no_bands

__all__ = ["theory"]

Array = np.ndarray
Lines = dict[str, Array]
NARROWEST_NORM = 4  # units; layer norm over fewer is far from that over many


def theory(spec: LabSpec) -> dict[str, Lines]:
    """Return the expected variances of each hidden layer at initialization.

    Args:
        spec: the lab; only its data, network and loss matter. Results are kept.

    Returns:
        `signal`: the three variances of what each hidden layer passes on; `gradient`: the
        mean square of dL/dz, of each input's own loss. Each by its name in
        `frames.VARIANCES`, (3, L): the expected value of a wide network, and the ends
        between which 9 of 10 networks of these widths should lie (both equal to the
        first where that scatter is not known). Empty where nothing is known: layer norm
        over fewer than `NARROWEST_NORM` units.
    """
    return _theory(load_data(spec.task), spec.net, spec.train.loss)


@functools.lru_cache(maxsize=32)
def _theory(data: Data, net: NetSpec, loss: str) -> dict[str, Lines]:
    if net.layer_norm and min(net.hidden, default=NARROWEST_NORM) < NARROWEST_NORM:
        return {"signal": {}, "gradient": {}}
    ground = ground_of(data, loss)
    with np.errstate(all="ignore"):  # exploding nets leave the range of numbers
        wide = propagate_layers(ground, net, ground.y.shape[1])
        gradient = gradient_squares(ground, net, loss, wide)
        signal = {
            ACROSS_INPUTS: np.array([layer.across_inputs for layer in wide.layers]),
            MEAN_SQUARE: np.array([layer.square.mean() for layer in wide.layers]),
            ACROSS_UNITS: np.array([layer.across_units for layer in wide.layers]),
        }
        known = bool(net.hidden) and covered(net)
        ends = bands(ground, net, loss, wide) if known else no_bands(len(net.hidden))
    return {
        "signal": {name: _line(line, ends.signal[name]) for name, line in signal.items()},
        "gradient": {MEAN_SQUARE: _line(gradient, ends.gradient)},
    }


def _line(expected: Array, factors: Array) -> Array:
    """Return the expected value and the ends of its band. (3, L)"""
    line = np.stack([expected, *(expected * factors)])
    line.setflags(write=False)  # it is kept and shared
    return line
