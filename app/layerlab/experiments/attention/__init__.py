"""Attention: a kernel, a temperature, and why it is divided by sqrt(d_k)."""
