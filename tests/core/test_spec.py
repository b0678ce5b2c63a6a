import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlab.core.declared import KNOBS
from layerlab.core.errors import LabError
from layerlab.core.knobs import Effect, Knob
from layerlab.core.layout import Layout
from layerlab.core.presets import presets
from layerlab.core.resources import resource
from layerlab.core.spec import LabSpec, edit, from_json, get, read_spec, to_json


def test_the_default_lab_is_the_one_that_is_documented():
    spec = LabSpec()
    assert (spec.task.name, spec.task.samples, spec.task.noise) == ("wave", 96, 0.06)
    assert (spec.net.hidden, spec.net.activation, spec.net.init) == (
        (8, 8),
        "relu",
        "he-normal",
    )
    train = spec.train
    assert (train.optimizer, train.rate, train.batch) == ("adam", 0.01, 32)
    assert (train.updates, train.epochs, train.seeds, train.dtype) == (
        1500,
        None,
        16,
        "float32",
    )


def test_the_published_listing_is_read():
    spec = read_spec(resource("specs/diagonal-flip.json"))
    assert spec.net.hidden == (8,)
    assert (spec.train.epochs, spec.train.updates) == (100, None)
    assert (spec.train.rng, spec.train.report, spec.train.seed) == ("legacy", "running", 42)
    assert from_json(to_json(spec)) == spec


def test_every_field_of_a_spec_is_a_declared_knob_and_the_other_way_round():
    rooms = {"task": LabSpec().task, "net": LabSpec().net, "train": LabSpec().train}
    fields = {
        f"{room}.{name}" for room, part in rooms.items() for name in part.__struct_fields__
    }
    assert fields | {"net.width", "net.depth"} == set(KNOBS)
    for knob in KNOBS.values():
        assert knob.label
        assert knob.help.endswith(".")
        assert isinstance(knob.effect, Effect)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"net": {"foo": 1}}', "net: unknown field 'foo'"),
        ('{"surprise": 1}', "unknown field 'surprise'"),
        ('{"net": {"hidden": [8, 900]}}', "net.hidden[1] is 900, the range is 1 to 512"),
        ('{"net": {"hidden": [0]}}', "net.hidden[0] is 0"),
        ('{"net": {"hidden": [1.5]}}', "net.hidden[0]"),
        ('{"net": {"hidden": ["a"]}}', "net.hidden[0]"),
        (json.dumps({"net": {"hidden": [1] * 65}}), "65 layers, the range is 0 to 64"),
        ('{"train": {"epochs": 1, "updates": 2}}', "exactly one"),
        ('{"version": 3}', "version is 3"),
        ('{"train": {"batch": "half"}}', 'train.batch: it must be a whole number or "full"'),
        ('{"train": {"batch": 0}}', "train.batch is 0"),
        ('{"train": {"rate": 1e99}}', "train.rate"),
        ('{"train": {"order": "random"}}', "one of shuffle, file"),
        ('{"train": {"seeds": 65}}', "train.seeds is 65, the range is 1 to 64"),
        ('{"net": {"dropout": 1.0}}', "net.dropout"),
        ('{"task": {"gaps": "guess"}}', "task.gaps is 'guess', it must be one of auto"),
        (
            '{"task": {"kinds": [["a", "word"]]}}',
            "task.kinds: 'a' is 'word', it must be",
        ),
        ('{"task": {"kinds": [["a"]]}}', "task.kinds[0]"),
        ('{"task": {"leave_out": "a"}}', "task.leave_out"),
        ('{"task": {"features": ["x1", "x9"]}}', r"task.features[1]"),
        ('{"task": {"points": [0, 11, 1]}}', r"task.points[1]"),
        ('{"task": {"label_noise": 0.6}}', "task.label_noise"),
        ('{"task": {"split": "first"}}', "task.split"),
        ("{", "is not JSON"),
        ("[]", "object"),
        ("\xff", "x.json"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence(text, message):
    with pytest.raises(LabError) as refused:
        from_json(text.encode("latin-1"), "x.json")
    sentence = str(refused.value)
    assert sentence.startswith("x.json")
    assert message in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: p.mkdir(), "directory"),
        (lambda p: p.write_bytes(b""), "is empty"),
        (lambda p: None, "no such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, make, message):
    path = tmp_path / "lab.json"
    make(path)
    with pytest.raises(LabError, match=message) as refused:
        read_spec(path)
    assert str(path) in str(refused.value)


def test_width_and_depth_turn_the_list_of_widths():
    spec = LabSpec()
    assert edit(spec, "net.width", 16).net.hidden == (16, 16)
    assert edit(spec, "net.depth", 4).net.hidden == (8, 8, 8, 8)
    assert edit(spec, "net.depth", 1).net.hidden == (8,)
    funnel = edit(spec, "net.hidden", (16, 8, 4))
    assert edit(funnel, "net.depth", 5).net.hidden == (16, 8, 4, 4, 4)
    assert get(funnel, "net.width") == 16
    linear = edit(spec, "net.depth", 0)
    assert linear.net.hidden == ()
    assert edit(linear, "net.width", 4).net.hidden == ()
    assert edit(linear, "net.depth", 2).net.hidden == (8, 8)


def test_epochs_and_updates_exclude_each_other():
    by_epochs = edit(LabSpec(), "train.epochs", 7)
    assert (by_epochs.train.epochs, by_epochs.train.updates) == (7, None)
    assert edit(by_epochs, "train.updates", 9).train.epochs is None


@pytest.mark.parametrize("value", ["wide", True, 3.5, None, 0, 513, float("nan")])
def test_a_wrong_value_is_refused_with_its_field(value):
    with pytest.raises(LabError, match=r"net\.width"):
        edit(LabSpec(), "net.width", value)


def test_an_unknown_knob_is_refused():
    with pytest.raises(LabError, match="not a knob"):
        edit(LabSpec(), "net.colour", 1)


def values_of(knob: Knob):
    if knob.kind == "int":
        return st.integers(int(knob.low or 0), min(int(knob.high), 10**6))
    if knob.kind == "float":
        return st.floats(knob.low, knob.high)
    if knob.kind == "bool":
        return st.booleans()
    if knob.kind == "widths":
        return st.lists(st.integers(1, 512), max_size=64).map(tuple)
    if knob.kind == "names":
        names = st.sampled_from(knob.choices) if knob.choices else st.text(max_size=5)
        return st.lists(names, max_size=3).map(tuple)
    if knob.kind == "numbers":
        return st.lists(st.floats(knob.low, knob.high), max_size=6).map(tuple)
    if knob.kind == "pairs":
        pair = st.tuples(st.text(max_size=5), st.sampled_from(knob.choices))
        return st.lists(pair, max_size=3).map(tuple)
    if knob.kind == "batch":
        return st.one_of(st.just("full"), st.integers(1, 20_000))
    return st.sampled_from(knob.choices) if knob.choices else st.text(max_size=20)


@given(st.data())
def test_any_edit_survives_json(data):
    path = data.draw(st.sampled_from(sorted(KNOBS)))
    spec = edit(LabSpec(), path, data.draw(values_of(KNOBS[path])))
    assert from_json(to_json(spec)) == spec
    assert hash(from_json(to_json(spec))) == hash(spec)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_spec_or_a_sentence(raw):
    message = ""
    try:
        from_json(raw)
    except LabError as error:
        message = str(error)
    assert "\n" not in message


def test_a_spec_is_frozen():
    with pytest.raises(AttributeError):
        LabSpec().net = None
    with pytest.raises(LabError):
        msgspec.structs.replace(LabSpec().net, hidden=(0,))


def test_layout_views_are_the_vector_itself():
    import numpy as np

    layout = Layout((2, 3, 1))
    assert layout.parameters == 2 * 3 + 3 + 3 + 1
    flat = np.arange(13.0)[None].repeat(2, 0)
    assert layout.weights(flat, 0)[1].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert layout.biases(flat, 0)[0].tolist() == [6, 7, 8]
    assert layout.weights(flat, 1)[0].tolist() == [[9], [10], [11]]
    layout.weights(flat, 0)[1, 1, 2] = -1
    assert flat[1, layout.weight_index(0, 1, 2)] == -1
    assert flat[0, layout.bias_index(1, 0)] == 12
    assert layout.is_weight().sum() == 9


def test_presets_are_whole_specs_with_names_of_their_own():
    found = presets()
    assert len({preset.key for preset in found}) == len(found) >= 8
    by_key = {preset.key: preset.spec for preset in found}
    assert by_key["width-2"].net.hidden == (2,)
    assert by_key["flip-44"].net.hidden == (4, 4)
    assert by_key["deep-sigmoid"].net.activation == "sigmoid"
