"""Activations and their derivatives."""

import math

import numpy as np


def normal_cdf(z):
    """Return how much of a standard normal distribution is below z."""
    return 0.5 * (1 + np.vectorize(math.erf)(z / math.sqrt(2)))


def normal_pdf(z):
    """Return the density of a standard normal distribution."""
    return np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


def sigmoid(z):
    """Return the logistic function, written so that it does not overflow."""
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def activation_and_derivative(name, slope=0.01):
    """Return two functions of z; `slope` is that of leaky ReLU below zero."""
    return {
        "relu": (lambda z: np.maximum(z, 0), lambda z: np.where(z > 0, 1.0, 0.0)),
        "leaky-relu": (
            lambda z: np.where(z > 0, z, slope * z),
            lambda z: np.where(z > 0, 1.0, slope),
        ),
        "gelu": (lambda z: z * normal_cdf(z), lambda z: normal_cdf(z) + z * normal_pdf(z)),
        "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
        "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
        "silu": (lambda z: z * sigmoid(z), lambda z: sigmoid(z) * (1 + z * (1 - sigmoid(z)))),
        "elu": (
            lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
            lambda z: np.exp(np.minimum(z, 0)),
        ),
        "softplus": (lambda z: np.logaddexp(z, 0), sigmoid),
        "hard-tanh": (
            lambda z: np.where(z > 1, 1.0, np.where(z < -1, -1.0, z)),
            lambda z: np.where(np.abs(z) <= 1, 1.0, 0.0),
        ),
        "sine": (np.sin, np.cos),
        "identity": (lambda z: z, np.ones_like),
    }[name]
