"""Initial weights and biases of a layer."""

import math

import numpy as np


def initial(name, rng, a, b, weight_std=1.5, bias_std=0.0):
    """Draw the weights (a, b) and biases (b,) of a layer with a inputs and b outputs.

    weight_std and bias_std are those of `normal`: the weights have weight_std / sqrt(a).
    """
    normals = {  # standard deviations
        "small-normal": 0.01,
        "xavier-normal": math.sqrt(2 / (a + b)),
        "he-normal": math.sqrt(2 / a),
        "large-normal": 1.0,
        "lecun-normal": math.sqrt(1 / a),
        "zeros": 0.0,
    }
    uniforms = {  # bounds
        "xavier-uniform": math.sqrt(6 / (a + b)),
        "he-uniform": math.sqrt(6 / a),
    }
    biases = np.zeros(b)
    if name in normals:
        return rng.standard_normal((a, b)) * normals[name], biases
    if name in uniforms:
        return rng.uniform(-uniforms[name], uniforms[name], (a, b)), biases
    if name == "normal":
        weights = rng.standard_normal((a, b)) * (weight_std / math.sqrt(a))
        return weights, rng.standard_normal(b) * bias_std if bias_std else biases
    if name == "torch-default":  # as nn.Linear draws them
        bound = 1 / math.sqrt(a)
        return rng.uniform(-bound, bound, (a, b)), rng.uniform(-bound, bound, b)
    assert name == "orthogonal", name
    q, r = np.linalg.qr(rng.standard_normal((max(a, b), min(a, b))))
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)  # else not uniform over rotations
    return (q if a >= b else q.T), biases
