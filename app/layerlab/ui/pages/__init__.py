"""The gallery and the frame of its pages: knobs, plots, text, formula, claims."""
