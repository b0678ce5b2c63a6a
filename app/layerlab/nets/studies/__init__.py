"""Computations about one question each, which the ledger and a page of the gallery share."""
