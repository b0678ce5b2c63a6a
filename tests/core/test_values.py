"""Values of a page's knobs: frozen and checked, in files and out of them."""

import pytest

from layerlab.core.errors import LabError
from layerlab.core.knobs import Knob
from layerlab.core.values import Values, is_knob_file, knobs_from_json, values_to_json

KNOBS = (
    Knob("width", "int", "Width", "h", low=1, high=64),
    Knob("rate", "float", "Rate", "h", low=0.0, high=1.0),
    Knob("on", "bool", "On", "h"),
    Knob("law", "choice", "Law", "h", choices=("he", "xavier")),
    Knob("places", "numbers", "Places", "h", low=-1, high=1),
)
START = {"width": 8, "rate": 0.5, "on": False, "law": "he", "places": (0.0, 0.5)}
VALUES = Values(KNOBS, START)


def test_they_are_a_mapping_that_cannot_change():
    assert dict(VALUES) == START
    assert VALUES.edit("width", 9)["width"] == 9
    assert VALUES["width"] == 8
    with pytest.raises(TypeError):
        VALUES["width"] = 9
    assert Values(KNOBS, START) == VALUES
    assert hash(VALUES) == hash(Values(KNOBS, START))


def test_whole_numbers_of_a_float_knob_are_floats():
    assert isinstance(VALUES.edit("rate", 1)["rate"], float)
    assert VALUES.edit("places", [1, -1])["places"] == (1.0, -1.0)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("width", 65, "Width is 65, the range is 1 to 64"),
        ("width", 8.5, "must be a whole number"),
        ("width", True, "must be a whole number"),
        ("width", None, "Width is missing"),
        ("rate", float("nan"), "the range is 0 to 1"),
        ("rate", "much", "must be a number"),
        ("on", 1, "must be true or false"),
        ("law", "hee", "must be one of he, xavier"),
        ("law", 3, "must be a name"),
        ("places", 3, "must be a list of numbers"),
        ("places", [0, 3], r"Places\[1\] is 3"),
        ("widht", 3, "did you mean 'width'"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(name, value, words):
    with pytest.raises(LabError, match=words):
        VALUES.edit(name, value)


def test_a_file_gives_back_what_was_written():
    raw = values_to_json("page", VALUES)
    key, knobs = knobs_from_json(raw)
    assert key == "page"
    assert Values(KNOBS, knobs) == VALUES
    assert is_knob_file(raw)
    assert not is_knob_file(b'{"version": 1, "task": {"name": "step"}}')


def test_former_names_are_read_and_written_as_they_are_now():
    renamed = (
        Knob("std", "float", "Std", "h", low=0.0, high=1.0, former=("spread",)),
        Knob(
            *("law", "choice", "Law", "h"),
            choices=("he", "xavier"),
            former_choices=(("glorot", "xavier"),),
        ),
    )
    start = {"std": 0.5, "law": "he"}
    raw = b'{"experiment": "page", "knobs": {"spread": 0.25, "law": "glorot"}, "version": 1}'
    _, knobs = knobs_from_json(raw)
    for read in (Values(renamed, {**start, **knobs}), Values(renamed, start).turned(knobs)):
        assert dict(read) == {"std": 0.25, "law": "xavier"}
    written = knobs_from_json(values_to_json("page", read))[1]
    assert written == {"std": 0.25, "law": "xavier"}
    with pytest.raises(LabError, match="Std is 2, the range is 0 to 1"):
        Values(renamed, start).edit("spread", 2)
