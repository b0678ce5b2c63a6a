"""What figures there are: for the command line, which has no window, and for who draws them."""

ENDINGS = {".svg": "SVG", ".pdf": "PDF", ".png": "PNG", ".csv": "CSV"}
MIN_SIDE, MAX_SIDE = 100, 8000  # pixels
PRINT = "print"  # name of the theme for paper and slides, which no window has
