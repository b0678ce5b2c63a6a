"""Mutations: what a disk, an editor, an older version or malice makes of a file."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from typing import Any

# What stands where something else is expected.
ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, -(2**63), 2**64, 10**300, 10**400, 0.5,
    -0.0, 1e-320, 1e308, -1e308, "", " ", "full", "x" * 5000, "\0", "\n", "é" * 40, "\ud800",
    "../../../etc/passwd", "/dev/zero", "\\\\server\\share\\a.csv", "//server/share/a.csv",
    "table.csv", "pipe", [], {}, [[]], [0], [None], [1, 2, 3], ["a"], {"a": 1}, {"": {}},
    [8] * 65, [1] * 3000, "NaN", "relu", "csv", "float64", "cross-entropy", 64, 20_000,
]  # fmt: skip # a heap of values, of which none matters more
# After which a table grows no more: five ways to make it forty times as large are gigabytes.
MAX_TABLE_BYTES = 2_000_000
# What JSON writers of other languages produce, and what only breaks readers.
ODD_TEXTS = [
    b"NaN", b"Infinity", b"-Infinity", b"1e999", b"1E+400", b"-0", b"01", b"0x10", b"1_000",
    b"null", b"[" * 3000, b'{"a":' * 3000, b'"\\ud800"', b'"\\u0000"', b"//x\n", b",", b":",
    b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\x80", b"9" * 5000, b'"', b"'", b"\\", b"\r", b"\n",
    b";", b"\t", b"1,5", b"1.5", b"-", b"+", b".", b"e", b"inf", b"NA", b"?", b"\xe2\x80\xa8",
]  # fmt: skip # a heap of values, of which none matters more


def mutated_bytes(raw: bytes, rng: random.Random) -> bytes:
    """Change a file without knowing what it means."""
    data = bytearray(raw)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        at = rng.randrange(len(data) + 1)
        length = min(rng.choice((1, 1, 2, 4, 16, 200)), len(data) - at)
        way = rng.randrange(7)
        if way == 0 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif way == 1:
            del data[at : at + length]
        elif way == 2:
            data[at:at] = rng.randbytes(rng.choice((1, 2, 8, 64)))
        elif way == 3:
            data[at : at + length] = rng.choice(ODD_TEXTS)
        elif way == 4:
            data[at:at] = data[at : at + length] * rng.choice((1, 2, 50))
        elif way == 5:
            del data[at:]
        else:
            other = rng.randrange(len(data) + 1)
            data[at:at] = data[other : other + length]
    return bytes(data)


def mutated_tree(value: Any, rng: random.Random) -> Any:
    """Change one place of decoded JSON."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        way = rng.randrange(12)
        rest = dict(value)
        if way == 0:
            del rest[key]
        elif way == 1:
            rest[str(rng.choice(ODD_VALUES))[:50]] = rest.pop(key)
        elif way == 2:
            rest["extra"] = rng.choice(ODD_VALUES)
        else:
            rest[key] = mutated_tree(value[key], rng)
        return rest
    if isinstance(value, list) and value and rng.random() < 0.7:
        rest = list(value)
        at = rng.randrange(len(rest))
        way = rng.randrange(8)
        if way == 0:
            del rest[at]
        elif way == 1:
            rest[at:at] = [rng.choice(ODD_VALUES)] * rng.choice((1, 5, 1000))
        else:
            rest[at] = mutated_tree(rest[at], rng)
        return rest
    if isinstance(value, int | float) and abs(value) < 2**63 and rng.random() < 0.6:
        factors = (-1, 0, 0.5, 2, 10, 1000, 1e12)
        return rng.choice((value * rng.choice(factors), value + rng.choice((-1, 1, 0.5))))
    return rng.choice(ODD_VALUES)


def mutated_json(raw: bytes, rng: random.Random) -> bytes:
    """Change a JSON file as text, or as what it says."""
    if rng.random() < 0.4:
        return mutated_bytes(raw, rng)
    tree = json.loads(raw)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        tree = mutated_tree(tree, rng)
    return json.dumps(tree, ensure_ascii=rng.random() < 0.8).encode("utf-8", "surrogatepass")


def mutated_lab(raw: bytes, rng: random.Random) -> bytes:
    """Change a saved lab: its bytes, its header, its spec, or its numbers."""
    way = rng.random()
    if way < 0.3 or raw[8:9] != b"{":
        return mutated_bytes(raw, rng)
    (length,) = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8 : 8 + length]), raw[8 + length :]
    if way < 0.5:
        header = mutated_tree(header, rng)
    elif way < 0.65:
        tree = mutated_tree(json.loads(header["__metadata__"]["spec"]), rng)
        header["__metadata__"]["spec"] = json.dumps(tree)
    elif way < 0.8:
        key = rng.choice(list(header["__metadata__"]))
        own = mutated_bytes(header["__metadata__"][key].encode(), rng)
        header["__metadata__"][key] = own.decode("utf-8", "replace")
    else:
        numbers = bytearray(data)
        for _ in range(rng.choice((1, 4, 40))):
            odd = rng.choice((float("nan"), float("inf"), -1.0, 1e300, 0.0))
            at = rng.randrange(max(1, len(numbers) - 8)) & ~7
            numbers[at : at + 8] = struct.pack("<d", odd)
        data = bytes(numbers)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def mutated_table(raw: bytes, rng: random.Random) -> bytes:
    """Change a CSV file: its bytes, or its cells, rows and columns."""
    if rng.random() < 0.4:
        return mutated_bytes(raw, rng)
    rows = [line.split(b",") for line in raw.split(b"\n")]
    cells: list[Callable[[], bytes]] = [
        lambda: rng.choice(ODD_TEXTS),
        lambda: str(rng.choice(ODD_VALUES)).encode("utf-8", "replace"),
        lambda: b"%g" % rng.gauss(0, 10.0 ** rng.randrange(-3, 200)),
        lambda: b"x" * 70_000,
    ]
    for _ in range(rng.choice((1, 1, 2, 5))):
        if sum(len(cell) for row in rows for cell in row) > MAX_TABLE_BYTES:
            break
        way, at = rng.randrange(8), rng.randrange(len(rows))
        if way < 3:
            rows[at][rng.randrange(len(rows[at]))] = rng.choice(cells)()
        elif way == 3:
            rows[at].append(rng.choice(cells)())
        elif way == 4:
            rows[at:at] = [list(rows[at]) for _ in range(rng.choice((1, 30)))]
        elif way == 5:
            del rows[at : at + rng.choice((1, 10))]
            rows = rows or [[b""]]
        elif way == 6:
            times = rng.choice((1, 2, 40))
            rows = [row * times for row in rows]
        else:
            column = rng.choice(cells)()
            rows = [[*row, column] for row in rows]
    separator = rng.choice((b",", b",", b";", b"\t", b" , "))
    return rng.choice((b"\n", b"\n", b"\r\n", b"\r")).join(separator.join(row) for row in rows)
