"""Catalogues as msgfmt writes them."""

from __future__ import annotations

import struct
from collections.abc import Mapping

HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n != 1;\n"
MAGIC, VERSION, HEAD_BYTES, ENTRY_BYTES = 0x950412DE, 0, 28, 8


def compiled_catalogue(
    texts: Mapping[str, str], plurals: Mapping[tuple[str, str], tuple[str, str]]
) -> bytes:
    """Return a catalogue of two plural forms as the content of a `.mo` file."""
    entries = {"": HEADER, **texts}
    entries |= {"\0".join(english): "\0".join(forms) for english, forms in plurals.items()}
    pairs = sorted((a.encode(), b.encode()) for a, b in entries.items())
    originals = HEAD_BYTES
    translations = originals + ENTRY_BYTES * len(pairs)
    place = translations + ENTRY_BYTES * len(pairs)
    tables = [b"", b""]
    content = b""
    for side in (0, 1):
        for pair in pairs:
            tables[side] += struct.pack("<II", len(pair[side]), place + len(content))
            content += pair[side] + b"\0"
    head = struct.pack(
        "<7I", MAGIC, VERSION, len(pairs), originals, translations, 0, HEAD_BYTES
    )
    return head + tables[0] + tables[1] + content
