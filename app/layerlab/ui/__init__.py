"""Widgets: they draw frames and report edits, and know no store."""
