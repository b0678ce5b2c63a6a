"""The import sheet: what was read of a table, and what can be chosen about it."""
