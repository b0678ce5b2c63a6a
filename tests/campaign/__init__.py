"""Long tests that are run by hand; a short form of each is in the suite."""
