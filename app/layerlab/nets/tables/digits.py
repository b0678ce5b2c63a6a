"""Digits: many short numbers read at once, eight letters of each in a word of 64 bits.

The letters of a cell lie in a word as they lie in the file, the first one in its lowest byte.
What is done to one byte is done to all eight, so a column takes some dozens of operations on
whole arrays, however many letters its cells have.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

Array = np.ndarray
WORD = 8  # letters
WORDS = 3  # of a number at most; a longer one is read on its own
PAD = WORD * WORDS  # zeros before the first letter, and behind the last one
ZERO, PLUS, MINUS, E = (np.uint8(ord(letter)) for letter in "0+-e")
SMALL = np.uint8(0x20)  # the bit by which a small letter differs from the capital one
POWERS = 10.0 ** np.arange(23)  # each of them is a double
_EXACT = 2**53  # whole numbers up to here are doubles
FEW = 16  # odd cells that are left to whoever asks
MANY_LONG = 0.5  # share of cells of more than a word from which all are read as such
_MOST = 900  # of the third word: what is larger does not fit into 63 bits
_SPLIT = 2.0**27 + 1  # Veltkamp's, which halves the bits of a double
_ROUNDING = 2.0**-38  # more than the quotient's second part can be wrong, times the divisor


def _bytes(value: int) -> np.uint64:
    """Return a word of eight equal bytes."""
    return np.uint64(value * 0x0101010101010101)


_ZEROS, _POINTS, _LOW, _HIGH = _bytes(0x30), _bytes(0x30 ^ 0x2E), _bytes(0x7F), _bytes(0x80)
_ABOVE_NINE = _bytes(0x7F - 9)
_SEVEN, _EIGHT, _TOP, _BYTE = np.uint64(7), np.uint64(8), np.uint64(56), np.uint64(0xFF)
_ALL = np.uint64(2**64 - 1)
_PAIRS, _FOURS = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF)
# Word of n letters -> the bytes that are its own: the last ones, and the first ones.
LAST = np.array([(2**64 - 1) ^ (2 ** (64 - 8 * n) - 1) for n in range(9)], np.uint64)
FIRST = np.array([2 ** (8 * n) - 1 for n in range(9)], np.uint64)
# Times a point's byte: in its highest byte, how many letters stand behind the point.
_BEHIND = [np.uint64(sum((8 * j + i) << (8 * i) for i in range(8))) for j in range(WORDS)]


class Letters(NamedTuple):
    """Bytes of a file.

    Attributes:
        single: the bytes, with `PAD` zeros before and behind.
        words: the eight bytes from each one on, as a word.
    """

    single: Array
    words: Array


class Wholes(NamedTuple):
    """Cells such as `-12.5` as whole numbers.

    Attributes:
        whole: (cells,) uint64, the digits without the point.
        decimals: (cells,) int64, how many of them stand behind the point.
        is_pointed: (cells,) whether there is a point.
        is_odd: (cells,) what is anything else; its other values mean nothing.
        is_negative: (cells,) whether there is a minus.
    """

    whole: Array
    decimals: Array
    is_pointed: Array
    is_odd: Array
    is_negative: Array


def letters_of(chunk: bytes) -> Letters:
    """Return the letters of a stretch of a file."""
    padded = bytes(PAD) + chunk + bytes(PAD)
    words = np.ndarray((len(padded) - WORD + 1,), "<u8", padded, 0, (1,))
    return Letters(np.frombuffer(padded, np.uint8), words.astype(np.uint64))


def numbers_of(letters: Letters, starts: Array, ends: Array) -> tuple[Array, Wholes]:
    """Return the cells as numbers, each the nearest double, and what they were read from.

    Args:
        letters: of the file. starts, ends: (cells,) first byte of each, and the one behind.

    Returns:
        Numbers (cells,), and their digits. Where `is_odd` says so, a cell is no number, or one
        that has to be read on its own.
    """
    wholes = _wholes(letters, starts, ends)
    values, is_unsure = _divided(wholes.whole, wholes.decimals)
    is_odd = wholes.is_odd
    odd = np.flatnonzero(is_odd)
    if odd.size > FEW:
        _read_powers(letters, starts, ends, odd, values, is_odd)
    is_odd |= is_unsure
    return np.copysign(values, 0.5 - wholes.is_negative), wholes


def _wholes(letters: Letters, starts: Array, ends: Array) -> Wholes:
    is_negative = letters.single.take(starts) == MINUS
    length = ends - starts - is_negative
    count = min(WORDS, max(1, -(-int(length.max(initial=0)) // WORD)))
    if count > 1:
        long = np.flatnonzero(length > WORD)
        if len(long) < MANY_LONG * len(length):  # all as if they were short, then these again
            found = _of_words(letters, ends, length, 1)
            for of_all, of_long in zip(
                found, _of_words(letters, ends[long], length[long], count), strict=True
            ):
                of_all[long] = of_long
            return Wholes(*found, is_negative)
    return Wholes(*_of_words(letters, ends, length, count), is_negative)


def _of_words(
    letters: Letters, ends: Array, length: Array, count: int
) -> tuple[Array, Array, Array, Array]:
    """Return the digits of cells of that many words, and what else `Wholes` has of them."""
    words, points = [], []
    is_bad, decimals = (np.zeros(len(ends), np.uint64) for _k in range(2))
    often = np.zeros(len(ends), np.uint8)
    for j in range(count):  # from the last word to the first one
        if count == 1:
            own = LAST.take(length, mode="clip")
        else:
            own = LAST.take(np.maximum(length - WORD * j, 0), mode="clip")
        word = (letters.words.take(ends - WORD * (j + 1)) ^ _ZEROS) & own
        point = word ^ _POINTS  # of its bytes, those that become 0 are points
        point = ~(((point & _LOW) + _LOW) | point | _LOW) >> _SEVEN
        word &= ~(point * _BYTE)
        is_bad |= (word + _ABOVE_NINE) | word
        decimals += (point * _BEHIND[j]) >> _TOP
        often += np.bitwise_count(point)
        words.append(word)
        points.append(point)
    is_pointed = often == 1
    whole, is_large = _without_points(words, points)
    is_odd = ((is_bad & _HIGH) != 0) | (often > 1) | (length <= is_pointed)
    is_odd |= (length > WORD * count) | is_large
    return whole, decimals.view(np.int64), is_pointed, is_odd


def _without_points(words: list[Array], points: list[Array]) -> tuple[Array, Array]:
    """Return the digits of all words as whole numbers, and which of these are too large.

    Args:
        words: digits from 0 to 9, the last word first. points: 1 in the bytes of points.
    """
    is_behind = np.zeros(len(words[0]), bool)  # the point is in a later word
    moved = []
    for word, point in zip(words, points, strict=True):
        has_point = point != 0
        before = point - has_point  # all bytes before the point
        if len(words) > 1:
            before = np.where(is_behind, _ALL, before)
            is_behind |= has_point
        moved.append(word & before)
    whole, is_large = np.zeros(len(is_behind), np.uint64), np.zeros(len(is_behind), bool)
    for j, word in enumerate(words):
        # Digits before the point move by a place, the last one into the next word.
        word = (word ^ moved[j]) | (moved[j] << _EIGHT)
        if j + 1 < len(words):
            word |= moved[j + 1] >> _TOP
        word = (word * np.uint64(10 * 2**8 + 1)) >> _EIGHT
        word = ((word & _PAIRS) * np.uint64(100 * 2**16 + 1)) >> np.uint64(16)
        word = ((word & _FOURS) * np.uint64(10_000 * 2**32 + 1)) >> np.uint64(32)
        if j == 2:
            is_large = word >= _MOST
        whole += word * np.uint64(10 ** (8 * j))
    return whole, is_large


def _read_powers(
    letters: Letters, starts: Array, ends: Array, odd: Array, values: Array, is_odd: Array
) -> None:
    """Read what is odd because of a power of ten with two digits, as `1.5e-07`, in place."""
    at = ends[odd]
    single = letters.single
    sign, tens, ones = (single.take(at - k) for k in (3, 2, 1))
    tens, ones = tens - ZERO, ones - ZERO  # unsigned: what is below `0` is large
    is_power = ((single.take(at - 4) | SMALL) == E) & ((sign == PLUS) | (sign == MINUS))
    is_power &= (tens < 10) & (ones < 10) & (at - starts[odd] > 4)
    if not is_power.any():
        return
    rows = odd[is_power]
    power = (tens * np.int64(10) + ones)[is_power]
    power[sign[is_power] == MINUS] *= -1
    wholes = _wholes(letters, starts[rows], ends[rows] - 4)
    values[rows], is_unsure = _divided(wholes.whole, wholes.decimals - power)
    is_odd[rows] = wholes.is_odd | is_unsure


def _divided(whole: Array, decimals: Array) -> tuple[Array, Array]:
    """Return the doubles nearest to whole numbers over powers of ten, and which are not sure.

    A whole number of up to 53 bits, divided by a power of ten up to 1e22 or times it, is the
    nearest double: both are doubles, and the processor rounds correctly (Clinger, How to read
    floating point numbers accurately, PLDI 1990). For larger ones the rest of the division is
    computed with twice the bits (Dekker, A floating-point technique for extending the
    available precision, 1971); where it is too near to the middle of two doubles, it is not
    sure which is the nearest.
    """
    top = len(POWERS) - 1
    is_unsure = np.abs(decimals) > top
    divisor = POWERS.take(decimals, mode="clip")
    values = whole / divisor
    if (decimals < 0).any():
        values *= POWERS.take(-decimals, mode="clip")
    large = np.flatnonzero(whole > _EXACT)
    if large.size:
        values[large], is_near = _long_divided(whole[large], divisor[large])
        is_unsure[large] |= is_near | (decimals[large] < 0)
    return values, is_unsure


def _long_divided(whole: Array, divisor: Array) -> tuple[Array, Array]:
    """Return quotients of whole numbers of 54 to 63 bits, and which are near to a middle."""
    first = whole.astype(float)
    second = (whole - first.astype(np.uint64)).view(np.int64).astype(float)
    quotient = first / divisor
    product = quotient * divisor
    a, b = _halves(quotient)
    c, d = _halves(divisor)
    rounding = ((a * c - product) + a * d + b * c) + b * d
    rest = ((first - product) - rounding + second) / divisor
    wrong = _ROUNDING / divisor
    return quotient + rest, quotient + (rest - wrong) != quotient + (rest + wrong)


def _halves(values: Array) -> tuple[Array, Array]:
    """Return the upper and the lower half of the bits of doubles."""
    large = values * _SPLIT
    upper = large - (large - values)
    return upper, values - upper
