"""Specs, knobs, registries, states and frames: what every room speaks. No Qt, no torch."""
