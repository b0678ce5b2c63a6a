"""Controls: every panel is built from the declared knobs."""
