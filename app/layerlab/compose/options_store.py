"""The options as they are now, which several parts of the window change."""

from __future__ import annotations

from layerlab.core import spec as specs
from layerlab.core.options import Options


class OptionsStore:
    """What the window remembers between starts.

    Attributes:
        options: as they are now.
    """

    def __init__(self, options: Options) -> None:
        self.options = options

    def change(self, **changes: object) -> None:
        """Set fields of the options."""
        self.options = specs.replace(self.options, **changes)
