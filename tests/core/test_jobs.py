from layerlab.core.jobs import Job, Step, steps_of


def counting(is_interrupted):
    for k in range(3):
        if is_interrupted():
            yield None
        yield Step(k + 1, 3, result=k * k)


def asking(is_interrupted):
    yield None
    yield Step(note=f"interrupted: {is_interrupted()}")


def test_a_job_is_done_here_and_now_without_a_thread():
    steps = list(steps_of(Job("count", counting)))
    assert [(step.done, step.total, step.result) for step in steps] == [
        (1, 3, 0),
        (2, 3, 1),
        (3, 3, 4),
    ]


def test_pauses_are_not_told_and_nothing_interrupts():
    assert [step.note for step in steps_of(Job("ask", asking))] == ["interrupted: False"]
