"""Units as gates: which of them are active for which input."""
