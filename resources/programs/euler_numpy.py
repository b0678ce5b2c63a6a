"""Residual layers as steps of Euler's method, x + dt phi(W x), and trained on two moons.

Sources: Haber & Ruthotto 2017 (arXiv 1705.03341), E 2017, Chen et al. 2018 (arXiv 1806.07366),
Hairer & Wanner 1996, section IV.2 (stability of Euler's method).
"""

# ---- Parameters
FIELD = "tanh"  # phi: "tanh" or "linear"
W = [[-0.4, -1.6], [1.6, -0.4]]
DT = 0.25  # a step
END = 8.0  # time at which a path ends
STARTS = [[1.8, 0.5], [-0.6, 1.6], [-1.7, -0.8], [0.8, -1.5]]
DEPTH = 12  # layers of the network that is trained

import numpy as np

from common.adam import Adam

phi, derivative = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "linear": (lambda z: z, np.ones_like),
}[FIELD]

# 1. Stability.
w = np.array(W)
values = np.linalg.eigvals(w)
print("eigenvalues", np.round(values, 4))
print("|1 + dt lambda|", np.round(np.abs(1 + DT * values), 4))
if (values.real < 0).all():
    print(f"largest stable dt {(-2 * values.real / abs(values) ** 2).min():.6g}")
else:
    print("no dt is stable")


# 2. Paths.
def stepped(x, dt):
    """Return the points x (n, 2) after one step of Euler's method, kept finite."""
    return np.clip(x + dt * phi(x @ w.T), -1e12, 1e12)


def flowed(x, dt):
    """Return the points after the same time by Runge and Kutta, in twenty steps."""
    for _ in range(20):
        a = phi(x @ w.T)
        b = phi((x + dt / 40 * a) @ w.T)
        c = phi((x + dt / 40 * b) @ w.T)
        d = phi((x + dt / 20 * c) @ w.T)
        x = x + dt / 120 * (a + 2 * b + 2 * c + d)
    return x


x = y = np.array(STARTS)
off, steps = 0.0, int(END / DT + 1e-9)
for _ in range(steps):
    x, y = stepped(x, DT), flowed(y, DT)
    off = max(off, np.linalg.norm(x - y, axis=1).max())
print(f"{steps} steps of {DT} come off the flow by {off:.4g} at most")

# 3. A residual network two wide on two moons: h + phi(h W + b) in every layer.
rng, n = np.random.default_rng(0), 200
label = np.arange(n) % 2
angle = np.pi * (rng.uniform(0, 1, n) + label)
x = np.where(label[:, None] == 1, [0.3, 0.15], [-0.3, -0.15])
x = x + 0.6 * np.stack([np.cos(angle), np.sin(angle)], 1)
x = x + 0.06 * rng.standard_normal(x.shape)
best = None
for seed in range(3):
    rng = np.random.default_rng(seed)
    params = []
    for _ in range(DEPTH):
        params += [rng.standard_normal((2, 2)) / np.sqrt(2 * DEPTH), np.zeros(2)]
    params += [rng.standard_normal((2, 1)) / np.sqrt(2 * DEPTH), np.zeros(1)]
    adam = Adam(params, rate=0.01)
    for _ in range(1000):
        h, pre_activations = [x], []
        for k in range(DEPTH):
            pre_activations.append(h[k] @ params[2 * k] + params[2 * k + 1])
            h.append(h[k] + phi(pre_activations[k]))
        out = (h[-1] @ params[-2] + params[-1])[:, 0]
        probability = 0.5 + 0.5 * np.tanh(out / 2)  # the logistic function
        dh, gradient = ((probability - label) / n)[:, None], [None] * len(params)
        gradient[-2], gradient[-1] = h[-1].T @ dh, dh.sum(0)
        dh = dh @ params[-2].T
        for k in reversed(range(DEPTH)):
            dz = dh * derivative(pre_activations[k])
            gradient[2 * k], gradient[2 * k + 1] = h[k].T @ dz, dz.sum(0)
            dh = dh + dz @ params[2 * k].T  # the skip
        for p, g in zip(params, gradient, strict=True):
            if p.ndim == 2:  # L2, of weights alone
                g += 0.01 * p
        adam.step(gradient)
    right = np.mean((out > 0) == (label == 1))
    best = right if best is None else max(best, right)
    print(f"seed {seed}: {DEPTH} layers get {100 * right:.1f} % of the moons right")
print(f"the best of them {100 * best:.1f} %")
