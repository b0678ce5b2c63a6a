"""Benchmarks: commands that print ratios; see README.md."""

from app.threads import one_thread_each

one_thread_each()
