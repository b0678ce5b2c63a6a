"""Widgets: they draw frames and report edits, and know no store."""

from layerlab.ui.qt_names import spare_opengl, spare_sources

spare_sources()
spare_opengl()
