"""Attention: a kernel, a temperature, and why it is divided by √d_k."""
