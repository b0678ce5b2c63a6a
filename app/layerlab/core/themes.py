"""The names of the themes, for whoever has no window; `ui/theme.py` has their colours."""

THEME_NAMES = ("dark", "light", "high-contrast")
