"""The only place that sees every room: it wires nets, runtime and ui together."""

from app.compose.shot import shot as shot
from app.compose.shot import shot_claims as shot_claims
from app.compose.shot import shot_page as shot_page
from app.compose.start import run_window as run_window
