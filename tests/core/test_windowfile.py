"""The file that says what a window was."""

import json

import pytest

from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec, edit
from layerlab.core.windowfile import (
    is_same_network,
    make_window_file,
    window_from_json,
    window_to_json,
)

SPEC = edit(LabSpec(), "net.hidden", (4, 3))
KNOBS = {"activations": {"slope": 0.5, "points": (1.0, 2.0), "name": "relu"}}


def written(**changes):
    fields = json.loads(
        window_to_json(make_window_file(SPEC, "activations", KNOBS, "AdnQywAD"))
    )
    return json.dumps(fields | changes).encode()


def test_what_is_written_comes_back():
    read = window_from_json(written())
    assert read.lab_spec() == SPEC
    assert read.page == "activations"
    assert read.geometry == "AdnQywAD"
    assert read.knobs["activations"]["points"] == [1.0, 2.0]


def test_a_field_of_a_newer_version_is_left_out_and_a_missing_one_has_its_default():
    assert window_from_json(written(lessons=[1, 2])).lab_spec() == SPEC
    assert window_from_json(b"{}").page == "lab"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "the window's file"),
        (b"[]", "the window's file"),
        (b'{"page": 3}', "the window's file"),
        (b"\xff\xfe", "the window's file"),
        (b"[" * 100_000, "the window's file"),
        (b'{"knobs": {"a": {"b": ' + b"[" * 100_000, "nested too deeply"),
        (written(version=2), "version is 2"),
    ],
)
def test_what_does_not_fit_is_one_sentence(raw, message):
    with pytest.raises(LabError, match=message):
        window_from_json(raw)


def test_a_spec_of_another_version_costs_the_spec_alone():
    read = window_from_json(written(spec={"version": 9}))
    assert read.page == "activations"
    with pytest.raises(LabError, match="the kept lab"):
        read.lab_spec()


@pytest.mark.parametrize(
    ("path", "value", "same"),
    [
        ("train.rate", 0.5, True),
        ("train.updates", 7, True),
        ("train.seeds", 3, False),
        ("net.width", 9, False),
        ("task.seed", 4, False),
    ],
)
def test_a_network_goes_on_where_only_live_knobs_differ(path, value, same):
    assert is_same_network(SPEC, edit(SPEC, path, value)) is same
    assert is_same_network(SPEC, SPEC)
