"""Networks: what is computed. Works from a notebook, without Qt."""
