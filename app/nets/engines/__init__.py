"""Engines: train a spec, one state after another, all seeds at once."""
