"""Benchmarks: commands that print ratios; see README.md."""

from layerlab.threads import one_thread_each

one_thread_each()
