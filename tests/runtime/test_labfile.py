"""Saved labs: what is written comes back, and nothing else gets in."""

from __future__ import annotations

import json
import os
import pathlib
import struct
import tracemalloc
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlab.core.errors import LabError
from layerlab.core.layout import Layout
from layerlab.core.spec import LabSpec, NetSpec, TaskSpec, TrainSpec, to_json
from layerlab.core.state import State
from layerlab.runtime import labfile
from layerlab.runtime.labfile import (
    MAX_FILE_BYTES,
    OtherInputsError,
    load,
    load_spec,
    save,
)

SPEC = LabSpec(net=NetSpec(hidden=(3, 2)), train=TrainSpec(seeds=2, updates=50))
LAYOUT = Layout((1, 3, 2, 1))  # 6 + 8 + 3 parameters
HISTORY = {
    "updates": np.arange(4),
    "train": np.arange(8.0).reshape(4, 2).astype(np.float32),
    "validation": np.full((4, 2), np.nan),
}


def layout_of(spec: LabSpec) -> Layout:
    return Layout((1, *spec.net.hidden, 1))


def a_state(spec: LabSpec = SPEC, slots: int = 2) -> State:
    rng = np.random.default_rng(1)
    seeds, parameters = spec.train.seeds, layout_of(spec).parameters
    dtype = np.dtype(spec.train.dtype)
    return State(
        update=37,
        params=rng.standard_normal((seeds, parameters)).astype(dtype),
        moments=rng.standard_normal((slots, seeds, parameters)).astype(dtype),
        first_loss=np.array([0.5, np.nan]),
        epoch_sum=np.array([1.0, 2.0]),
        epoch_count=3,
        epoch_loss=np.array([np.nan, 0.25]),
    )


def saved(folder: pathlib.Path, spec: LabSpec = SPEC, slots: int = 2) -> pathlib.Path:
    path = folder / "lab.layerlab"
    save(path, spec, a_state(spec, slots), HISTORY)
    return path


def parts(raw: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the header and the data of a file, by hand."""
    (length,) = struct.unpack("<Q", raw[:8])
    return json.loads(raw[8 : 8 + length]), raw[8 + length :]


def joined(header: dict[str, Any], data: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def refused(path: pathlib.Path, **options: Any) -> str:
    with pytest.raises(LabError) as caught:
        load(path, layout_of, **options)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    assert len(message) < 400
    return message


@pytest.mark.parametrize("slots", [0, 1, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_saved_lab_comes_back_bit_for_bit(
    tmp_path: pathlib.Path, dtype: str, slots: int
) -> None:
    spec = replace_train(SPEC, dtype=dtype)
    path = saved(tmp_path, spec, slots)
    lab = load(path, layout_of, lambda _: slots)
    assert lab.spec == spec
    assert lab.state is not None
    for item in fields(State):
        before, after = getattr(a_state(spec, slots), item.name), getattr(lab.state, item.name)
        np.testing.assert_array_equal(after, before, strict=isinstance(before, np.ndarray))
    assert lab.history.keys() == HISTORY.keys()
    for key, values in HISTORY.items():
        np.testing.assert_array_equal(lab.history[key], values, strict=True)
    assert os.listdir(tmp_path) == ["lab.layerlab"]


def refusal(path: pathlib.Path) -> str | None:
    """Return the sentence with which a file is refused; None where it is a lab."""
    try:
        lab = load(path, layout_of, lambda spec: 2)
    except LabError as error:
        return str(error)
    if lab.state is not None:
        sizes = (lab.spec.train.seeds, layout_of(lab.spec).parameters)
        assert lab.state.params.shape == sizes
    return None


def replace_train(spec: LabSpec, **changes: Any) -> LabSpec:
    import msgspec

    train = msgspec.structs.replace(spec.train, **changes)
    return msgspec.structs.replace(spec, train=train)


def test_losses_of_a_float32_training_are_kept_too(tmp_path: pathlib.Path) -> None:
    state = replace(a_state(), first_loss=np.array([0.1, 0.2], np.float32))
    save(tmp_path / "a", SPEC, state)
    lab = load(tmp_path / "a", layout_of)
    assert lab.state is not None
    np.testing.assert_array_equal(lab.state.first_loss, state.first_loss)


def test_a_spec_alone_is_a_lab(tmp_path: pathlib.Path) -> None:
    save(tmp_path / "a.layerlab", SPEC)
    (tmp_path / "b.json").write_text(to_json(SPEC))
    (tmp_path / "c.layerlab").write_bytes(b"\xef\xbb\xbf\r\n" + to_json(SPEC).encode())
    for name in ("a.layerlab", "b.json", "c.layerlab"):
        lab = load(tmp_path / name, layout_of)
        assert lab.spec == SPEC == load_spec(tmp_path / name)
        assert lab.state is None
        assert lab.history == {}


def test_the_form_is_plain_safetensors(tmp_path: pathlib.Path) -> None:
    """Another program's view of it: header by hand, numbers by struct."""
    header, data = parts(saved(tmp_path).read_bytes())
    assert header["__metadata__"]["layerlab"] == "1"
    assert json.loads(header["__metadata__"]["spec"])["net"]["hidden"] == [3, 2]
    start, end = header["params"]["data_offsets"]
    numbers = struct.unpack(f"<{2 * 17}f", data[start:end])
    np.testing.assert_array_equal(np.reshape(numbers, (2, 17)), a_state().params)


# ---- writing: whole or not at all


def test_a_failed_write_leaves_the_old_file(tmp_path: pathlib.Path, monkeypatch: Any) -> None:
    path = saved(tmp_path)
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LabError, match=r"lab\.layerlab cannot be written: no space left"):
        save(path, replace_train(SPEC, rate=0.5), a_state())
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["lab.layerlab"]


def test_permissions_and_links_are_kept(tmp_path: pathlib.Path) -> None:
    path = saved(tmp_path)
    path.chmod(0o640)
    link = tmp_path / "link.layerlab"
    link.symlink_to(path)
    save(link, SPEC)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert load(path, layout_of).state is None


def test_a_new_file_has_the_rights_of_any_new_file(tmp_path: pathlib.Path) -> None:
    (tmp_path / "other").touch()
    assert saved(tmp_path).stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("name", ["", "missing/lab.layerlab", "file/lab.layerlab"])
def test_where_nothing_can_be_written(tmp_path: pathlib.Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LabError, match=str(tmp_path)):
        save(tmp_path / name, SPEC)
    assert os.listdir(tmp_path) == ["file"]


def test_a_write_protected_file_is_not_replaced(
    tmp_path: pathlib.Path, monkeypatch: Any
) -> None:
    path = saved(tmp_path)
    before = path.read_bytes()
    monkeypatch.setattr(os, "access", lambda target, mode: False)  # root may write anything
    with pytest.raises(LabError, match="write-protected"):
        save(path, SPEC)
    assert path.read_bytes() == before


# ---- reading: one sentence for anything that is not a lab


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"hello", "is damaged"),
        (b"\0" * 100, "is damaged"),
        (b'{"version": 1', "is not JSON"),
        (b'{"version": 1, "colour": 2}', "unknown field 'colour'"),
        (b'{"net": {"hidden": [0]}}', r"hidden\[0\] is 0, the range is 1 to 512"),
        (struct.pack("<Q", 2**62) + b"{}", "ends before its header"),
        (struct.pack("<Q", 2**21) + b"{" + b" " * 2**21, "ends before its header"),
        (struct.pack("<Q", 2) + b"{}", "no lab of Layerlab"),
        (struct.pack("<Q", 6) + b"{[[[[[", "header does not read"),
    ],
)
def test_what_is_no_lab(tmp_path: pathlib.Path, content: bytes, message: str) -> None:
    path = tmp_path / "lab.layerlab"
    path.write_bytes(content)
    with pytest.raises(LabError, match=message):
        load(path, layout_of)
    refused(path)


def test_what_is_no_file(tmp_path: pathlib.Path, monkeypatch: Any) -> None:
    assert "directory" in refused(tmp_path)
    assert "no such file" in refused(tmp_path / "none.layerlab")
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in refused(tmp_path / "pipe")
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert "symbolic links" in refused(loop)
    with pytest.raises(LabError):
        load("a\0b", layout_of)

    def forbidden(*args: Any) -> None:
        raise PermissionError(13, "Permission denied")

    path = saved(tmp_path)
    monkeypatch.setattr(os, "open", forbidden)  # root may read anything
    assert "permission denied" in refused(path)


def test_a_huge_file_is_not_read(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "lab.layerlab"
    with open(path, "wb") as file:
        file.truncate(MAX_FILE_BYTES + 2**20)  # sparse: it takes no room on the disk
    assert "has 169 MB; a lab has at most 168 MB" in refused(path)


def test_every_truncation_is_refused(tmp_path: pathlib.Path) -> None:
    path = saved(tmp_path)
    raw = path.read_bytes()
    for length in {0, 1, 7, 8, 9, *range(10, len(raw), 37), len(raw) - 1}:
        path.write_bytes(raw[:length])
        refused(path)
    path.write_bytes(raw + b"\0")
    refused(path)


def _edit_header(path: pathlib.Path, change: Any) -> None:
    header, data = parts(path.read_bytes())
    change(header)
    path.write_bytes(joined(header, data))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda h: h.pop("params"), "params is missing"),
        (lambda h: h.pop("__metadata__"), "no lab of Layerlab"),
        (lambda h: h["__metadata__"].pop("spec"), "no lab of Layerlab"),
        (lambda h: h["__metadata__"].update(layerlab="7"), "lab of version 7"),
        (lambda h: h["__metadata__"].update(spec="{"), "spec is not JSON"),
        (lambda h: h["__metadata__"].update(spec='{"net": {"x": 1}}'), "unknown field 'x'"),
        (lambda h: h["__metadata__"].update(state="[]"), "state"),
        (lambda h: h["__metadata__"].pop("state"), "no part of a lab"),
        (lambda h: h["__metadata__"].update(state='{"update": -1, "epoch_count": 0}'), "-1"),
        (
            lambda h: h["__metadata__"].update(state='{"update": 1e99, "epoch_count": 0}'),
            "state",
        ),
        (
            lambda h: h["__metadata__"].update(spec=to_json(replace_train(SPEC, seeds=3))),
            "params is F32 2 x 17 where F32 3 x 17 is expected",
        ),
        (
            lambda h: h["__metadata__"].update(
                spec=to_json(replace_train(SPEC, dtype="float64"))
            ),
            "where F64 2 x 17",
        ),
        (lambda h: h["params"].update(shape=[17, 2]), "17 x 2 where"),
        (lambda h: h["params"].update(shape=[2**62, 17]), "where F32 2 x 17"),
        (lambda h: h["params"].update(shape=[-2, 17]), "where F32 2 x 17"),
        (lambda h: h["params"].update(shape="x"), "header does not read"),
        (lambda h: h["params"].update(dtype="F16"), "F16"),
        (lambda h: h["params"].update(data_offsets=[0, 4]), "is damaged"),
        (lambda h: h["params"].update(data_offsets=[0, 2**63]), "is damaged"),
        (lambda h: h["history.train"].update(shape=[2**40, 2**40]), "no part of a lab"),
        (lambda h: h["history.train"].update(shape=[10**400]), ""),
        (lambda h: h.update({"history.../x": h.pop("history.train")}), "no part of a lab"),
        (lambda h: h.update({"extra": h.pop("history.train")}), "'extra'"),
    ],
)
def test_a_header_that_does_not_fit(tmp_path: pathlib.Path, change: Any, message: str) -> None:
    path = saved(tmp_path)
    _edit_header(path, change)
    assert message in refused(path)


def test_moments_of_another_optimizer_are_refused(tmp_path: pathlib.Path) -> None:
    path = saved(tmp_path, slots=1)
    assert "moments is F32 1 x 2 x 17" in refused(path, slots_of=lambda spec: 2)


def test_values_that_are_no_numbers_are_refused(tmp_path: pathlib.Path) -> None:
    for name in ("params", "moments"):
        path = saved(tmp_path)
        whole = getattr(a_state(), name)
        broken = whole.copy()
        broken.flat[5] = np.inf
        raw = path.read_bytes()
        assert raw.count(whole.tobytes()) == 1
        path.write_bytes(raw.replace(whole.tobytes(), broken.tobytes()))
        assert f"{name} holds values that are no numbers" in refused(path)


def test_an_array_named_twice_is_refused(tmp_path: pathlib.Path) -> None:
    path = saved(tmp_path)
    header, data = parts(path.read_bytes())
    text = json.dumps(header)
    twin = json.dumps(header["params"] | {"shape": [34]})
    text = text[:-1] + f', "params": {twin}' + "}"
    raw = text.encode()
    path.write_bytes(struct.pack("<Q", len(raw)) + raw + data)
    refused(path)


def test_an_unknown_name_in_the_spec_names_the_file(tmp_path: pathlib.Path) -> None:
    def unknown(spec: LabSpec) -> Layout:
        raise LabError("task 'wafe' is not known; did you mean 'wave'?")

    path = saved(tmp_path)
    with pytest.raises(LabError, match="did you mean 'wave'"):
        load(path, unknown)
    with pytest.raises(LabError, match=str(path)):
        load(path, unknown)


edits = st.lists(
    st.tuples(st.integers(0, 2**16), st.integers(0, 2), st.binary(min_size=1, max_size=9)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=300)
@given(edits=edits)
def test_mutated_bytes_raise_nothing_but_lab_errors(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, int, bytes]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.layerlab"
    if not path.exists():
        save(path, SPEC, a_state(), HISTORY)
    original = path.read_bytes()
    raw = bytearray(original)
    for place, how, new in edits:
        place %= len(raw) + 1
        end = place + len(new) if how == 0 else place
        if how == 2:
            del raw[place : place + len(new)]
        else:
            raw[place:end] = new
    mutated = path.with_suffix(".other")
    mutated.write_bytes(raw)
    tracemalloc.start()
    try:
        message = refusal(mutated)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert message is None or (str(mutated) in message and len(message) < 1000)
    assert peak < 20 * len(raw) + 2**20


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200)
@given(
    key=st.sampled_from(["params", "moments", "history.train", "__metadata__", "new"]),
    inner=st.sampled_from(["", "dtype", "shape", "data_offsets", "spec", "state"]),
    value=json_values,
)
def test_any_header_raises_nothing_but_lab_errors(
    tmp_path_factory: pytest.TempPathFactory, key: str, inner: str, value: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "header.layerlab"
    save(path, SPEC, a_state(), HISTORY)

    def change(header: dict[str, Any]) -> None:
        if inner and key in header:
            header[key][inner] = value
        else:
            header[key] = value

    _edit_header(path, change)
    message = refusal(path)
    assert message is None or "\n" not in message


def test_limits_hold_what_the_lab_allows() -> None:
    from layerlab.core.declared import MAX_WEIGHTS

    state_bytes = MAX_WEIGHTS * 8 * 3  # float64 weights and two moments
    assert state_bytes + 8 * labfile.MAX_HISTORY_NUMBERS < MAX_FILE_BYTES


@pytest.mark.parametrize("name", ["params", "moments"])
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_training_that_diverged_leaves_a_lab_that_opens(
    tmp_path: pathlib.Path, name: str, number: float
) -> None:
    state = a_state()
    getattr(state, name)[..., 1] = number
    save(tmp_path / "a.layerlab", SPEC, state, HISTORY)
    lab = load(tmp_path / "a.layerlab", layout_of, lambda _: 2)
    assert (lab.spec, lab.state, lab.history) == (SPEC, None, {})


def test_what_is_written_reads_as_the_library_writes_it(tmp_path: pathlib.Path) -> None:
    """Numbers, names, shapes and metadata by the library's own reader."""
    path = saved(tmp_path)
    arrays = safetensors.numpy.load_file(path)
    assert arrays.keys() >= {"params", "moments", "history.updates"}
    np.testing.assert_array_equal(arrays["moments"], a_state().moments, strict=True)
    np.testing.assert_array_equal(arrays["history.updates"], HISTORY["updates"], strict=True)
    with safetensors.safe_open(path, "numpy") as file:
        assert file.metadata()["layerlab"] == "1"
    start = 8 + int.from_bytes(path.read_bytes()[:8], "little")
    assert start % 8 == 0  # so that arrays can be looked at where they lie


def test_an_array_of_a_type_that_no_lab_holds_is_a_mistake_of_the_caller(
    tmp_path: pathlib.Path,
) -> None:
    with pytest.raises(ValueError, match="complex64"):
        save(tmp_path / "a", SPEC, a_state(), {"train": np.zeros(3, np.complex64)})


# ---- names of the inputs


@pytest.fixture
def trained(tmp_path):
    """A network that was trained on two inputs of a table."""

    def make(*inputs):
        (tmp_path / "t.csv").write_text("a,y\n1,2\n")
        task = TaskSpec(name="csv", path=str(tmp_path / "t.csv"), target="y")
        spec = LabSpec(task=task, net=SPEC.net, train=SPEC.train)
        path = tmp_path / "lab.layerlab"
        assert save(path, spec, a_state(), HISTORY, inputs=inputs)
        return path

    return make


def test_names_of_the_inputs_are_saved_with_the_network(trained):
    path = trained("a", "b=ü")
    assert load(path, layout_of, inputs_of=lambda task: ("a", "b=ü")).inputs == ("a", "b=ü")
    assert load(path, layout_of).inputs == ("a", "b=ü")  # nobody compares them


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (("a", "c"), "other inputs of .*: then 'b', now 'c'"),
        (("a",), "more inputs of .*: 'b' as well"),
        (("a", "b", "c"), "fewer inputs of .*: without 'c'"),
        (("b", "a"), "in another order"),
    ],
)
def test_other_inputs_are_refused_by_their_names(trained, now, words):
    path = trained("a", "b")
    before = path.read_bytes()
    with pytest.raises(OtherInputsError, match=words) as caught:
        load(path, layout_of, inputs_of=lambda task: now)
    assert "the file stays as it is" in str(caught.value)
    assert caught.value.spec.task.target == "y"
    assert path.read_bytes() == before


def test_many_other_inputs_are_named_in_a_sentence_of_a_line(trained):
    path = trained(*(f"was {k}" for k in range(900)))
    with pytest.raises(OtherInputsError) as caught:
        load(path, layout_of, inputs_of=lambda task: [f"is {k}\n" * 40 for k in range(900)])
    assert len(str(caught.value)) < 1500
    assert "\n" not in str(caught.value)


def test_a_lab_without_names_is_compared_by_its_parameters(trained):
    path = trained()
    assert load(path, layout_of, inputs_of=lambda task: ("x",)).inputs == ()

    def wider(spec):
        return Layout((4, *spec.net.hidden, 1))

    with pytest.raises(OtherInputsError, match="its layers would have 4, 3, 2, 1 units"):
        load(path, wider, inputs_of=lambda task: ("x",))


def test_names_beyond_the_limit_are_left_out(trained):
    path = trained(*(f"{k:0200}" for k in range(2000)))
    assert load(path, layout_of, inputs_of=lambda task: ("x",)).inputs == ()


def test_names_that_are_no_list_are_damage(trained):
    path = trained("a", "b")
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b'[\\"a\\",\\"b\\"]', b'{\\"a\\":\\"b\\"}'))
    assert path.read_bytes() != raw
    with pytest.raises(LabError, match="is damaged: inputs"):
        load(path, layout_of)
