"""Twins of equal budget, one wide and one deep, on curves that get wilder."""
