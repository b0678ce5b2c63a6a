"""What an installed library says of its licence."""

from __future__ import annotations

import importlib.metadata


def licence_of(distribution: importlib.metadata.Distribution) -> str:
    """Return a distribution's licence in a few words, "" if its metadata do not say."""
    metadata = distribution.metadata
    names = metadata.get_all("License-Expression") or [
        line.rpartition(" :: ")[2]
        for line in metadata.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    older = (metadata.get_all("License") or [""])[0].strip()  # a name, or the whole text
    return ", ".join(names) or older.partition("\n")[0]
