"""The page as a program of NumPy. No Qt."""

from __future__ import annotations

import numpy as np

from layerlab.experiments.convolution.born import DENSE, OWN
from layerlab.experiments.convolution.finding import SMALL
from layerlab.experiments.convolution.names import SIDE

Array = np.ndarray


def _picture(values: Array) -> str:
    lines = [", ".join(f"{v:g}" for v in np.round(row, 3)) for row in values]
    return "\n".join(f"    [{line}]," for line in lines)


def program(
    picture: Array,
    kernel: Array,
    layer: str,
    over: int,
    border: str,
    pool: int,
    shift: tuple[int, int],
    images: int,
    noise: float,
) -> str:
    """Return a program that shifts and filters the same picture, and finds the kernel."""
    step = SIDE // round(over**0.5)
    mode = "wrap" if border == "wrapped" else "constant"
    return f'''"""A layer and a shift in both orders, an average over shifts, a kernel found."""

import numpy as np

x = np.array([
{_picture(picture)}
])
kernel = np.array({kernel.tolist()})  # by rows
shift, pool = {shift}, {pool}  # down and to the right; side of a block
layer, step = {layer!r}, {step}  # averaged over the {over} shifts by multiples of step
n, rng = len(x), np.random.default_rng(0)
own = kernel + {OWN} * rng.standard_normal((n, n, 9))  # a filter at each place
noise_of_dense = {DENSE} * rng.standard_normal((n * n, n * n))


def patches(image, mode={mode!r}):
    image = np.pad(image, 1, mode=mode) if mode else image
    return np.lib.stride_tricks.sliding_window_view(image, (3, 3)).reshape(-1, 9)


def apply(image):
    if layer == "local":
        return (patches(image) * own.reshape(-1, 9)).sum(1).reshape(n, n)
    out = (patches(image) @ kernel).reshape(n, n)
    if layer == "dense":
        out = out + (image.ravel() @ noise_of_dense).reshape(n, n)
    return out


def f(image):  # the mean over shifts: back, through the layer, and forth
    turns = [(r, c) for r in range(0, n, step) for c in range(0, n, step)]
    return np.mean([
        np.roll(apply(np.roll(image, (-r, -c), (0, 1))), (r, c), (0, 1)) for r, c in turns
    ], axis=0)


def pooled(image):
    return image.reshape(n // pool, pool, n // pool, pool).max((1, 3))


first, last = f(np.roll(x, shift, (0, 1))), np.roll(f(x), shift, (0, 1))
print(f"output from {{f(x).min():.6g}} to {{f(x).max():.6g}}")
print(f"shift first or last: off by {{np.abs(first - last).max():.3g}}")
print(f"pooled: off by {{np.abs(pooled(first) - pooled(f(x))).max():.6g}}")

pulse = np.zeros((n, n))
pulse[0, 0] = 1
answer = f(pulse)  # of a convolution, it says all: the kernel, turned by half
convolved = np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(answer)).real
print(f"not a convolution by {{np.abs(f(x) - convolved).max():.3g}}; its kernel:")
print(np.round(np.roll(answer, (1, 1), (0, 1))[2::-1, 2::-1], 3))

drawn = rng.standard_normal(({images}, {SMALL}, {SMALL}))
seen = np.vstack([patches(image, None) for image in drawn])
targets = seen @ kernel + {noise!r} * rng.standard_normal(len(seen))
found = np.linalg.lstsq(seen, targets, rcond=None)[0]
print(f"kernel found from {images} images: off by {{np.linalg.norm(found - kernel):.3g}}")
'''
