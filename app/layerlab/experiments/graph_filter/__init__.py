"""Filters on graphs: polynomials of the Laplacian, by neighbours and in the spectrum."""
