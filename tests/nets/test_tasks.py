"""Tasks: their points, their sizes, the spec that each brings."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from msgspec.structs import replace

from layerlab.core.spec import LabSpec, TaskSpec
from layerlab.nets.data import Data
from layerlab.nets.problem import check
from layerlab.nets.tasks import TASKS
from layerlab.nets.tasks.flip import flipped, images

GENERATED = [task.key for task in TASKS if "samples" in task.knobs]
CLOUDS = [key for key in GENERATED if TASKS[key].shape(TaskSpec(name=key)).classes]
LOADED = [key for key in TASKS.keys() if key != "csv"]  # noqa: SIM118


def load(key: str, **fields: object) -> Data:
    spec = replace(TASKS[key].recommended().task, **fields)
    return TASKS[key].load(spec)


RELEASED = (  # 0.1.0
    "wave step abs spiral xor moons diagonal-flip digits csv sine-mix sawtooth circle gauss "
    "blobs plane multi-gauss iris wine breast-cancer diabetes"
)


def test_names_that_files_hold_stay() -> None:
    assert set(TASKS.keys()) >= set(RELEASED.split())


def test_a_short_list_shows_the_first() -> None:
    featured = [task.featured for task in TASKS]
    assert set(featured) == {True, False}
    assert featured == sorted(featured, reverse=True)


def test_the_default_lab_is_the_wave() -> None:
    assert TASKS["wave"].recommended() == LabSpec()


@pytest.mark.parametrize("key", LOADED)
def test_a_task_brings_a_spec_that_can_be_trained(key: str) -> None:
    task = TASKS[key]
    spec = task.recommended()
    check(spec)
    data = task.load(spec.task)
    assert data.shape == task.shape(spec.task)
    assert data.x.shape == (data.n, data.shape.inputs)
    assert data.x.dtype == np.float64
    assert data.validation_x.shape == (len(data.validation_y), data.shape.inputs)
    assert len(data.feature_names) == data.shape.inputs
    assert len(data.class_names) == data.shape.classes
    assert len(data.x_mean) == len(data.x_scale) == data.shape.inputs
    assert data.summary
    if data.shape.classes:
        assert set(np.unique(data.y)) == set(range(data.shape.classes))
    else:
        assert data.y.shape == (data.n, data.shape.outputs)
    if data.shape.unit_interval:
        assert data.y.min() >= 0
        assert data.y.max() <= 1
    held = len(data.validation_y) / (data.n + len(data.validation_y))
    assert held == pytest.approx(task.validation, abs=0.01)


@pytest.mark.parametrize("key", LOADED)
def test_the_same_spec_gives_the_same_points_and_another_seed_others(key: str) -> None:
    first, again, other = load(key), load(key), load(key, seed=7)
    np.testing.assert_array_equal(first.x, again.x)
    np.testing.assert_array_equal(first.validation_y, again.validation_y)
    if key not in (
        "diagonal-flip",
        "mauna-loa",
        "sunspots",
    ):  # of which nothing is held out by chance
        assert first.x.shape != other.x.shape or (first.x != other.x).any()


@pytest.mark.parametrize("key", GENERATED)
def test_one_more_sample_leaves_the_others_where_they_are(key: str) -> None:
    few, more = load(key, samples=50), load(key, samples=51, validation=0.5)
    np.testing.assert_array_equal(few.x, more.x[:50])
    np.testing.assert_array_equal(few.y, more.y[:50])
    assert len(more.validation_x) == 51
    np.testing.assert_array_equal(few.validation_x, more.validation_x[: len(few.validation_x)])


@pytest.mark.parametrize("key", sorted({*GENERATED} - {*CLOUDS}))
def test_noise_is_added_to_the_true_function(key: str) -> None:
    still, noisy = load(key, noise=0.0, samples=4000), load(key, noise=0.2, samples=4000)
    np.testing.assert_array_equal(still.x, noisy.x)
    assert still.truth is not None
    np.testing.assert_array_equal(still.y, still.truth(still.x))
    error = noisy.y - still.y
    assert error.std() == pytest.approx(0.2, rel=0.05)  # four standard errors
    assert abs(error.mean()) < 0.013
    assert noisy.noise == 0.2


@pytest.mark.parametrize("key", CLOUDS)
def test_noise_moves_the_points_of_a_class(key: str) -> None:
    still, noisy = load(key, noise=0.0, samples=3000), load(key, noise=0.1, samples=3000)
    np.testing.assert_array_equal(still.y, noisy.y)
    assert (noisy.x - still.x).std() == pytest.approx(0.1, rel=0.05)
    counts = np.bincount(still.y)
    assert counts.max() - counts.min() <= 1
    if key not in ("gauss", "blobs"):  # normal clouds have no edge
        assert np.abs(still.x).max() <= 1


@pytest.mark.parametrize("key", CLOUDS)
def test_label_noise_gives_a_share_of_the_training_points_another_class(key: str) -> None:
    clean, silent = load(key, samples=6000), load(key, samples=6000, label_noise=0.0)
    for name in ("x", "y", "validation_x", "validation_y"):
        assert getattr(clean, name).tobytes() == getattr(silent, name).tobytes()
    noisy = load(key, samples=6000, label_noise=0.2)
    np.testing.assert_array_equal(clean.x, noisy.x)
    np.testing.assert_array_equal(clean.validation_x, noisy.validation_x)
    np.testing.assert_array_equal(clean.validation_y, noisy.validation_y)
    wrong = clean.y != noisy.y
    assert wrong.mean() == pytest.approx(0.2, abs=4 * (0.2 * 0.8 / 6000) ** 0.5)  # binomial
    classes = clean.shape.classes
    assert set(noisy.y) == set(range(classes))
    others = np.bincount((noisy.y - clean.y)[wrong] % classes, minlength=classes)
    assert others[0] == 0
    even = wrong.sum() / (classes - 1)
    assert (np.abs(others[1:] - even) < 4 * even**0.5).all()


def test_more_label_noise_keeps_what_was_wrong_and_another_sample_the_others() -> None:
    clean = load("blobs", samples=300).y
    some, more = load("blobs", samples=300, label_noise=0.1), load("blobs", label_noise=0.3)
    longer = load("blobs", samples=301, label_noise=0.1)
    was = some.y[:200] != clean[:200]
    np.testing.assert_array_equal(some.y[:200][was], more.y[was])
    assert (more.y != clean[:200]).sum() > was.sum()
    np.testing.assert_array_equal(some.y, longer.y[:300])
    seeds = [load("blobs", samples=300, label_noise=0.1, seed=seed).y for seed in (0, 1)]
    assert ((seeds[0] != clean) != (seeds[1] != clean)).any()


def test_label_noise_is_a_knob_of_generated_classes_alone() -> None:
    having = {task.key for task in TASKS if "label_noise" in task.active_knobs(TaskSpec())}
    assert having >= {*CLOUDS}
    assert not having & {"wave", "plane", "multi-gauss", "iris", "csv", "diagonal-flip"}
    chosen = TaskSpec(label_noise=0.2)
    assert TASKS["moons"].recommend(chosen).task.label_noise == 0.2
    assert TASKS["wave"].recommend(chosen).task.label_noise == 0


def test_curves_at_places_worked_by_hand() -> None:
    def at(key: str, *x: float) -> list[float]:
        truth = load(key).truth
        assert truth is not None
        return truth(np.array(x)[:, None])[:, 0].tolist()

    assert at("step", -1e-9, 0.0, 1.0) == [-0.5, 0.5, 0.5]
    assert at("abs", -0.25, 0.0, 2.0) == [0.25, 0.0, 2.0]
    # four teeth on [-1, 1]: zero at the ends of each, one in the middle, less 0.5
    assert at("sawtooth", -1, -0.75, -0.5, -0.25, 0, 0.125, 0.25, 1) == [
        -0.5,
        0.5,
        -0.5,
        0.5,
        -0.5,
        0.0,
        0.5,
        -0.5,
    ]
    assert at("wave", 0.0, np.pi / 16)[1] == pytest.approx(0.55 + 0.2 * np.pi / 16)
    assert at("sine-mix", 0.5)[0] == pytest.approx(0.5 + 0.25)


def test_sawtooth_is_the_triangle_map_folded_three_times() -> None:
    x = np.linspace(-1, 1, 1001)[:, None]
    u = (x + 1) / 2
    for _ in range(3):
        u = 1 - np.abs(1 - 2 * u)  # the map of one tooth
    truth = load("sawtooth").truth
    assert truth is not None
    np.testing.assert_allclose(truth(x), u - 0.5, atol=1e-12)


def test_classes_lie_where_their_names_say() -> None:
    def clean(key: str) -> tuple[np.ndarray, np.ndarray]:
        data = load(key, noise=0.0, samples=1000)
        return data.x, data.y == 1

    x, one = clean("xor")
    np.testing.assert_array_equal((x[:, 0] < 0) != (x[:, 1] < 0), one)
    x, one = clean("circle")
    radius = np.hypot(*x.T)
    np.testing.assert_array_equal(radius < 0.55, one)
    x, one = clean("spiral")
    radius = np.hypot(*x.T)
    angle = np.arctan2(x[:, 1], x[:, 0]) - 3 * np.pi * radius
    np.testing.assert_allclose(np.cos(angle), np.where(one, -1, 1), atol=1e-9)
    x, one = clean("moons")
    center = np.where(one[:, None], [0.3, 0.15], [-0.3, -0.15])
    np.testing.assert_allclose(np.hypot(*(x - center).T), 0.6)
    np.testing.assert_array_equal((x - center)[:, 1] < 0, one)


def test_hills_alternate() -> None:
    truth = load("multi-gauss").truth
    assert truth is not None
    peaks = truth(np.array([[-0.65, -0.45], [0, -0.45], [0.65, -0.45], [-0.65, 0.45], [0, 0]]))
    assert (np.sign(peaks[:4, 0]) == [1, -1, 1, -1]).all()
    assert (np.abs(peaks[:4]) > 0.9).all()
    assert abs(peaks[4, 0]) < 1e-9  # between a hill and a hollow


def test_flip_counts_up_with_the_first_pixel_most_significant() -> None:
    x = images()
    assert x[1].tolist() == [0, 0, 0, 1]
    assert x[12].tolist() == [1, 1, 0, 0]
    np.testing.assert_array_equal(x @ [8, 4, 2, 1], np.arange(16))
    assert flipped(np.array([1, 2, 3, 4])).tolist() == [1, 3, 2, 4]
    square = x.reshape(16, 2, 2)
    np.testing.assert_array_equal(flipped(x).reshape(16, 2, 2), square.transpose(0, 2, 1))


def test_flip_holds_out_what_is_asked_for() -> None:
    assert load("diagonal-flip").n == 16
    data = load("diagonal-flip", validation=0.25)
    assert (data.n, len(data.validation_x)) == (12, 4)
    numbers = [x @ [8, 4, 2, 1] for x in (data.x, data.validation_x)]
    assert sorted(np.concatenate(numbers)) == list(range(16))
    assert sorted(numbers[0]) == numbers[0].tolist()  # the order of the listing
    np.testing.assert_array_equal(data.validation_y, flipped(data.validation_x))


@pytest.mark.parametrize(
    ("scale", "first", "last"),
    [
        ((0.01, 0.01), 0.2302, 0.0984),
        ((1.0, 1.0), 1.3312, 0.0658),
        (((2 / 12) ** 0.5, (2 / 12) ** 0.5), 0.3532, 0.0305),
        (((2 / 4) ** 0.5, (2 / 8) ** 0.5), 0.5485, 0.0244),
    ],
    ids=["small", "large", "Xavier", "He"],
)
def test_flip_is_the_data_of_the_published_listing(
    scale: tuple[float, float], first: float, last: float
) -> None:
    data = load("diagonal-flip")
    rng = np.random.RandomState(42)
    w1, w2 = rng.randn(4, 8) * scale[0], rng.randn(8, 4) * scale[1]
    b1, b2 = np.zeros(8), np.zeros(4)
    losses = []
    for _ in range(100):
        total = 0.0
        for x, t in zip(data.x, data.y, strict=True):
            z = x @ w1 + b1
            h = np.maximum(z, 0)
            error = h @ w2 + b2 - t
            total += 0.5 * np.mean(error**2)
            d_out = error / 4
            d_z = (d_out @ w2.T) * (z > 0)
            w2, b2 = w2 - 0.05 * np.outer(h, d_out), b2 - 0.05 * d_out
            w1, b1 = w1 - 0.05 * np.outer(x, d_z), b1 - 0.05 * d_z
        losses.append(total / 16)
    assert losses[0] == pytest.approx(first, abs=6e-5)
    assert losses[-1] == pytest.approx(last, abs=6e-5)


def test_a_recommendation_keeps_what_is_chosen_already() -> None:
    chosen = TaskSpec(name="wave", seed=5, validation=0.4, noise=0.9)
    task = TASKS["spiral"].recommend(chosen).task
    assert (task.name, task.seed, task.validation) == ("spiral", 5, 0.4)
    assert (task.samples, task.noise) == (TASKS["spiral"].samples, TASKS["spiral"].noise)
    own = TASKS["csv"].recommended()  # without a file there is nothing to look at
    assert (own.task.name, own.net) == ("csv", LabSpec().net)
    from_file = TaskSpec(name="csv", path="a.csv", target="y", problem="regression")
    assert TASKS["wave"].recommend(from_file) == LabSpec()


def test_thumbnails_are_current() -> None:
    from layerlab.nets.tasks.thumbnails import build

    pictures = build()
    for task in TASKS:
        stored = task.preview()
        if task.key == "csv":
            assert stored is None
            continue
        rebuild = f"{task.key}: run python -m layerlab.nets.tasks.thumbnails"
        assert stored is not None, rebuild
        # One in the last place: sums may round differently on another machine.
        np.testing.assert_allclose(stored, pictures[task.key], atol=0.0011, err_msg=rebuild)
        assert np.isfinite(stored).all()
        if len(stored) > 3:
            assert stored.min() >= 0
            assert stored.max() <= 1
        elif len(stored) == 3 and (classes := task.shape(TaskSpec(name=task.key)).classes):
            assert set(stored[2]) == set(range(classes))


def test_nothing_heavy_is_imported_before_data_are_loaded() -> None:
    code = (
        "import sys, json\n"
        "from layerlab.nets.tasks import TASKS\n"
        "shapes = [task.shape(task.recommended().task).inputs for task in TASKS"
        " if task.key != 'csv']\n"
        "previews = [task.preview() for task in TASKS]\n"
        "heavy = ('sklearn', 'scipy', 'torch', 'pandas', 'PySide6')\n"
        "print(json.dumps([name for name in heavy if name in sys.modules]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(done.stdout) == []
