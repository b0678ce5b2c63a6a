"""The search among runs: what it finds, by a plain reading in Python, and what it refuses."""

import datetime

import pytest

from layerlab.core.errors import LabError
from layerlab.runtime.runs.library import RunLibrary
from layerlab.runtime.runs.query import MAX_QUERY, parse
from tests.helpers.kept_runs import keep

DAY = datetime.datetime(2026, 3, 5, 12, 0).timestamp()


@pytest.fixture
def library(tmp_path):
    """Five runs, 1 to 5."""
    keep(tmp_path, 0.5, seed=0, ended=DAY)
    keep(tmp_path, 0.005, seed=1, ended=DAY + 1, net_width=16, net_activation="tanh")
    keep(tmp_path, None, seed=2, ended=DAY + 2, net_depth=5, train_rate=0.3)
    keep(tmp_path, 0.02, seed=3, ended=DAY + 86400, net_residual=True, net_hidden=(8, 4, 8))
    keep(tmp_path, 0.0005, seed=4, ended=DAY + 4, net_activation="leaky-relu")
    runs = RunLibrary(tmp_path)
    runs.edit([2], name="The wide one", tags=["x", "Demo"])
    runs.edit([5], note="leaks a little\nand is 100% fine", tags=["demo2"], pinned=True)
    return runs


FOUND = {
    "": [1, 2, 3, 4, 5],
    "width>8": [2],
    "width > 8": [2],
    "net.width>=8 -width>8": [1, 3, 4, 5],
    "relu": [1, 3, 4],
    "leaky": [5],
    "RELU depth=2": [1],
    "activation=relu": [1, 3, 4],
    "activation!=relu": [2, 5],
    "loss<0.01": [2, 5],
    "loss<=5e-3 tanh": [2],
    "loss=none": [3],
    "loss!=none loss>0.01": [1, 4],
    "tag:x": [2],
    "tag:demo": [2],
    "tag=demo -tag:x": [],
    "-tag:demo": [1, 3, 4, 5],
    "wide": [2],
    '"wide one"': [2],
    'name:"the wide"': [2],
    'name:"E WIDE"': [2],
    "note:100%": [5],
    "note:1%": [],
    "pinned=yes": [5],
    "is:pinned": [5],
    "-pinned=yes": [1, 2, 3, 4],
    "residual=on": [4],
    "residual": [4],
    "hidden=8-4-8": [4],
    "hidden=[8,4,8]": [4],
    "rate>0.1": [3],
    "train.loss=half-mse seed>=3": [4, 5],
    "batch=32": [1, 2, 3, 4, 5],
    "batch=full": [],
    "ended=2026-03-06": [4],
    "ended>2026-03-05": [4],
    "ended<=2026-03-05": [1, 2, 3, 5],
    "ended<2026-03-05": [],
    "validation=none engine=numpy": [1, 2, 3, 4, 5],
    "id=3": [3],
}


@pytest.mark.parametrize("text", FOUND)
def test_a_search_finds_what_it_says(library, text):
    assert sorted(run.id for run in library.find(parse(text))) == FOUND[text]


REFUSED = {
    "width>x": "character 7: width is a number, not 'x'",
    "relu widht>3": "character 6: knob 'widht' is not known; did you mean 'width'?",
    "loss<": "character 1: loss< has nothing behind it",
    " >8": "character 2: > has nothing before it",
    "activation<relu": "character 1: activation is no number",
    "loss=half-mse": "character 6: loss is a number, not 'half-mse'; the knob is train.loss",
    "residual=maybe": "character 10: residual is yes or no, not 'maybe'",
    "hidden=wide": "character 8: hidden is widths such as 8-8",
    "ended>soon": "character 7: 'soon' is no date",
    'name:"open': "character 1: the quotation mark",
    'relu "open': "character 6: the quotation mark",
    "width>>8": "character 1: 'width>>8' is no word",
    "-loss>none": "character 2: loss is none or not",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_wrong_search_says_in_one_sentence_what_and_where(text):
    with pytest.raises(LabError) as caught:
        parse(text)
    assert REFUSED[text] in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["'; DROP TABLE runs; --", 'tag:"%"', "%", "_", "\\", "name:\\", '"', "a" * 500, "é:ü"],
)
def test_no_text_gets_out_of_its_place(library, text):
    try:
        found = library.find(parse(text))
    except LabError:
        found = []
    assert found == []
    assert len(library.find()) == 5


def test_a_very_long_search_is_refused():
    with pytest.raises(LabError, match="at most"):
        parse("a" * (MAX_QUERY + 1))
