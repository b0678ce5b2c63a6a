"""The only place that sees every room: it wires nets, runtime and ui together."""

from layerlab.compose.shot import How as How
from layerlab.compose.shot import shot as shot
from layerlab.compose.shot import shot_claims as shot_claims
from layerlab.compose.shot import shot_page as shot_page
from layerlab.compose.start import run_window as run_window
