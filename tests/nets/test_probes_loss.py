"""The history of the loss, its scores and reference lines, and the last report."""

from __future__ import annotations

import weakref
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from scipy.special import expit

from layerlab.core.errors import LabError
from layerlab.core.frames import LOSS
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec
from layerlab.core.state import State
from layerlab.nets import probes
from layerlab.nets.engines.numpy_ import forward, training_loss
from layerlab.nets.engines.numpy_engine import NumpyEngine
from layerlab.nets.probes import report
from layerlab.nets.probes.loss import History, score_of
from layerlab.nets.probes.references import linear_loss, noise_floor
from layerlab.nets.problem import problem_of
from layerlab.nets.tasks import TASKS


def lab(task: str = "wave", hidden: tuple[int, ...] = (5,), **train: object) -> LabSpec:
    advised = TASKS[task].recommended()
    train = {"loss": advised.train.loss, "seeds": 4, "dtype": "float64", **train}
    return LabSpec(task=advised.task, net=NetSpec(hidden=hidden), train=TrainSpec(**train))


def states(spec: LabSpec, *updates: int) -> list[State]:
    found = list(NumpyEngine().run(spec, until=max(updates), marks=updates))
    return [state for state in found if state.update in updates]


# ---- when


def test_marks_begin_at_the_start_and_end_at_the_end() -> None:
    assert probes.report_marks(0) == [0]
    assert probes.report_marks(3) == [0, 1, 2, 3]
    marks = probes.report_marks(1500)
    assert (marks[0], marks[-1], len(marks)) == (0, 1500, 200)
    assert marks == sorted(set(marks))
    assert probes.report_marks(1000, at_most=5) == [0, 250, 500, 750, 1000]


# ---- history


def test_history_holds_what_was_reported() -> None:
    spec, history = lab(), History()
    problem, found = problem_of(spec), states(lab(), 0, 10, 20)
    for state in found:
        history.record(spec, state)
    part = probes.measure(spec, found[-1], (LOSS,), history=history)[LOSS]
    np.testing.assert_array_equal(part.updates, [0, 10, 20])
    expected = [training_loss(problem, state.params) for state in found]
    np.testing.assert_allclose(part.train, expected)
    out = forward(problem, found[1].params, problem.validation_x).h[-1]
    held = 0.5 * ((out - problem.validation_y) ** 2).mean((1, 2))
    np.testing.assert_allclose(part.validation[1], held)
    variance = ((problem.validation_y - problem.validation_y.mean()) ** 2).mean()
    np.testing.assert_allclose(part.validation_score[1], 1 - 2 * held / variance)
    assert (part.score_name, part.total, part.length) == ("R²", None, 1500)
    assert (part.loss_label, part.loss_brief) == ("half mean squared error", "half MSE")


def test_the_newest_state_is_the_last_point_though_it_was_not_reported() -> None:
    spec, history = lab(), History()
    first, second = states(spec, 0, 7)
    history.record(spec, first)
    part = probes.measure(spec, second, (LOSS,), history=history)[LOSS]
    np.testing.assert_array_equal(part.updates, [0, 7])
    assert len(history) == 1  # measuring does not report


def test_undo_and_step_back_forget_what_came_after() -> None:
    spec, history = lab(), History()
    found = states(spec, 0, 5, 10, 15)
    for state in found:
        history.record(spec, state)
    other = history.copy()
    history.truncate(6)
    assert history.last_update == 5
    assert other.last_update == 15
    other.record(spec, found[1])  # the same update again, and all later ones are void
    assert (len(other), other.last_update) == (2, 5)


def test_a_long_history_keeps_its_ends_and_stays_bounded() -> None:
    spec, history = lab(), History(capacity=10)
    state = states(spec, 0)[0]
    for update in range(137):
        history.record(spec, replace(state, update=update))
        assert len(history) <= 10
        assert history.last_update == update
    updates, _ = history.columns()
    assert updates[0] == 0
    assert (np.diff(updates) > 0).all()
    assert np.diff(updates).max() <= 40


@pytest.mark.parametrize("capacity", [400, 3])
def test_reports_that_are_forgotten_unread_take_no_memory(capacity: int) -> None:
    spec = lab()
    history, expected = (History(capacity) for _ in range(2))
    for state in states(spec, 0, 5, 10, 15, 20):
        history.record(spec, state)
        history.record(spec, state)  # in the place of the same
        kept = (0, 15, 20) if capacity == 3 else (0, 5, 10, 15, 20)
        if state.update in kept:
            expected.record(spec, state)
    assert [len(history), history.nbytes] == [len(expected), expected.nbytes]
    history.truncate(0)
    expected.truncate(0)
    one = History()
    one.record(spec, states(spec, 0)[0])
    assert history.nbytes == expected.nbytes == one.nbytes > 0


def test_a_penalty_adds_to_the_total_and_not_to_the_loss() -> None:
    spec = lab(l1=0.1, l2=0.4)
    problem, state = problem_of(spec), states(lab(), 3)[-1]
    part = probes.measure(spec, state, (LOSS,))[LOSS]
    w = [problem.layout.weights(state.params, k).reshape(4, -1) for k in (0, 1)]
    extra = sum(0.1 * np.abs(v).sum(1) + 0.2 * (v**2).sum(1) for v in w)
    np.testing.assert_allclose(part.total - part.train, [extra])
    np.testing.assert_allclose(part.train[0], training_loss(problem, state.params))


def test_a_penalty_switched_on_later_is_unknown_before() -> None:
    spec, history = lab(), History()
    first, second = states(spec, 0, 5)
    history.record(spec, first)
    history.record(lab(l2=0.1), second)
    _, columns = history.columns()
    assert np.isnan(columns["total"][0]).all()
    assert np.isfinite(columns["total"][1]).all()


def test_running_report_is_the_mean_of_the_epoch() -> None:
    spec = lab(report="running", batch=32)
    state = states(spec, 6)[-1]  # two epochs of 96 points
    part = probes.measure(spec, state, (LOSS,))[LOSS]
    np.testing.assert_allclose(part.train[0], state.running_loss())
    assert not np.allclose(part.train[0], training_loss(problem_of(spec), state.params))


def test_saved_histories_come_back() -> None:
    spec, history = lab(), History()
    for state in states(spec, 0, 4, 8):
        history.record(spec, state)
    again = History.from_arrays(history.to_arrays(), 4)
    for a, b in zip(history.columns()[1].values(), again.columns()[1].values(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("updates", "train"),
    [
        (np.arange(3), np.zeros((2, 4))),
        (np.arange(3), np.zeros((3, 5))),  # another number of seeds
        (np.arange(3), np.zeros((3, 0))),
        (np.arange(3), np.zeros(3)),
        (np.array(3), np.zeros((1, 4))),
        (np.array([0.0, np.nan, 2.0]), np.zeros((3, 4))),
        (np.array([0.0, 1.0, np.inf]), np.zeros((3, 4))),
        (np.array([0, 2, 1]), np.zeros((3, 4))),
        (np.array([-1, 0, 1]), np.zeros((3, 4))),
        (np.array([-(2**63), 2**63 - 1, 5]), np.zeros((3, 4))),
    ],
)
def test_a_history_that_does_not_fit_is_refused(updates: np.ndarray, train: np.ndarray) -> None:
    with pytest.raises(LabError, match="the saved history of the loss"):
        History.from_arrays({"updates": updates, "train": train}, 4)


def test_losses_that_are_no_numbers_come_back_as_they_are() -> None:
    """A running loss is not known before its epoch is over, a diverged one is infinite."""
    train = np.array([[np.nan, 1.0], [np.inf, 2.0]])
    history = History.from_arrays({"updates": np.arange(2), "train": train}, 2)
    np.testing.assert_array_equal(history.to_arrays()["train"], train)


def test_a_history_without_reports_comes_back() -> None:
    assert len(History.from_arrays(History().to_arrays(), 4)) == 0


# ---- scores


def test_accuracy_counts_right_answers_of_one_output() -> None:
    for loss, low in (("logistic", 0.0), ("half-mse", -1.0)):
        problem = problem_of(lab("moons", loss=loss))
        out = np.array([[[2.0], [-1.0], [0.5], [-3.0]]])
        y = np.array([[1.0], [1.0], [low], [low]])
        np.testing.assert_allclose(score_of(problem, out, y), [0.5])


def test_accuracy_counts_right_answers_of_many_outputs() -> None:
    problem = problem_of(lab("blobs"))
    out = np.array([[[1.0, 2, 0], [5, 1, 1], [0, 0, 1]]])
    np.testing.assert_allclose(score_of(problem, out, np.eye(3)[[1, 1, 2]]), [2 / 3])


def test_images_have_no_score() -> None:
    part = probes.measure(lab("diagonal-flip"), states(lab("diagonal-flip"), 2)[0], (LOSS,))
    assert part[LOSS].score is None


# ---- reference lines


def test_noise_floor_is_that_of_the_loss() -> None:
    assert noise_floor(problem_of(lab())) == pytest.approx(0.5 * 0.06**2)
    assert noise_floor(problem_of(lab(loss="mse"))) == pytest.approx(0.06**2)
    assert noise_floor(problem_of(lab("moons"))) is None
    assert noise_floor(problem_of(lab("diabetes"))) is None


def test_linear_loss_is_that_of_a_straight_line() -> None:
    problem = problem_of(lab())
    x, y = problem.data.x[:, 0], problem.data.y[:, 0]
    rest = y - np.polyval(np.polyfit(x, y, 1), x)
    assert linear_loss(problem) == pytest.approx(0.5 * (rest**2).mean())
    assert linear_loss(problem_of(lab("diagonal-flip"))) == pytest.approx(0, abs=1e-25)


def test_linear_loss_of_classes_is_a_minimum() -> None:
    problem = problem_of(lab("moons"))
    x = np.column_stack((problem.data.x, np.ones(problem.data.n)))
    y, weights = problem.data.y, np.zeros(3)
    for _ in range(30):  # Newton
        p = expit(x @ weights)
        weights += np.linalg.solve((x.T * (p * (1 - p))) @ x, x.T @ (y - p))
    p = expit(x @ weights)
    expected = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    assert linear_loss(problem) == pytest.approx(expected, rel=1e-6)


def test_classes_that_a_line_separates_have_no_linear_loss() -> None:
    spec = lab("blobs")
    calm = msgspec.structs.replace(spec, task=TaskSpec(name="blobs", samples=30, noise=0.0))
    assert linear_loss(problem_of(calm)) is None


# ---- the last report


def test_final_report_of_a_regression() -> None:
    spec = lab(hidden=(5, 3))
    state, problem = states(spec, 9)[-1], problem_of(spec)
    final = probes.final_report(spec, state)
    np.testing.assert_allclose(final["loss"], training_loss(problem, state.params))
    hidden = forward(problem, state.params, problem.x).h[1:-1]
    expected = [np.median(h.var(1).mean(1)) for h in hidden]
    np.testing.assert_allclose(final["activation_variance"], expected)
    assert final["parameters"] == 32
    assert set(final["validation"]) == {"loss", "r2"}
    msgspec.json.encode(final)


def test_final_report_of_classes_and_of_images() -> None:
    final = probes.final_report(lab("moons"), states(lab("moons"), 2)[-1])
    assert set(final["validation"]) == {"loss", "accuracy"}
    spec = lab("diagonal-flip")
    assert probes.final_report(spec, states(spec, 2)[-1])["validation"] is None


def test_variance_in_blocks_is_the_variance(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = lab(hidden=(5, 3))
    state, problem = states(spec, 9)[-1], problem_of(spec)
    whole = report.activation_variance(problem, state.params)
    monkeypatch.setattr(report, "BLOCK_NUMBERS", 500)
    np.testing.assert_allclose(report.activation_variance(problem, state.params), whole)
    assert whole.shape == (4, 2)


def test_a_history_does_not_keep_the_states_that_it_reports() -> None:
    """What an engine yields are parts of one array of many states, which has to go."""
    spec = LabSpec()
    first = next(iter(NumpyEngine().run(spec, until=0)))
    block = np.zeros((300, *first.params.shape), first.params.dtype)
    block[:] = first.params
    moments = np.zeros((300, *first.moments.shape), first.moments.dtype)
    gone = weakref.ref(block), weakref.ref(moments)
    history = History()
    history.record(spec, replace(first, params=block[5], moments=moments[5]))
    other = history.copy()
    del block, moments
    assert [array() for array in gone] == [None, None]
    assert other.nbytes < 2 * first.params.nbytes + 10_000
    assert other.median_loss() > 0
