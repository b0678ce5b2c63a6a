"""Units as gates: which of them are open for which input."""
