"""The animated pass: what is shown is the trace, and the sums written down come out."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from layerlab.core.frames import DiagramPart, Frame, Trace
from layerlab.core.spec import LabSpec, NetSpec, TrainSpec
from layerlab.ui.diagram.formula import number, plain
from layerlab.ui.diagram.panels import pass_panel
from layerlab.ui.diagram.pass_bar import PassBar
from layerlab.ui.diagram.trace_text import backward_lines, fits, forward_lines, loss_lines
from layerlab.ui.diagram.view import DiagramView
from layerlab.ui.theme import DARK, LIGHT
from tests.helpers.diagram_frames import sample_diagram
from tests.helpers.frames import sample_frame

LEFT = Qt.MouseButton.LeftButton
WAVE = (1, 8, 8, 8, 1)


def forward(part: DiagramPart, x: np.ndarray, residual: bool, norm: bool = False):
    """Return sums and signals of every layer of a ReLU network, unit by unit."""
    zs, hs, h = [], [], x
    for k, (w, b) in enumerate(zip(part.weights, part.biases, strict=True)):
        z = np.array([b[j] + sum(h[i] * w[i, j] for i in range(len(h))) for j in range(len(b))])
        n = (z - z.mean()) / np.sqrt(z.var() + 1e-5) if norm else z
        last = k == len(part.weights) - 1
        out = z if last else np.maximum(n, 0)
        h = h + out if residual and not last and part.skips[k] else out
        zs.append(z)
        hs.append(h)
    return zs, hs


def trace_of(part: DiagramPart, sample: int = 5, residual: bool = False) -> Trace:
    """Return a trace whose derivatives are centred differences, no backpropagation."""
    rng = np.random.default_rng(sample)
    x = rng.standard_normal(part.weights[0].shape[0])
    target = rng.standard_normal(part.weights[-1].shape[1])

    def loss(moved: DiagramPart) -> float:
        return float(0.5 * np.mean((forward(moved, x, residual)[1][-1] - target) ** 2))

    def slope(k: int, name: str, index: tuple[int, ...]) -> float:
        ends = []
        for step in (1e-6, -1e-6):
            arrays = [np.array(a, float) for a in getattr(part, name)]
            arrays[k][index] += step
            ends.append(loss(dataclasses.replace(part, **{name: tuple(arrays)})))
        return (ends[0] - ends[1]) / 2e-6

    zs, hs = forward(part, x, residual)
    dz = [
        np.array([slope(k, "biases", (j,)) for j in range(len(b))])
        for k, b in enumerate(part.biases)
    ]
    before = [x, *hs[:-1]]
    dw = [np.outer(h, d) for h, d in zip(before, dz, strict=True)]
    dh = []
    for k in range(len(zs)):
        if k == len(zs) - 1:
            dh.append(dz[k].copy())
            continue
        d = part.weights[k + 1] @ dz[k + 1]
        dh.append(d)
    if residual:
        for k in reversed(range(len(zs) - 2)):
            dh[k] = dh[k] + (dh[k + 1] if part.skips[k + 1] else 0.0)
    return Trace(
        0,
        sample,
        x,
        target,
        tuple(zs),
        tuple(hs),
        loss(part),
        "half MSE",
        tuple(dh),
        tuple(dz),
        tuple(dw),
    )


def part_of(sizes: tuple[int, ...], most: int = 16) -> DiagramPart:
    form = "curve" if sizes[0] == 1 else "features"
    return sample_diagram(form, np.random.default_rng(11), sizes, most)


def frame_of(part: DiagramPart, update: int = 740, **net: object) -> Frame:
    hidden = tuple(layer.size for layer in part.layers[1:-1])
    spec = LabSpec(net=NetSpec(hidden=hidden, **net), train=TrainSpec(updates=1500))
    return dataclasses.replace(sample_frame("curve"), diagram=part, update=update, spec=spec)


@pytest.fixture
def view_of(qtbot):
    def make(
        sizes: tuple[int, ...] = WAVE, has_traces: bool = True, **keys: object
    ) -> DiagramView:
        view = DiagramView()
        qtbot.addWidget(view)
        view.resize(690, 330)
        view.draw(frame_of(part_of(sizes, **keys)))
        view.set_sample_count(96)
        if has_traces:
            view.trace_wanted.connect(
                lambda n: view.show_trace(trace_of(view.frame.diagram, n))
            )
        view.show()
        view.grab()
        return view

    return make


def click(button) -> None:
    QTest.mouseClick(button, LEFT)


def panel_text(view: DiagramView) -> str:
    view.grab()
    panel = view.canvas.placed
    return "" if panel is None else "\n".join(map(plain, panel.panel.lines(99)))


SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def machine_written(text: str) -> str:
    """Return the text with `2·10⁻⁵` as 2e-5 and minus signs as a machine reads them."""
    powers = re.sub(r"·10([⁻⁰¹²³⁴-⁹]+)", lambda m: f"e{m[1].translate(SUPERSCRIPTS)}", text)
    return powers.replace("−", "-")


def numbers_in(text: str) -> list[float]:
    return [float(t) for t in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", machine_written(text))]


def worked_out(text: str) -> float:
    """Return the value of a sum as it is written."""
    plain_text = machine_written(text).replace("·", "*").replace(" ", "")
    assert re.fullmatch(r"[-+*().\de]+", plain_text), text
    return float(eval(plain_text))


# ---- the arithmetic that is written down


@pytest.mark.parametrize("sizes", [(1, 8, 8, 1), (2, 3, 1), (4, 8, 4), (3, 2)])
def test_every_written_sum_comes_out(qapp, sizes):
    part = part_of(sizes)
    trace, spec = trace_of(part), LabSpec()
    for layer in range(1, len(sizes)):
        for unit in range(sizes[layer]):
            line = plain(forward_lines(part, spec, trace, layer, unit, 99)[0])
            head, left, right = line.split(" = ")
            assert head == "z"
            z = trace.z[layer - 1][unit]
            assert right == number(z)
            size = 1 + np.abs(part.weights[layer - 1][:, unit]).sum()
            assert worked_out(left) == pytest.approx(z, abs=0.02 * size)
            end = plain(forward_lines(part, spec, trace, layer, unit, 99)[-1])
            assert end.endswith(number(trace.h[layer - 1][unit]))


def test_what_is_not_written_out_is_summed_and_counted(qapp):
    part = part_of((1, 40, 40, 1), most=6)
    trace = trace_of(part)
    line = plain(forward_lines(part, LabSpec(), trace, 2, 3, 4)[0])
    assert "(36 smaller terms)" in line
    left = re.sub(r" \(\d+ smaller terms\)", "", line.split(" = ")[1])
    assert worked_out(left) == pytest.approx(trace.z[1][3], abs=0.05)
    back = plain(backward_lines(part, LabSpec(), trace, 1, 3, 4)[0])
    assert "(36 smaller terms)" in back
    left = re.sub(r" \(\d+ smaller terms\)", "", back.split(" = ")[1])
    assert worked_out(left) == pytest.approx(trace.dh[0][3], abs=0.02)


def test_the_chain_rule_comes_out_in_numbers(qapp):
    part = part_of((2, 5, 4, 1))
    trace = trace_of(part)
    for layer in (1, 2):
        for unit in range(part.layers[layer].size):
            lines = [plain(x) for x in backward_lines(part, LabSpec(), trace, layer, unit, 99)]
            _, left, right = lines[0].split(" = ")
            assert right == number(trace.dh[layer - 1][unit])
            size = 1 + np.abs(part.weights[layer][unit]).sum()
            assert worked_out(left) == pytest.approx(trace.dh[layer - 1][unit], abs=0.02 * size)
            assert lines[1].endswith(number(trace.dz[layer - 1][unit]))
            assert lines[2] == f"dL/db = dL/dz = {number(trace.dz[layer - 1][unit])}"
            for line in lines[3:]:
                _, left, right = line.split(" = ")
                assert worked_out(left) == pytest.approx(numbers_in(right)[0], abs=0.02)


def test_residual_and_norm_are_written_as_they_are_computed(qapp):
    part = dataclasses.replace(part_of((3, 4, 4, 1)), skips=(False, True))
    x = np.array([0.3, -0.2, 0.9])
    zs, hs = forward(part, x, residual=True, norm=True)
    zeros = tuple(np.zeros_like(z) for z in zs)
    trace = Trace(
        0,
        0,
        x,
        np.zeros(1),
        tuple(zs),
        tuple(hs),
        0.0,
        "half MSE",
        zeros,
        zeros,
        tuple(np.zeros_like(w) for w in part.weights),
    )
    spec = LabSpec(net=NetSpec(hidden=(4, 4), layer_norm=True, residual=True))
    for unit in range(4):
        lines = [plain(line) for line in forward_lines(part, spec, trace, 2, unit, 99)]
        normed = (zs[1][unit] - zs[1].mean()) / np.sqrt(zs[1].var() + 1e-5)
        assert lines[1].endswith(f"= {number(normed)}")
        text = f"{number(hs[0][unit])} + relu({number(normed)}) = {number(hs[1][unit])}"
        assert lines[2].endswith(text)


def test_the_loss_is_named_as_it_names_itself(qapp):
    part = part_of(WAVE)
    trace = dataclasses.replace(trace_of(part), loss_label="⟦half MSE⟧")
    spec = LabSpec(train=TrainSpec(loss="half-mse"))
    assert "⟦half MSE⟧ of this sample" in plain(loss_lines(part, spec, trace)[-1])


def test_a_residual_derivative_names_what_goes_past_the_layer(qapp):
    part = dataclasses.replace(part_of((3, 4, 4, 1)), skips=(False, True))
    trace = trace_of(part, residual=True)
    spec = LabSpec(net=NetSpec(hidden=(4, 4), residual=True))
    for unit in range(4):
        line = plain(backward_lines(part, spec, trace, 1, unit, 99)[0])
        assert "from the skip connection" in line
        left = line.split(" = ")[1].replace(" from the skip connection", "")
        assert worked_out(left) == pytest.approx(trace.dh[0][unit], abs=0.03)
        # the oracle's dz are finite differences: relu's slope times dh must meet them
        if abs(trace.z[0][unit]) > 1e-3:
            want = trace.dh[0][unit] * (trace.z[0][unit] > 0)
            assert trace.dz[0][unit] == pytest.approx(want, abs=1e-5)


def test_weights_that_have_changed_are_not_passed_off_as_the_traces(view_of):
    view = view_of(has_traces=False)
    trace = trace_of(view.frame.diagram)
    other = dataclasses.replace(
        view.frame.diagram, weights=tuple(1.1 * w for w in view.frame.diagram.weights)
    )
    assert fits(view.frame.diagram, trace)
    assert not fits(other, trace)
    panel = pass_panel(
        dataclasses.replace(_state(view, trace), part=other), view.frame.spec, (2, 3)
    )
    text = plain(panel.lines(4)[0])
    assert text == f"h₄ = {number(trace.h[1][3])}, the weights have changed since"


def _state(view: DiagramView, trace: Trace):
    view.show_trace(trace)
    view.player.step(2)
    return view.player.state


# ---- stepping by the strip's buttons


def test_stepping_forward_shows_the_numbers_of_the_trace(view_of):
    view = view_of()
    click(view.bar.step)  # the inputs
    trace = view.player.state.trace
    assert number(trace.inputs[0]) in panel_text(view)
    for layer in range(1, 5):
        click(view.bar.step)
        state = view.player.state
        assert state.layer == layer
        assert state.reached(layer)
        assert not state.reached(layer + 1)
        assert state.values(layer) == pytest.approx(trace.h[layer - 1])
        shown_layer, place = view.canvas.explained()
        assert shown_layer == layer
        assert place == np.argmax(np.abs(trace.h[layer - 1]))
        assert panel_text(view).endswith(f"= {number(trace.h[layer - 1][place])}")
    click(view.bar.step)
    text = panel_text(view)
    assert f"prediction ŷ = {number(trace.h[-1][0])}" in text
    assert f"target y = {number(trace.target[0])}" in text
    assert text.endswith(number(trace.loss))
    click(view.bar.step)  # nothing beyond the end
    assert view.player.state.is_loss
    click(view.bar.back)
    assert view.player.state.layer == 4
    assert not view.player.state.is_loss


def test_stepping_backward_shows_the_derivatives_of_the_trace(view_of):
    view = view_of()
    click(view.bar.backward)
    click(view.bar.play)  # pause
    assert not view.player.is_playing
    trace = view.player.state.trace
    assert f"dL/dŷ = {number(trace.dh[-1][0])}" in panel_text(view)
    for step, layer in enumerate((3, 2, 1, 1), start=1):
        click(view.bar.step)
        state = view.player.state
        assert (state.step, state.layer) == (step, layer)
        assert state.values(layer) == pytest.approx(trace.dz[layer - 1])
        assert not state.reached(layer - 1)
        gap = 4 - step
        assert state.edge_values()[gap] == pytest.approx(trace.dw[gap])
        if gap:
            assert state.edge_values()[gap - 1] == pytest.approx(state.part.edges[gap - 1])
        place = view.canvas.explained()[1]
        text = panel_text(view)
        assert f"= {number(trace.dh[layer - 1][place])}\n" in text
        assert f"dL/db = dL/dz = {number(trace.dz[layer - 1][place])}" in text
    click(view.bar.step)
    assert view.player.state.step == 4


def test_a_focused_neuron_is_the_one_explained(view_of):
    view = view_of()
    click(view.bar.step)
    click(view.bar.step)
    click(view.bar.step)
    spot = view.canvas.geometry_now().tile_rect(2, 6).center().toPoint()
    QTest.mouseClick(view.canvas.viewport(), LEFT, pos=spot)
    assert view.canvas.explained() == (2, 6)
    assert view.canvas.editor.isHidden()  # a snapshot is not edited
    trace = view.player.state.trace
    assert panel_text(view).endswith(f"= {number(trace.h[1][6])}")


def test_folded_units_count_in_the_sums_and_keep_their_indices(view_of):
    view = view_of((1, 64, 64, 1), most=5)
    click(view.bar.step)
    click(view.bar.step)
    click(view.bar.step)
    trace = view.player.state.trace
    _, place = view.canvas.explained()
    view.grab()
    text = plain(view.canvas.placed.panel.lines(4)[0])
    assert "(60 smaller terms)" in text
    assert text.endswith(f"= {number(trace.z[1][place])}")
    left = re.sub(r" \(\d+ smaller terms\)", "", text.split(" = ")[1])
    assert worked_out(left) == pytest.approx(trace.z[1][place], abs=0.05)


def test_playing_reaches_every_layer_and_stops_at_the_end(view_of):
    view = view_of()
    click(view.bar.forward)
    assert view.player.is_playing
    seen, shares = [], set()
    for _ in range(2000):
        state = view.player.state
        if not seen or seen[-1] != state.step:
            seen.append(state.step)
        shares.add(round(state.share, 1))
        view.player.advance(50)
        if state.step == state.last_step and not view.player.is_playing:
            break
    assert seen == [0, 1, 2, 3, 4, 5]
    assert len(shares) > 5  # pulses on their way
    assert not view.player.is_playing


def test_the_timer_plays(qtbot, view_of):
    view = view_of((1, 2, 1))
    click(view.bar.forward)
    qtbot.waitUntil(lambda: view.player.state.step >= 1 and view.player.state.share > 0.1)
    view.grab()  # a pulse half way
    click(view.bar.play)
    assert view.player.state.share == 1.0
    step = view.player.state.step
    QTest.qWait(80)
    assert view.player.state.step == step


def test_numbers_appear_only_after_the_pulse_has_arrived(view_of):
    view = view_of()
    click(view.bar.step)
    state = dataclasses.replace(view.player.state, step=2, share=0.5)
    assert state.reached(1)
    assert not state.reached(2)
    backwards = dataclasses.replace(state, is_backward=True, step=1)
    assert backwards.reached(4)
    assert not backwards.reached(3)


def test_training_goes_on_and_the_pass_stays_a_snapshot(view_of):
    view = view_of()
    click(view.bar.step)
    first = view.canvas.part
    assert "snapshot at update 740" in view.note()
    later = sample_diagram("curve", np.random.default_rng(99), WAVE)
    view.draw(frame_of(later, update=900))
    assert view.canvas.part.weights is first.weights
    assert "snapshot at update 740" in view.note()
    click(view.bar.stop)
    assert view.canvas.part.weights is later.weights
    assert "snapshot" not in view.note()
    assert view.note().startswith("seed 1 of 16")
    assert view.bar.stop.isHidden()


def test_a_trace_finds_its_network_among_those_drawn_last(view_of):
    view = view_of(has_traces=False)
    old = view.frame.diagram
    for update in (741, 742):
        newer = dataclasses.replace(old, weights=tuple(w * update / 740 for w in old.weights))
        view.draw(frame_of(newer, update=update))
    view.show_trace(trace_of(old))
    assert view.player.state.part is old
    assert "snapshot at update 740" in view.note()


def test_the_network_can_be_handed_in_with_the_trace(view_of):
    view = view_of(has_traces=False)
    other = sample_diagram("curve", np.random.default_rng(5), WAVE)
    view.show_trace(trace_of(other), other, 1234)
    assert view.player.state.part is other
    assert "snapshot at update 1\u202f234" in view.note()


def test_another_network_ends_the_pass_and_a_late_answer_is_ignored(view_of):
    view = view_of(has_traces=False)
    late = trace_of(view.frame.diagram)
    view.show_trace(late)
    assert view.player.state is not None
    view.draw(frame_of(part_of((1, 4, 1))))
    assert view.player.state is None
    view.show_trace(late)
    assert view.player.state is None
    view.grab()


def test_samples_are_chosen_and_keep_the_step(qtbot, view_of):
    view = view_of()
    asked = []
    view.trace_wanted.connect(asked.append)
    click(view.bar.step)
    click(view.bar.step)
    assert asked == [0]
    click(view.bar.next)
    assert asked == [0, 1]
    assert view.player.state.step == 1
    assert view.player.state.trace.sample == 1
    view.bar.spin.setValue(95)
    assert asked[-1] == 95
    click(view.bar.next)  # after the last comes the first
    assert asked[-1] == 0
    view.set_sample_count(10)
    assert view.bar.spin.maximum() == 9


def test_a_sample_chosen_before_the_pass_asks_for_nothing(qtbot, view_of):
    view = view_of(has_traces=False)
    with qtbot.assertNotEmitted(view.trace_wanted):
        view.bar.spin.setValue(7)
    with qtbot.waitSignal(view.trace_wanted) as asked:
        click(view.bar.backward)
    assert asked.args == [7]
    view.show_trace(trace_of(view.frame.diagram, 7))
    assert view.player.state.is_backward
    assert view.player.is_playing
    view.stop_pass()


def test_the_way_back_uses_the_same_snapshot(view_of):
    view = view_of()
    click(view.bar.step)
    trace = view.player.state.trace
    click(view.bar.backward)
    assert view.player.state.trace is trace
    assert view.player.state.is_backward
    view.stop_pass()


@pytest.mark.parametrize("sizes", [(1, 1), (1, *(3,) * 64, 1), (3, 40, 2)])
@pytest.mark.parametrize("backward", [False, True])
def test_any_network_is_stepped_through_at_any_size(view_of, sizes, backward):
    view = view_of(sizes, has_traces=False)
    part = view.frame.diagram
    zs, hs = forward(part, np.ones(sizes[0]), residual=False)
    dw = tuple(np.ones_like(w) for w in part.weights)
    trace = Trace(
        0,
        0,
        np.ones(sizes[0]),
        hs[-1],
        tuple(zs),
        tuple(hs),
        0.0,
        "MSE",
        tuple(hs),
        tuple(zs),
        dw,
    )
    view.show_trace(trace)
    view.player.start(part, trace, backward)
    last = view.player.state.last_step
    for step in sorted({0, 1, 2, last // 2, last - 1, last}):
        view.player.start(part, trace, backward, step)
        for size in ((690, 330), (500, 240)):
            view.resize(*size)
            view.grab()
            placed = view.canvas.placed
            assert placed is None or view.canvas.rect().contains(placed.rect.toAlignedRect())
    view.set_theme(LIGHT.zoomed(1.5))
    view.grab()
    assert view.player.state.step == last


def test_a_pass_with_numbers_that_are_not_finite_is_shown(view_of):
    view = view_of(has_traces=False)
    trace = trace_of(view.frame.diagram)
    bad = {
        n: tuple(np.full_like(a, np.nan) for a in getattr(trace, n))
        for n in ("z", "h", "dh", "dz", "dw")
    }
    view.show_trace(dataclasses.replace(trace, loss=float("inf"), **bad))
    for _ in range(6):
        click(view.bar.step)
        view.grab()
    click(view.bar.backward)
    for _ in range(5):
        click(view.bar.step)
        view.grab()
    assert view.player.state.is_backward


def test_every_button_of_the_strip_has_a_name(view_of):
    bar = view_of().bar
    for button in (bar.forward, bar.backward, bar.back, bar.play, bar.step, bar.next, bar.stop):
        assert button.accessibleName()
        assert button.toolTip()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


@pytest.mark.parametrize("zoom", [1.0, 1.5, 2.0])
def test_no_word_of_the_strip_is_cut_off(qtbot, zoom):
    bar = PassBar()
    qtbot.addWidget(bar)
    bar.set_theme(DARK.zoomed(zoom))
    bar.show_state(is_active=True, is_backward=False, is_playing=True)
    bar.show()
    for width in (700, 420, 330, 300, 230):
        bar.resize(round(width * zoom), bar.height())
        QTest.qWait(1)
        bar.layout().activate()
        seen = (bar.forward, bar.backward, bar.step, bar.next, bar.stop)
        for button in (b for b in seen if b.isVisible()):
            assert button.width() >= button.sizeHint().width()
            assert button.geometry().right() <= bar.width()
        assert bar.stop.geometry().left() > bar.spin.geometry().right()
        assert bar.next.isVisible() == (width > 230)
    assert bar.forward.text() != "Forward pass"
