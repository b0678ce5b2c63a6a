"""Formulas that a person types: read by a small parser, never run as code."""
