"""The optimizer Adam."""

import numpy as np


class Adam:
    """Adam (Kingma & Ba 2015): steps as long as the rate, whatever the gradient's scale."""

    def __init__(self, params, rate):
        self.params, self.rate, self.updates = params, rate, 0
        self.first = [np.zeros_like(p) for p in params]  # moving mean of the gradient
        self.second = [np.zeros_like(p) for p in params]  # and of its square

    def step(self, gradient):
        """Change the parameters in place; `gradient` is a list of arrays like them."""
        self.updates += 1
        # Both means start at 0; these factors make up for it.
        correct_1, correct_2 = 1 - 0.9**self.updates, 1 - 0.999**self.updates
        for p, g, m, v in zip(self.params, gradient, self.first, self.second, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= self.rate * ((m / correct_1) / (np.sqrt(v / correct_2) + 1e-8))
