"""The gallery's pages: one folder each, found by itself.

`EXPERIMENTS` holds their declarations; no model and no view is imported for it.
"""

from __future__ import annotations

import sys

from layerlab.core.experiment import Experiment, found_in
from layerlab.core.registry import Registry
from layerlab.core.translation import _

EXPERIMENTS: Registry[Experiment] = Registry(_("experiment"))
for _page in found_in(sys.modules[__name__]):
    EXPERIMENTS.add(_page)
