"""Language models counted against PyTorch's modules and printed totals; initial blocks."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from layerlab.claims import counts
from layerlab.core.errors import LabError
from layerlab.core.experiment import HOLDS, WRONG
from layerlab.experiments import EXPERIMENTS
from layerlab.experiments.at_scale import claim_rows, growth, layer, model, units
from layerlab.experiments.at_scale.layer import boxes_of, columns_of
from layerlab.nets.published import MODELS, Published
from layerlab.nets.transformers import KINDS, feed_forward
from tests.experiments.conftest import drag_handle, settle
from tests.helpers.programs import printed_by

torch = pytest.importorskip("torch")  # the oracle

# ---- counting, against PyTorch's modules


class Gated(torch.nn.Module):
    """A gated block as it is published: W2 (W1 x * act(Wg x)), without biases."""

    def __init__(self, d: int, hidden: int, activation: str) -> None:
        super().__init__()
        self.activation = torch.nn.functional.silu if activation == "silu" else torch.sigmoid
        self.up, self.gate = (torch.nn.Linear(d, hidden, bias=False) for _ in range(2))
        self.down = torch.nn.Linear(hidden, d, bias=False)

    def forward(self, x):
        return self.down(self.up(x) * self.activation(self.gate(x)))


def numbers_of(*modules: torch.nn.Module) -> int:
    return sum(p.numel() for one in modules for p in one.parameters())


@pytest.mark.parametrize(("d_model", "factor", "layers"), [(64, 4.0, 3), (96, 2.5, 2)])
def test_a_gpt_has_the_parameters_of_pytorch_s_layers(d_model, factor, layers) -> None:
    one = model.compute("plain", d_model, factor, layers, context=(256.0,)).decoder
    nn, hidden = torch.nn, int(factor * d_model)
    layer = nn.TransformerEncoderLayer(d_model, 4, hidden, device="meta")
    tables = nn.Embedding(50_257, d_model, device="meta"), nn.Embedding(256, d_model)
    whole = layers * numbers_of(layer) + numbers_of(*tables, nn.LayerNorm(d_model))
    assert one.parameters == one.used == whole


@pytest.mark.parametrize("sharing", [1, 4])
@pytest.mark.parametrize("block", ["GLU", "SwiGLU"])
def test_a_llama_of_experts_has_those_of_its_parts(block: str, sharing: int) -> None:
    d, hidden, layers, experts = 64, 160, 2, 4
    result = model.compute(block, d, 2.5, layers, experts, (2.0,), (float(sharing),))
    nn = torch.nn
    attention = [nn.Linear(d, n, bias=False) for n in (d, d // sharing, d // sharing, d)]
    blocks = [Gated(d, hidden, KINDS[block].bend) for _ in range(experts)]
    router, norms = nn.Linear(d, experts, bias=False), [nn.RMSNorm(d), nn.RMSNorm(d)]
    rest = numbers_of(nn.Embedding(32_000, d), nn.Linear(d, 32_000, bias=False), nn.RMSNorm(d))
    own = numbers_of(*attention, *norms, router)
    assert result.decoder.parameters == rest + layers * (own + numbers_of(*blocks))
    assert result.decoder.used == rest + layers * (own + numbers_of(*blocks[:2]))


def test_arithmetic_is_what_pytorch_counts_for_a_token() -> None:
    from torch.utils.flop_counter import FlopCounterMode

    d, heads, context = 64, 4, 300
    one = model.compute("SwiGLU", d, 2.5, 1, context=(float(context),))
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        x = torch.zeros(1, d)
        for _ in range(4):
            torch.nn.Linear(d, d, bias=False)(x)
        attention = counter.get_total_flops()
        query = torch.zeros(heads, 1, d // heads)
        keys = torch.zeros(heads, context, d // heads)
        (query @ keys.transpose(1, 2)) @ keys
        looked = counter.get_total_flops()
        Gated(d, 160, "silu")(x)
        fed = counter.get_total_flops()
        torch.nn.Linear(d, 32_000, bias=False)(x)
        whole = counter.get_total_flops()
    found = one.operations
    assert found["attention"] == attention
    assert found["context"] == looked - attention
    assert found["feed-forward"] == fed - looked
    assert found["tables"] == whole - fed


@pytest.mark.parametrize("block", KINDS)
def test_a_block_computes_what_pytorch_s_does(block: str) -> None:
    rng, d, hidden = np.random.default_rng(0), 8, 12
    x, up, gate = rng.standard_normal((5, d)), *rng.standard_normal((2, d, hidden))
    down, kind = rng.standard_normal((hidden, d)), KINDS[block]
    found = feed_forward(kind, x, up, down, gate)
    t = [torch.tensor(a) for a in (x, up, gate, down)]
    unit = t[0] @ t[1]
    if block == "plain":
        unit = torch.relu(unit)
    elif block == "GLU":
        unit = torch.nn.functional.glu(torch.cat([unit, t[0] @ t[2]], -1))
    else:
        unit = unit * torch.nn.functional.silu(t[0] @ t[2])
    assert found == pytest.approx((unit @ t[3]).numpy(), abs=1e-12)


# ---- published models


@pytest.mark.parametrize("one", MODELS, ids=lambda one: one.name)
def test_a_published_model_is_met_within_one_percent_by_its_knobs(one: Published) -> None:
    values = EXPERIMENTS["at-scale"].values(**model.knobs_of(one))
    result = model.compute(**values)
    assert result.decoder == one.decoder
    assert result.same == MODELS.index(one)
    assert result.decoder.parameters == pytest.approx(one.total, rel=0.01)
    if one.used is not None:
        assert result.decoder.used == pytest.approx(one.used, rel=0.01)


def test_released_weights_are_met_exactly() -> None:
    """Numbers of parameters of the released files."""
    exact = {
        "GPT-2": 124_439_808,
        "LLaMA 7B": 6_738_415_616,
        "LLaMA 13B": 13_015_864_320,
        "LLaMA 33B": 32_528_943_616,
        "LLaMA 65B": 65_285_660_672,
        "Mixtral 8x7B": 46_702_792_704,
    }
    found = {one.name: one.decoder.parameters for one in MODELS}
    assert {name: found[name] for name in exact} == exact


def test_parts_add_up_and_the_cache_is_as_large_as_the_weights_where_it_is_stated() -> None:
    result = model.compute(experts=8, sharing=(4.0,), bytes=(4.0,))
    whole = result.decoder.parameters
    assert sum(result.parameters.values()) == whole
    assert sum(result.memory.values()) - result.memory["context"] == 4 * whole == result.weights
    assert result.decoder.cache(1) * result.even == pytest.approx(whole)
    there = np.interp(result.even, model.CONTEXTS, result.cache)
    assert there == pytest.approx(4 * whole, rel=1e-3)
    half = model.compute(experts=8, sharing=(8.0,), bytes=(4.0,))
    assert 2 * half.memory["context"] == result.memory["context"]


def test_the_4x_block_and_a_gated_one_of_8_3_cost_the_same() -> None:
    square = 4096**2
    plain = model.compute("plain", factor=4.0).blocks[0]
    gated = model.compute("SwiGLU", factor=8 / 3).blocks[2]
    assert plain.parameters / square == pytest.approx(8.0, rel=1e-3)
    assert gated.parameters / square == pytest.approx(8.0, rel=1e-3)
    assert model.compute("plain", factor=4.0).parameters["feed-forward"] == pytest.approx(
        2 * model.compute("plain", factor=4.0).parameters["attention"], rel=1e-3
    )


def test_a_small_box_has_the_letter_of_papers_in_every_language(monkeypatch) -> None:
    monkeypatch.setattr(layer, "translated", lambda name: f"⟦{name}⟧")
    boxes = boxes_of(512, 128, 700, False, 1, 1)[:4]
    assert [box.wordings[1] for box in boxes] == ["Q", "O", "K", "V"]
    assert boxes[0].wordings[0] == "⟦queries⟧"


def test_boxes_have_the_area_of_the_matrices() -> None:
    for gated in (False, True):
        for experts in (1, 8, 64):
            boxes = boxes_of(512, 128, 700, gated, experts, 2)
            area = sum(box.place[2] * box.place[3] for box in boxes)
            assert area == 2 * 512 * (512 + 128) + experts * (3 if gated else 2) * 512 * 700
            corners = np.array([box.place for box in boxes])
            for k, (x, y, w, h) in enumerate(corners):  # none lies on another
                wide = np.minimum(x + w, corners[:, 0] + corners[:, 2]) - np.maximum(
                    x, corners[:, 0]
                )
                high = np.minimum(y + h, corners[:, 1] + corners[:, 3]) - np.maximum(
                    y, corners[:, 1]
                )
                hit = (wide > 1e-9) & (high > 1e-9)
                hit[k] = False
                assert not hit.any()
    assert columns_of(1, 3) == 1


# ---- signal


@pytest.mark.parametrize("block", KINDS)
def test_variance_is_that_of_theory(block: str) -> None:
    found = growth.growth(block, 48)
    for case in ("scaled, norm", "norm", "scaled"):
        off = np.log(np.median(found.seen[case], axis=1) / found.theory[case])
        assert np.abs(off).max() < 0.12, case
    bare = np.log(np.median(found.seen["bare"][:3], axis=1) / found.theory["bare"][:3])
    assert np.abs(bare).max() < 0.2


def test_theory_of_relu_is_closed() -> None:
    found = growth.growth("plain", 20).theory
    steps = np.arange(21.0)
    assert found["norm"] == pytest.approx(1 + steps, rel=1e-8)
    assert found["scaled, norm"] == pytest.approx(1 + steps / 40, rel=1e-8)
    assert found["bare"] == pytest.approx(2.0**steps, rel=1e-6)
    assert found["scaled"][-1] == pytest.approx((1 + 1 / 40) ** 20, rel=1e-6)


def test_what_leaves_the_range_of_numbers_is_infinite_and_not_drawn(open_page) -> None:
    assert np.isinf(growth.growth("SwiGLU", 64).seen["bare"][-1]).all()
    page = open_page("at-scale")
    page.on_edited("layers", 128)
    settle(page)
    for mark in page.frame.view.costs.signal.plot.live.values():
        for array in (v for v in vars(mark).values() if isinstance(v, np.ndarray)):
            assert np.isfinite(array).all()


# ---- verdicts


def found(**knobs):
    return {row.id: row.verdict for row in model.claims(model.compute(**knobs))}


def test_verdicts_are_those_of_the_figures() -> None:
    shown = {"D25": WRONG, "D26": HOLDS, "D27": WRONG, "D31": WRONG, "D37": HOLDS, "D48": HOLDS}
    for block in KINDS:
        verdicts = found(block=block, d_model=64, experts=4)
        assert verdicts.pop("D47").startswith("holds only if parameters are meant")
        assert verdicts == shown


def test_broken_figures_turn_every_verdict(monkeypatch) -> None:
    with monkeypatch.context() as patch:
        for module in (claim_rows, counts):
            patch.setattr(module, "feed_forward_parameters", lambda d, *a, **k: 67_100_000)
        assert found()["D25"] == HOLDS
        assert found()["D37"] == WRONG
    with monkeypatch.context() as patch:
        patch.setattr(claim_rows, "cache_numbers", lambda tokens, *a: tokens**2)
        assert found()["D37"] == WRONG
    with monkeypatch.context() as patch:
        patch.setattr(growth, "output_scale", lambda blocks: blocks**-0.25)
        assert found()["D26"] == WRONG
    with monkeypatch.context() as patch:
        patch.setattr(
            claim_rows,
            "ends",
            lambda block, case: (1.0, 9.0 if case != "scaled, norm" else 1.0),
        )
        assert found()["D26"].startswith("holds only if blocks have layer norm")


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"block": "MLP"}, "'MLP', it must be one of plain, GLU, SwiGLU"),
        ({"context": ()}, "context is one number, not 0"),
        ({"sharing": (1.0, 2.0)}, "heads that share keys is one number, not 2"),
    ],
)
def test_bad_knobs_are_refused(knobs, words: str) -> None:
    with pytest.raises(LabError, match=words):
        model.compute(**knobs)


# ---- words, what is copied, what is dragged


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (124_439_808, "124 M"),
        (6_738_415_616, "6.74 B"),
        (999_999, "1 M"),
        (512, "512"),
        (174_604_259_328, "175 B"),
        (1.06e14, "106 T"),
    ],
)
def test_large_numbers_in_words(number: float, text: str) -> None:
    assert units.count(number) == text
    assert units.memory(67_108_864, 4) == "67.11 MB"
    assert units.memory(12) == "12 B"
    assert units.operations(1.43e10) == "14.3 GFLOP"


@pytest.mark.parametrize(
    "knobs",
    [
        {},
        {"block": "plain", "factor": 4.0, "layers": 12},
        {"factor": 3.5, "experts": 8, "sharing": (4.0,), "context": (32_768.0,)},
    ],
)
def test_the_copied_program_prints_the_page_s_figures(knobs) -> None:
    result = model.compute(**knobs)
    one, lines = result.decoder, printed_by(model.numpy_code(**knobs)).splitlines()
    assert lines[0] == f"parameters {one.parameters:,}, of a token {one.used:,}"
    assert lines[1].startswith(f"a block {one.expert:,}, in units")
    weights, cache = (float(part.split()[-2]) for part in lines[2].split(","))
    assert weights == pytest.approx(result.weights / 1e9, rel=1e-5)
    assert cache == pytest.approx(result.memory["context"] / 1e9, rel=1e-5)
    assert float(lines[3].split()[3]) == round(result.even)
    total = sum(result.operations.values())
    assert float(lines[4].split()[0]) == pytest.approx(total / 1e9, rel=1e-5)
    share = 100 * result.operations["context"] / total
    assert float(lines[4].split()[4]) == pytest.approx(share, abs=0.06)
    free, scaled = (float(part.split()[-1]) for part in lines[5].split(","))
    assert free == pytest.approx(result.growth.end("norm"), rel=0.12)
    assert scaled == pytest.approx(result.growth.end("scaled, norm"), rel=0.12)


def test_dragging_the_layer_turns_width_and_factor(open_page) -> None:
    page = open_page("at-scale")
    plot = page.frame.view.plot
    corner, edge = plot.handles
    reach = plot.x_axis.high
    drag_handle(plot, corner, QPoint(-20, 20))
    settle(page)
    assert page.values["d_model"] < 4096
    assert page.values["factor"] == 2.6875
    page.undo()
    settle(page)
    start = plot.place_of(edge).toPoint()
    QTest.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=start)
    for k in range(1, 12):  # to the edge of the plot: its scale stands while it is held
        QTest.mouseMove(plot.viewport(), start + QPoint(40 * k, 0))
        settle(page)
        assert plot.x_axis.high == reach
    wide = page.values["factor"]
    assert wide == pytest.approx((reach - 2.16 * 4096) / 4096, rel=0.02)
    QTest.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(440, 0))
    settle(page)
    plot.grab()
    assert plot.x_axis.high > reach
    page.undo()
    assert page.values == page.experiment.values()


def test_clicks_choose_experts_keys_models_blocks_and_bytes(open_page) -> None:
    page = open_page("at-scale")
    view = page.frame.view
    page.on_tried(2)  # eight experts
    settle(page)
    boxes = view._boxes(view.result)
    third = next(box for box in boxes if box.expert == 2)
    keys = next(box for box in boxes if box.name == "keys")
    for box in (third, keys):
        x, y, wide, high = box.place
        across = float(view.plot.px(np.array(x + 0.7 * wide)))
        place = QPoint(int(across), int(view.plot.py(np.array(y + 0.5 * high))))
        QTest.mouseClick(view.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
        settle(page)
    assert page.values["active"] == (3.0,)
    assert page.values["sharing"] == (8.0,)
    view.compared.models.row_clicked.emit(2)
    settle(page)
    assert view.result.published[view.result.same].name == "GPT-3"
    before = page.values
    view.compared.rows.row_clicked.emit(1)
    settle(page)
    assert (page.values["block"], page.values["experts"]) == ("GLU", 1)
    page.undo()  # two knobs, one step
    assert page.values == before
    settle(page)
    view.costs.memory.plot.clicked.emit(1000.0, 1.0)
    settle(page)
    assert page.values["bytes"] == (4.0,)
    assert view.result.weights == 4 * view.result.decoder.parameters
    view.costs.gates.plot.clicked.emit(3.0, 1.0)
    settle(page)
    assert page.values["block"] == "GLU"


# ---- what the things to try say


def tried(place: int):
    page = EXPERIMENTS["at-scale"]
    return model.compute(**page.values(**page.tries[place].values))


def test_things_to_try_show_what_they_say() -> None:
    block = tried(0).decoder
    assert units.count(block.d_model * block.hidden) == "67.1 M"
    assert units.count(block.expert, 4) == "134.2 M"
    book = tried(1)
    assert math.floor(book.memory["context"] / book.weights) == 5
    assert book.operations["context"] > 0.5 * sum(book.operations.values())
    mixture = tried(2)
    assert mixture.published[mixture.same].name == "Mixtral 8x7B"
    assert units.count(mixture.decoder.parameters) == "46.7 B"
    assert units.count(mixture.decoder.used) == "12.9 B"
    assert mixture.decoder.cache(1) * 4 == model.compute().decoder.cache(1)
