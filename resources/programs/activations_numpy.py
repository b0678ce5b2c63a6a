"""What an activation makes of a normal distribution: mean, mean square, variance.

The integrals are sums over a fine grid.

Sources: Hendrycks & Gimpel 2016 (GELU), Elfwing et al. 2017 (SiLU), Maas et al. 2013 (leaky
ReLU), He et al. 2015 (mean square), Dugas et al. 2001 (softplus).
"""

# ---- Parameters
ACTIVATION = "relu"  # one of those in activation_and_derivative
SLOPE = 0.1  # of leaky ReLU below zero
MEAN = 0.0  # of z, what comes in
STD = 1.0  # standard deviation of z
SHARPNESS = 1.0  # of the softplus that is compared with ReLU

import numpy as np

from common.activations import activation_and_derivative

activation, derivative = activation_and_derivative(ACTIVATION, SLOPE)

x = np.linspace(-8, 8, 400_001)  # a standard normal distribution
weight = np.exp(-(x**2) / 2)
weight /= weight.sum()
z = MEAN + STD * x
h, rate = activation(z), derivative(z)

square = weight @ h**2
print(f"mean {weight @ h:.4f}")
print(f"mean square {square:.4f} of {MEAN**2 + STD**2:.4f}")
print(f"variance {square - (weight @ h) ** 2:.4f} of {STD**2:.4f}")
print(f"derivative exactly 0 at {100 * weight[rate == 0].sum():.1f} % of z")

softplus = np.logaddexp(SHARPNESS * z, 0) / SHARPNESS
print(f"softplus is at most {np.max(softplus - np.maximum(z, 0)):.4f} above ReLU")
