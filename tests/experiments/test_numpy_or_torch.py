"""Three engines and the check that judges them, against autograd, theory and copied code."""

import concurrent.futures
import dataclasses
import itertools
import subprocess
import sys
import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from layerlab.claims.base import Context
from layerlab.claims.registry import claim
from layerlab.core.errors import LabError, LabWarning
from layerlab.core.experiment import NOT_HERE
from layerlab.core.jobs import Job, steps_of
from layerlab.experiments.numpy_or_torch import claim_rows, difference_check, model, trainings
from layerlab.experiments.numpy_or_torch.mistakes import Mistake, layer_of
from layerlab.experiments.numpy_or_torch.names import (
    AT_H,
    FORGOTTEN,
    LENGTH,
    MISTAKES,
    NO_BIAS,
    NO_MEAN,
    NONE,
    SLIGHT,
    TRANSPOSED,
)
from layerlab.experiments.numpy_or_torch.trainings import ComparisonConfig
from layerlab.nets.activations import ACTIVATIONS
from layerlab.nets.engines import engine, ready
from layerlab.nets.gradcheck import BUG, GOOD
from layerlab.nets.problem import initialize
from tests.experiments.conftest import settle
from tests.helpers.programs import printed_by
from tests.helpers.waiting import PATIENCE_S

torch = pytest.importorskip("torch")  # the oracle

BENDS = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "sine": torch.sin,
    "gelu": torch.nn.functional.gelu,
}


@pytest.fixture(autouse=True)
def nothing_kept():
    """Forget what other tests trained."""
    trainings.forget()
    model._trouble.clear()
    yield
    trainings.forget()


@pytest.fixture
def no_torch(monkeypatch):
    """Let PyTorch be missing."""
    sentence = "PyTorch is not installed; install it with: pip install torch"
    monkeypatch.setattr("layerlab.nets.engines.remote.missing_torch", lambda: sentence)
    return sentence


def torch_loss(setting, params):
    """Return the loss on the checked points, by PyTorch, of a flat vector of parameters."""
    problem = setting.problem
    h, at = torch.tensor(problem.x[: difference_check.POINTS]), 0
    for a, b in itertools.pairwise(problem.layout.sizes):
        weights, at = params[at : at + a * b].reshape(a, b), at + a * b
        biases, at = params[at : at + b], at + b
        h = h @ weights + biases
        if b != 1:
            h = BENDS[setting.activation](h)
    return 0.5 * torch.nn.functional.mse_loss(
        h, torch.tensor(problem.y[: difference_check.POINTS])
    )


def flat(setting):
    return torch.tensor(initialize(setting.problem).params[0], requires_grad=True)


# ---- the check


@pytest.mark.parametrize("activation", BENDS)
@pytest.mark.parametrize("depth", [2, 4])
def test_the_sound_gradient_is_autograd_s(activation, depth):
    setting = ComparisonConfig(activation, depth)
    params = flat(setting)
    (expected,) = torch.autograd.grad(torch_loss(setting, params), params)
    found = difference_check.gradient(setting, Mistake())
    assert found == pytest.approx(
        expected.numpy()[difference_check.picked(setting).places], rel=1e-11
    )


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_the_bends_of_the_loss_are_autograd_s(activation):
    """Second and third derivative along single parameters, on which the theory rests."""
    setting = ComparisonConfig(activation, 2)
    params, found = flat(setting), difference_check.bends(setting)
    (first,) = torch.autograd.grad(torch_loss(setting, params), params, create_graph=True)
    for k, place in list(enumerate(difference_check.picked(setting).places))[::4]:
        (second,) = torch.autograd.grad(first[place], params, create_graph=True)
        assert found[0, k] == pytest.approx(second[place].item(), rel=2e-3, abs=1e-8)
        (third,) = torch.autograd.grad(second[place], params, retain_graph=True)
        assert found[1, k] == pytest.approx(third[place].item(), rel=5e-3, abs=1e-7)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "sine", "gelu"])
def test_the_v_is_where_theory_puts_it(activation):
    valley = model.compute(activation).valley
    theory = np.hypot(valley.cut, valley.rounding)
    ratio = valley.centred / theory
    wide, tiny = valley.pushes <= 0.1, valley.pushes >= 1e-12
    assert (ratio[wide & tiny] < 3).all()
    assert (ratio[wide & tiny] > 1 / 10).all()
    # Each arm has its slope: ten times further is a hundred times worse on the one side ...
    right = (valley.pushes > 3e-3) & (valley.pushes < 0.2)
    left = (valley.pushes > 1e-13) & (valley.pushes < 1e-7)
    for arm, power in ((right, 2.0), (left, -1.0)):
        fit = np.polyfit(np.log10(valley.pushes[arm]), np.log10(valley.centred[arm]), 1)
        assert fit[0] == pytest.approx(power, abs=0.15)  # ... and ten times better on the other


def test_one_sided_differences_and_single_precision_are_worse():
    valley = model.compute().valley
    assert valley.one_sided.min() > 100 * valley.centred.min()
    assert valley.single.min() > 1000 * valley.centred.min()
    arm = (valley.pushes > 1e-5) & (valley.pushes < 1e-2)
    fit = np.polyfit(np.log10(valley.pushes[arm]), np.log10(valley.one_sided[arm]), 1)
    assert fit[0] == pytest.approx(1.0, abs=0.1)


def test_a_piecewise_linear_network_has_no_corner_to_cut_until_a_gate_turns():
    valley = model.compute("relu").valley
    assert (valley.cut == 0).all()
    assert valley.centred.min() < 1e-10
    assert valley.centred[valley.pushes >= 0.3].min() > BUG


# ReLU has the same derivative at z and at h; in some layers of hard tanh no unit is out of the
# middle at initialization, where its derivative is 1.
SEEN_BY_NOBODY = {("relu", AT_H), ("hard-tanh", AT_H), ("hard-tanh", FORGOTTEN)}


@pytest.mark.parametrize("activation", ["tanh", "relu", "hard-tanh", "sigmoid", "gelu"])
@pytest.mark.parametrize("depth", [2, 3, 4])
def test_every_mistake_is_found_in_its_layer(activation, depth):
    for name, layer in itertools.product(MISTAKES[1:], range(1, depth + 2)):
        result = model.compute(activation, depth, mistake=name, layer=(layer,))
        found, made = result.found, result.mistake.layer
        assert made == layer_of(name, depth, layer)
        if not result.missed[name]:  # the same gradient: nothing is wrong, initially at least
            assert found.kind == "sound"
            assert (activation, name) in SEEN_BY_NOBODY
            continue
        assert found.kind == ("doubt" if name == SLIGHT else "mistake"), (name, layer)
        assert found.layer == made, (name, layer)
        for one in result.checks:  # what the mistake is behind, is right
            if one.layer > made:
                assert one.error < GOOD


def test_what_is_found_is_stated():
    def words(name, layer=2):
        return model.compute(mistake=name, layer=(layer,)).found.words

    assert words(NONE) == "no mistake"
    assert words(FORGOTTEN) == "mistake in layer 2"
    assert words(NO_BIAS) == "mistake in layer 2, b2 alone"
    assert words(NO_BIAS, 4) == "mistake in the output layer, b4 alone"
    assert words(NO_MEAN) == "mistake in the output layer"
    assert words(SLIGHT, 3) == "doubt in layer 3"


@pytest.mark.parametrize("eps", [1e-13, 1.0])
def test_a_push_that_cannot_tell_accuses_nobody(eps):
    result = model.compute(eps=eps)
    assert max(one.error for one in result.checks) > BUG
    assert result.found.kind == "blind"


@pytest.mark.parametrize(
    ("name", "depth", "wanted", "made"),
    [
        (TRANSPOSED, 3, 3, 2),
        (TRANSPOSED, 3, 1, 1),
        (FORGOTTEN, 2, 4, 2),
        (NO_BIAS, 2, 4, 3),
        (NO_MEAN, 3, 1, 4),
        (FORGOTTEN, 4, 0, 1),
    ],
)
def test_mistakes_are_made_where_they_can_be(name, depth, wanted, made):
    assert layer_of(name, depth, wanted) == made


def test_a_missing_layer_is_refused():
    with pytest.raises(LabError, match="layer"):
        model.compute(layer=())


# ---- engines


def test_by_hand_is_the_lab_s_engine_to_the_last_bit():
    setting = ComparisonConfig("tanh", 3)
    track = trainings.by_hand(setting, Mistake())
    marks = range(1, LENGTH)
    for state in engine("numpy").run(setting.spec, initialize(setting.problem), marks=marks):
        assert (state.params[0] == track[state.update]).all()
    assert len(track) == LENGTH + 1


def test_a_mistake_trains_on_another_path_and_a_harmless_one_does_not():
    sound = model.compute("relu")
    harmless = model.compute("relu", mistake=AT_H)
    assert (sound.params["numpy"] == harmless.params["numpy"]).all()
    assert not harmless.is_wrong
    unseen = model.compute("hard-tanh", mistake=FORGOTTEN, layer=(2.0,))
    assert unseen.found.kind == "sound"
    assert unseen.is_wrong  # later, where units leave the middle
    wrong = model.compute(mistake=FORGOTTEN, updates=LENGTH)
    assert wrong.loss[-1] < 0.2 * wrong.loss[0]  # it learns all the same
    assert (wrong.loss[1:] != wrong.sound_loss[1:]).all()


def test_pytorch_does_the_same_in_its_own_process(monkeypatch):
    monkeypatch.setattr(trainings, "SLICES", 2)
    *_, last = steps_of(Job("page", lambda ask: model.work(ask)))
    result = last.result
    assert last.done == last.total
    assert not result.missing
    assert result.reference == "torch"
    assert set(result.speeds) == set(result.params) == {"numpy", "compiled", "torch"}
    setting = result.setting
    # Against autograd in this process, which knows nothing of engines and pipes.
    params = torch.nn.Parameter(flat(setting).detach())
    adam = torch.optim.Adam([params], lr=trainings.RATE)
    monkeypatch.setattr(difference_check, "POINTS", trainings.SAMPLES)
    for _ in range(result.updates):
        adam.zero_grad()
        torch_loss(setting, params).backward()
        adam.step()
    for name in model.ENGINES:
        assert result.params[name] == pytest.approx(params.detach().numpy(), rel=1e-9)
    for (name, dtype), apart in result.apart.items():
        assert len(apart) == LENGTH
        assert apart.max() < (1e-11 if dtype == "float64" else 1e-3), name
    assert result.equal == (result.params["numpy"] == result.params["torch"]).mean()
    row = {row.id: row for row in model.claims(result)}["B5"]
    assert row.verdict == 'holds only if "exactly" means to rounding'
    wrong = model.compute(mistake=FORGOTTEN)  # now everything is there at once
    assert wrong.apart["numpy", "float64"][-1] > 1e-3
    assert "mistake" in {row.id: row for row in model.claims(wrong)}["B5"].why


def test_work_makes_room_and_loses_nothing(no_torch, monkeypatch):
    monkeypatch.setattr(trainings, "SLICES", 2)
    turns = itertools.cycle([False] * 7 + [True])
    steps = list(model.work(lambda: next(turns), depth=2))
    assert None in steps
    track = trainings.training("numpy", ComparisonConfig("tanh", 2, "float32")).params
    trainings.forget()
    for _ in steps_of(Job("page", lambda ask: model.work(ask, depth=2))):
        pass
    again = trainings.training("numpy", ComparisonConfig("tanh", 2, "float32")).params
    assert (track == again).all()
    assert len(track) == LENGTH + 1


def test_without_pytorch_the_page_says_so_and_goes_on(no_torch, monkeypatch):
    monkeypatch.setattr(trainings, "SLICES", 2)
    *_, last = steps_of(Job("page", lambda ask: model.work(ask)))
    result = last.result
    assert result.missing == no_torch
    assert result.reference == "compiled"
    assert result.apart["numpy", "float64"].max() < 1e-11
    row = {row.id: row for row in model.claims(result)}["B5"]
    assert (row.verdict, row.why) == ("cannot be computed", no_torch)


def test_pytorch_that_does_not_start_is_reported_once(monkeypatch):
    monkeypatch.setattr(trainings, "SLICES", 2)
    real = engine

    def engines(name):
        if name == "torch":
            raise LabError("PyTorch does not load: a library is missing")
        return real(name)

    monkeypatch.setattr(trainings, "engine", engines)
    *_, last = steps_of(Job("page", lambda ask: model.work(ask, depth=2)))
    assert last.result.missing == "PyTorch does not load: a library is missing"
    assert last.result.reference == "compiled"


@pytest.mark.parametrize("is_ready", [True, False])
def test_nobody_waits_for_kernels_that_are_compiled_first(is_ready, monkeypatch):
    kernel = concurrent.futures.Future()
    if is_ready:
        kernel.set_result(None)
    monkeypatch.setattr(ready, "warm_up", lambda dtype: kernel)
    monkeypatch.setattr(trainings, "SOON_S", 0.03)

    found, order = [], []

    def walk():
        order.extend((yield from trainings.plan(lambda: True)))

    found.extend(walk())
    names = list(dict.fromkeys(name for _, name, _ in order))
    assert names == (
        ["compiled", "numpy", "torch"] if is_ready else ["numpy", "torch", "compiled"]
    )
    if is_ready:
        assert found == []  # nothing to wait for


@pytest.mark.usefixtures("no_kernels", "no_torch")
def test_a_compiler_that_fails_late_is_reported_all_the_same(monkeypatch):
    """As on a busy machine, where the other engines train by then."""
    is_due, make = threading.Event(), ready._make

    def fails_late(dtype):
        assert is_due.wait(PATIENCE_S)
        make(dtype)

    monkeypatch.setattr(ready, "_make", fails_late)
    monkeypatch.setattr(trainings, "SOON_S", 0.0)
    monkeypatch.setattr(trainings, "SLICES", 2)
    steps = steps_of(Job("page", lambda ask: model.work(ask, depth=2)))
    next(steps)
    is_due.set()
    with pytest.warns(LabWarning, match="NumPy trains instead: .* do not compile") as stated:
        *_, last = steps
    assert len(stated) == 1
    assert last.result.reference != "compiled"


# ---- claims


@pytest.mark.parametrize("name", ["B2", "B3", "B6"])
def test_at_the_start_the_verdicts_are_the_ledger_s(name):
    row = {row.id: row for row in model.claims(model.compute())}[name]
    entry = claim(name)
    finding = entry.judge(entry.measure(Context()))
    verdict = f"{finding.kind} {finding.condition}".strip()
    assert row.verdict == verdict


def test_verdicts_turn():
    result = model.compute()
    shown = dataclasses.replace(result, reference="torch")

    def same(apart, **fields):
        apart = {("numpy", "float64"): np.asarray(apart)}
        return claim_rows._same(dataclasses.replace(shown, apart=apart, **fields)).verdict

    assert same(np.zeros(LENGTH)) == "holds"
    assert same(np.full(LENGTH, 1e-13)) == 'holds only if "exactly" means to rounding'
    grown = np.geomspace(1e-16, 1e-6, LENGTH)
    assert same(grown) == "wrong as printed"
    wrong = {"mistake": Mistake(FORGOTTEN, 2)}
    assert same(np.full(LENGTH, 0.1), **wrong) == NOT_HERE
    assert claim_rows._same(result).verdict == "being computed"

    def thresholds(**missed):
        return claim_rows._thresholds(
            dataclasses.replace(result, missed=result.missed | missed)
        ).verdict

    assert thresholds() == "holds"
    assert thresholds(none=1e-4) == "wrong as printed"
    assert thresholds(sign=1e-4) == "wrong as printed"
    too_small = model.compute(eps=1e-13)
    assert claim_rows._thresholds(too_small).verdict == NOT_HERE


# ---- programs


def printed_alone(code, tmp_path):
    """Run a copied program in a process of its own and return what it prints."""
    file = tmp_path / "copied.py"
    file.write_text(code, "utf-8")
    command = [sys.executable, "-I", "-W", "error", str(file)]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_copied_pytorch_has_the_lab_s_parameters():
    threads, stated = torch.get_num_threads(), []
    try:
        for activation, depth, updates in (("tanh", 3, 100), ("sine", 2, 40), ("gelu", 4, 7)):
            names = {}
            code = model.torch_code(activation, depth, updates)
            stated += printed_by(code, names).splitlines()
            found = [layer for layer in names["net"] if isinstance(layer, torch.nn.Linear)]
            flat_found = np.concatenate(
                [
                    part.detach().numpy().ravel()
                    for one in found
                    for part in (one.weight.T.contiguous(), one.bias)
                ]
            )
            expected = trainings.by_hand(ComparisonConfig(activation, depth), Mistake())[
                updates
            ]
            assert flat_found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_num_threads(threads)
    result = model.compute(updates=100)
    assert stated[3] == "2.bias (8,)"
    losses = [float(line.split()[-1]) for line in stated if line.startswith("loss")]
    assert losses[0] == pytest.approx(result.loss[100], rel=1e-9)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_copied_numpy_makes_the_same_mistake(mistake):
    knobs = {"mistake": mistake, "depth": 2, "updates": 12, "layer": (1.0,)}
    names = {}
    stated = printed_by(model.numpy_code(**knobs), names)
    result = model.compute(**knobs)
    parts = [
        part for pair in zip(names["weights"], names["biases"], strict=True) for part in pair
    ]
    found = np.concatenate([part.ravel() for part in parts])
    assert found == pytest.approx(result.params["numpy"], rel=1e-9, abs=1e-12)
    errors = [float(word) for line in stated.splitlines()[1:4] for word in line.split()[1::2]]
    for error, one in zip(errors, result.checks, strict=True):
        assert (error > BUG) == (one.error > BUG), one.name
        assert (error < GOOD) == (one.error < GOOD), one.name


@pytest.mark.parametrize("key", ACTIVATIONS.keys())
def test_modules_of_the_copied_pytorch_are_the_lab_s_activations(key):
    threads, names = torch.get_num_threads(), {}
    try:
        printed_by(model.torch_code(activation=key, depth=2, updates=0), names)
        z = np.linspace(-40, 40, 1001)
        with torch.no_grad():
            found = names["net"][1](torch.tensor(z)).numpy()
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_num_threads(threads)
    assert found == pytest.approx(ACTIVATIONS[key](z, 0.01), rel=1e-12, abs=1e-12)


def test_the_programs_run_alone(tmp_path):
    stated = printed_alone(model.torch_code(depth=2, updates=3), tmp_path)
    assert "0.weight (8, 1)" in stated
    expected = model.compute(depth=2, updates=3).loss[3]
    assert float(stated.split()[-1]) == pytest.approx(expected, rel=1e-9)
    stated = printed_alone(model.numpy_code(depth=2, updates=3), tmp_path)
    assert float(stated.split()[-1]) == pytest.approx(expected, rel=1e-9)


# ---- the page


def test_a_click_on_an_array_puts_a_mistake_there(open_page):
    page = open_page("numpy-or-torch")
    view = page.frame.view
    plot = view.rows
    place = QPoint(round(plot.area().center().x()), round(float(plot.py(np.array(4.0)))))
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(page)
    assert page.values["mistake"] == FORGOTTEN
    assert page.values["layer"] == (3.0,)
    assert view.arrays_card.note().endswith("mistake in layer 3</b>")
    page.undo()  # both at once
    settle(page)
    assert page.values == page.experiment.values()


def test_the_cursor_reads_every_digit(open_page):
    page = open_page("numpy-or-torch")
    view = page.frame.view
    result = page.result
    name, start, _ = result.arrays[2]
    reading = view.strip.reader(start + 11.0, 0.0)
    assert reading.title == f"{name}[2, 4]"
    value = float(reading.rows[0][1].split()[-1])
    assert value == result.params["numpy"][start + 11]


def test_without_pytorch_the_cards_say_why(open_page, no_torch):
    page = open_page("numpy-or-torch")
    view = page.frame.view
    for plot in (view.apart.plot, view.strip):
        assert list(plot.live["waits"].texts) == ["PyTorch is missing"]
    assert ("PyTorch is missing", no_torch) in view.figures(page.result)
    assert page.frame.banner.isHidden()
