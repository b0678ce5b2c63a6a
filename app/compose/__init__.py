"""The only place that sees every room: it wires nets, runtime and ui together."""

from app.compose.shot import shot as shot
from app.compose.start import run_window as run_window
