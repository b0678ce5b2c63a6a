"""Hundreds of things that a class does in no order: nothing breaks, nothing hangs.

`python -m tests.campaign.monkey` does thousands, and looks at the memory too.
"""

from layerlab.core.options import Options
from layerlab.core.spec import LabSpec, edit
from tests.campaign import monkey
from tests.compose.conftest import finished

ACTIONS = 1000


def test_random_actions_leave_nothing_broken(open_lab, qtbot):
    lab = open_lab(edit(LabSpec(), "train.updates", 200), Options(engine="numpy", speed=None))
    assert not monkey.play(lab, ACTIONS, seed=7)
    lab.pages.show("lab")
    # The lab still does its work.
    lab.store.replace(edit(LabSpec(), "train.updates", 100), "start again")
    lab.runner.finish()
    assert finished(qtbot, lab).update == 100
