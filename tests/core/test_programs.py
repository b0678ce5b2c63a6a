"""Programs that are given away: values go into the head alone, parts into the text."""

import ast

import numpy as np
import pytest

from layerlab.core import programs
from layerlab.core.errors import LabError
from layerlab.core.programs import head, program
from tests.helpers.programs import printed_by

ONE = '''\
"""Sums some numbers – slowly."""

# ---- Parameters
NAME = "é"; WIDTH = 3  # of the layer
# Rows of a table.
ROWS = [
    [1, 2],
]  # fmt: skip # a table of numbers
IS_ON = True

import numpy as np

from common.two import two

WIDTHS = "WIDTH = 3"
print(NAME, WIDTH, ROWS, IS_ON, WIDTHS, two(math_is_here=False))
'''
TWO = '''\
"""Two."""

import math

from common.three import THREE


def two(math_is_here):
    """Return two, or what is near it."""
    return math.sqrt(THREE + 1)
'''
THREE = '''\
"""Three."""

import numpy as np

THREE = int(np.sum([1, 2]))
'''


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    (tmp_path / "common").mkdir()
    texts = {"one": ONE, "common/two": TWO, "common/three": THREE}
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
    monkeypatch.setattr(
        programs, "resource", lambda name: tmp_path / name.removeprefix("programs/")
    )


def filled(**values):
    start = {"NAME": "a", "WIDTH": 5, "ROWS": [[1, 2]], "IS_ON": False}
    return program("one", **(start | values))


def test_values_go_into_the_head_alone() -> None:
    text = filled(NAME="ö", WIDTH=12, ROWS=[[3, 4], [5, 6]])
    assert 'NAME = "ö"; WIDTH = 12  # of the layer\n' in text
    assert "# Rows of a table.\nROWS = [[3, 4], [5, 6]]\n" in text  # no note to the formatter
    assert 'WIDTHS = "WIDTH = 3"' in text
    assert printed_by(text) == "ö 12 [[3, 4], [5, 6]] False WIDTH = 3 2.0\n"
    assert {name: ast.literal_eval(value) for name, value in head(text).items()} == {
        "NAME": "ö",
        "WIDTH": 12,
        "ROWS": [[3, 4], [5, 6]],
        "IS_ON": False,
    }


def test_what_it_imports_from_common_stands_in_it_once() -> None:
    text = filled()
    assert "common" not in text
    assert "import math\n\nimport numpy as np\n\n\nTHREE = " in text
    assert text.index("THREE = ") < text.index("def two") < text.index("WIDTHS")
    assert text.count("import numpy") == 1
    assert ast.get_docstring(ast.parse(text)) == "Sums some numbers – slowly."


def test_long_values_are_laid_out() -> None:
    rng = np.random.default_rng(0)
    rows = [*rng.standard_normal((3, 30)).tolist(), [1, 2]]
    pairs = [(k, k + 1) for k in range(60)]
    for value in (rows, pairs, [rows, [pairs, "text"]], list(range(99))):
        text = filled(ROWS=value)
        assert max(map(len, text.splitlines())) <= 96
        assert ast.literal_eval(head(text)["ROWS"]) == value
    for value in ('it\'s "so"\n', (1,), (), [], [(2,)], None, -1e-300, 10**30):
        assert ast.literal_eval(head(filled(ROWS=value))["ROWS"]) == value
    assert "\n    (0, 1), (1, 2), " in filled(ROWS=pairs)
    assert "\n    [1, 2],\n" in filled(ROWS=rows)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"DEPTH": 3}, "the program one has no parameter DEPTH"),
        ({"WIDTHS": 3}, "the program one has no parameter WIDTHS"),  # below the head
        ({"WIDTH": np.float64(3)}, "the parameter WIDTH of the program one is no literal"),
        ({"WIDTH": np.arange(3)}, "is no literal but ndarray"),
        ({"WIDTH": [1, np.int64(2)]}, "is no literal but list"),
        ({"WIDTH": float("nan")}, "is no literal but float"),
        ({"WIDTH": float("inf")}, "is no literal but float"),
        ({"WIDTH": len}, "is no literal but builtin"),
    ],
)
def test_what_does_not_fit_is_refused(values, words) -> None:
    with pytest.raises(LabError, match=words):
        filled(**values)


def test_a_parameter_that_is_not_set_is_named() -> None:
    with pytest.raises(LabError, match="parameter WIDTH of the program one is not set"):
        program("one", NAME="a", ROWS=[], IS_ON=True)
