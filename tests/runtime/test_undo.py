from layerlab.runtime.undo import UndoStack


def edited(steps, *values):
    """Edit from each value to the next one; return the last."""
    for value in values[:-1]:
        steps.push(value)
    return values[-1]


def test_undo_and_redo_walk_the_same_values() -> None:
    steps = UndoStack(10)
    now = edited(steps, "a", "b", "c")
    seen = []
    for step in (steps.undo, steps.undo, steps.undo, steps.redo, steps.redo, steps.redo):
        back = step(lambda _: now)  # noqa: B023 - called at once
        now = back or now
        seen.append(back)
    assert seen == ["b", "a", None, "b", "c", None]


def test_an_edit_forgets_what_was_undone() -> None:
    steps = UndoStack(10)
    edited(steps, "a", "b")
    assert steps.undo(lambda _: "b") == "a"
    assert steps.future == ["b"]
    steps.push("a")
    assert steps.redo(lambda _: "c") is None


def test_the_oldest_steps_go_first() -> None:
    steps = UndoStack(2)
    edited(steps, 1, 2, 3, 4)
    assert steps.past == [2, 3]


def test_what_is_left_knows_where_it_goes() -> None:
    steps = UndoStack(2)
    edited(steps, "width", "now")
    assert steps.undo(lambda back: f"before {back}") == "width"
    assert steps.future == ["before width"]
