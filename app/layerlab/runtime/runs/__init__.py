"""The library of runs: SQLite for what is searched, a file for each network beside it."""
