"""A layer and a shift in either order, the mean over shifts, and a kernel found from data.

What commutes with every shift is a convolution; a mean over shifts makes one of any layer.

Sources: Fukushima 1980 and LeCun et al. 1989 (shared filters), Cohen & Welling 2016 (what
commutes with a group).
"""

# ---- Parameters
# A square, by rows.
PICTURE = [
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 0.65, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.65, 1.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 0.65, 0.65, 1.0, 1.0, 1.0, 1.0, 1.0, 0.65, 0.65, 1.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0],
    [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0],
    [0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0],
    [0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0],
    [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.35, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0],
    [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.35, 0.35, 0.35, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.65, 0.35, 0.65, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
]
KERNEL = [0.0, -1.0, 0.0, -1.0, 4.0, -1.0, 0.0, -1.0, 0.0]  # 3 by 3, by rows
LAYER = "convolution"  # "local": a filter at each position; "dense": other weights too
STEP = 16  # the mean is over shifts by multiples of it: 16, the side, for the layer itself
BORDER = "wrap"  # what is beyond the border: "wrap", the other side, or "constant", zeros
POOL = 2  # side of the blocks whose maximum is taken
SHIFT = (2, 3)  # down and to the right
IMAGES = 8  # random images from which the kernel is found
NOISE = 0.3  # standard deviation of the noise in their targets
OWN = 0.4  # standard deviation of what a local layer's filters add to the kernel
DENSE = 0.12  # standard deviation of what a dense layer adds to all of its weights
SMALL_SIDE = 8  # side of the random images
DRAWN = 64  # of which the first so many are seen
SEEDS = (11, 4)  # of the layers' random parts, of the images

import numpy as np

x, kernel = np.array(PICTURE), np.array(KERNEL)
n = len(x)
own = kernel + OWN * np.random.default_rng(SEEDS[0]).standard_normal((n, n, 9))
noise_of_dense = DENSE * np.random.default_rng(SEEDS[0]).standard_normal((n * n, n * n))


def patches(image):
    """Return all patches of 3 by 3 within an image, one a row."""
    return np.lib.stride_tricks.sliding_window_view(image, (3, 3)).reshape(-1, 9)


def apply(image):
    """Return what the layer makes of an image (n, n)."""
    seen = patches(np.pad(image, 1, mode=BORDER))
    if LAYER == "local":
        return (seen * own.reshape(-1, 9)).sum(1).reshape(n, n)
    out = (seen @ kernel).reshape(n, n)
    if LAYER == "dense":
        out = out + (image.ravel() @ noise_of_dense).reshape(n, n)
    return out


def f(image):
    """Return the mean over shifts: back, through the layer, and forth."""
    shifts = [(r, c) for r in range(0, n, STEP) for c in range(0, n, STEP)]
    return np.mean(
        [np.roll(apply(np.roll(image, (-r, -c), (0, 1))), (r, c), (0, 1)) for r, c in shifts],
        axis=0,
    )


def pooled(image):
    """Return the maximum of each block."""
    return image.reshape(n // POOL, POOL, n // POOL, POOL).max((1, 3))


# 1. Shift first or last.
first, last = f(np.roll(x, SHIFT, (0, 1))), np.roll(f(x), SHIFT, (0, 1))
print(f"output from {f(x).min():.6g} to {f(x).max():.6g}")
print(f"shift first or last: off by {np.abs(first - last).max():.3g}")
print(f"pooled: off by {np.abs(pooled(first) - pooled(f(x))).max():.6g}")

# 2. How far the layer is from a convolution.
pulse = np.zeros((n, n))
pulse[0, 0] = 1
response = f(pulse)  # of a convolution, it is all: the kernel, turned by half
convolved = np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(response)).real
print(f"not a convolution by {np.abs(f(x) - convolved).max():.3g}; its kernel:")
print(np.round(np.roll(response, (1, 1), (0, 1))[2::-1, 2::-1], 3))

# 3. The kernel, found by least squares from random images.
rng = np.random.default_rng(SEEDS[1])
seen = np.array(
    [patches(image) for image in rng.standard_normal((DRAWN, SMALL_SIDE, SMALL_SIDE))]
)
noise = NOISE * rng.standard_normal(seen.shape[:2])
seen, noise = seen[:IMAGES].reshape(-1, 9), noise[:IMAGES].ravel()
targets = seen @ kernel + noise
found = np.linalg.lstsq(seen, targets, rcond=None)[0]
print(f"kernel found from {IMAGES} images: off by {np.linalg.norm(found - kernel):.3g}")
