"""Blocks: who waits for one is in nobody's way."""

import threading

import numpy as np

from layerlab.nets.engines.compiled.block import Block
from tests.helpers.waiting import wait_for


def test_shares_end_while_the_one_who_waits_is_held() -> None:
    block = Block(0, np.array([1]), np.zeros((1, 1)), np.zeros((0, 1, 1)), shares=1)
    is_asked, may_answer = threading.Event(), threading.Event()
    answers: list[bool] = []

    def is_cancelled() -> bool:
        """Answer late, as a row of the ledger does that has to make room."""
        is_asked.set()
        return not may_answer.wait()

    def share() -> None:
        assert block.enter()
        block.note(0.0, None)

    threads = [
        threading.Thread(
            target=lambda: answers.append(block.wait(0, is_cancelled)), daemon=True
        ),
        threading.Thread(target=share, daemon=True),
    ]
    threads[0].start()
    wait_for(is_asked.is_set)
    threads[1].start()
    try:
        wait_for(lambda: block.is_done)
    finally:
        may_answer.set()
    for thread in threads:
        thread.join()
    assert answers == [True]
