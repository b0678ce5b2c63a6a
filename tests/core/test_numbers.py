"""How numbers are written, in the window and where an encoding lacks their signs."""

import io
import sys

import numpy as np
import pytest

from layerlab.core.numbers import grouped, median, number
from layerlab.core.program import print_anywhere


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1500, "1\u202f500"),
        (-1500, "-1\u202f500"),
        (10**18 + 1, "1" + "\u202f000" * 5 + "\u202f001"),  # not as a float
        (np.int64(1500), "1\u202f500"),
        (1499.6, "1\u202f500"),
    ],
)
def test_thousands_are_grouped(value: float, text: str) -> None:
    assert grouped(value) == text


def test_digits_after_the_point() -> None:
    assert grouped(1234.56, 1) == "1\u202f234.6"


def test_figures_and_sentences_group_alike() -> None:
    assert number(12345.0) == grouped(12345)


@pytest.mark.parametrize(
    ("encoding", "printed"),
    [
        ("utf-8", "1\u202f500 −2 √dₖ⁶⁴ ü 語"),
        ("cp1252", "1 500 -2 sqrt d_k^64 ü \\u8a9e"),
        ("ascii", "1 500 -2 sqrt d_k^64 \\xfc \\u8a9e"),
    ],
)
def test_every_encoding_prints_numbers(
    encoding: str, printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
    monkeypatch.setattr(sys, "stdout", stream)
    print_anywhere()
    stream.write(f"{grouped(1500)} −2 √dₖ⁶⁴ ü 語")
    assert raw.getvalue().decode(encoding) == printed


@pytest.mark.parametrize("count", [1, 2, 5, 64])
def test_the_median_is_numpys(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    assert median(values.tolist()) == np.median(values)
    assert np.isnan(median([*values.tolist(), np.nan]))
    assert median([*values.tolist(), np.inf, np.inf]) == np.median([*values, np.inf, np.inf])
