"""Ensembles: what the mean of several networks takes away, and what it leaves."""
