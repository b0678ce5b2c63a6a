"""The folded triangle: representable is not learnable."""
