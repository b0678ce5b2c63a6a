"""The campaign of killed windows, short: the whole one is run by hand."""

import sys

import pytest

from tests.campaign.kill import Campaign

WINDOWS = 3


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc")
@pytest.mark.timeout(600)
def test_windows_that_are_killed_reopen_and_leave_nothing(tmp_path):
    figures = Campaign(tmp_path, seed=3).run(WINDOWS)
    assert figures.is_good, figures.text()
    assert figures.windows == WINDOWS + 1
