"""Exports: a lab as what other programs read."""
