"""Tables that labs name: found beside them, and read unasked only where they were opened."""

from __future__ import annotations

import os
import pathlib
import sys
from typing import Any

import pytest

from layerlab.core.errors import LabError
from layerlab.core.spec import LabSpec, TaskSpec, to_json
from layerlab.nets.optimizers import slots_of
from layerlab.nets.problem import layout_of
from layerlab.runtime import labfile, opened
from layerlab.runtime.opened import UnknownTableError, locate, remember, was_opened

ROWS = "a,b,c\n" + "".join(f"{k},{k * k},{k % 3}\n" for k in range(40))


@pytest.fixture(autouse=True)
def home(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A user who has opened nothing."""
    monkeypatch.setenv("LAYERLAB_HOME", str(tmp_path / "home"))
    opened.forget()
    return tmp_path / "home"


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every path that the system is asked about."""
    seen: list[str] = []
    for name in ("stat", "lstat", "open", "readlink"):
        monkeypatch.setattr(os, name, _noting(seen, getattr(os, name)))
    return seen


def _noting(seen: list[str], function: Any) -> Any:
    def noted(path: Any, *rest: Any, **named: Any) -> Any:
        seen.append(str(path))
        return function(path, *rest, **named)

    return noted


def table(folder: pathlib.Path, name: str = "table.csv") -> pathlib.Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(ROWS)
    return folder / name


def saved(lab: pathlib.Path, path: pathlib.Path | str) -> pathlib.Path:
    lab.parent.mkdir(parents=True, exist_ok=True)
    labfile.save(lab, LabSpec(task=TaskSpec(name="csv", path=str(path), target="c")))
    return lab


def read(lab: pathlib.Path, any_path: bool = False) -> str | None:
    return labfile.load(lab, layout_of, slots_of, any_path).spec.task.path


def task(path: str) -> TaskSpec:
    return TaskSpec(name="csv", path=path)


# ---- where it is


def test_a_table_elsewhere_that_was_opened_is_found_by_its_path(tmp_path: pathlib.Path) -> None:
    data = table(tmp_path / "data")
    remember(data)
    lab = saved(tmp_path / "labs" / "a.layerlab", data)
    assert read(lab) == str(data)
    lab = lab.rename(tmp_path / "b.layerlab")
    assert read(lab) == str(data)


@pytest.mark.parametrize("inner", ["", "tables"])
def test_lab_and_table_that_moved_together_find_each_other(
    tmp_path: pathlib.Path, inner: str
) -> None:
    saved(tmp_path / "one" / "a.layerlab", table(tmp_path / "one" / inner))
    (tmp_path / "one").rename(tmp_path / "two")
    found = read(tmp_path / "two" / "a.layerlab")
    assert found == str(tmp_path / "two" / inner / "table.csv")


def test_a_table_beside_a_lab_of_another_computer_is_found(tmp_path: pathlib.Path) -> None:
    data = table(tmp_path)
    for path in (
        "C:\\Users\\ada\\table.csv",
        "\\\\server\\share\\table.csv",
        "/home/a/table.csv",
    ):
        (tmp_path / "a.json").write_text(to_json(LabSpec(task=task(path))))
        assert read(tmp_path / "a.json") == str(data)


def test_a_relative_path_is_one_from_the_lab(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = table(tmp_path / "x")
    (tmp_path / "x" / "a.json").write_text(to_json(LabSpec(task=task("table.csv"))))
    monkeypatch.chdir(tmp_path)
    assert read(pathlib.Path("x/a.json")) == str(data)
    lab = saved(pathlib.Path("y/a.layerlab"), "x/table.csv")  # as a command line names it
    remember("x/table.csv")
    monkeypatch.chdir("/")
    assert read(tmp_path / lab) == str(data)


def test_a_missing_table_is_said_by_its_path(tmp_path: pathlib.Path) -> None:
    lab = saved(tmp_path / "a.layerlab", tmp_path / "none.csv")
    with pytest.raises(LabError, match=r"none\.csv: no such file"):
        read(lab)


# ---- whether it may be read


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../secret.csv", "x/../../secret.csv", "/dev/zero", "//server/share/a.csv"],
)
def test_a_table_that_was_never_opened_is_asked_about_and_not_looked_for(
    tmp_path: pathlib.Path, looked_at: list[str], path: str
) -> None:
    table(tmp_path, "secret.csv")
    if path.startswith("//") and os.name != "nt":
        path = "\\\\server\\share\\a.csv"
    lab = tmp_path / "mail" / "a.json"
    lab.parent.mkdir()
    lab.write_text(to_json(LabSpec(task=task(path))))
    looked_at.clear()
    with pytest.raises(LabError) as caught:
        read(lab)
    is_foreign = "server" in path
    assert isinstance(caught.value, UnknownTableError) is not is_foreign
    assert str(lab) in str(caught.value)
    own = (str(lab.parent), str(tmp_path / "home"))
    strange = [name for name in looked_at if not name.startswith(own)]
    assert [p for p in strange if not str(lab).startswith(p)] == []  # folders above the lab


def test_asked_for_it_is_read_and_then_known(tmp_path: pathlib.Path) -> None:
    data = table(tmp_path / "data")
    lab = saved(tmp_path / "mail" / "a.layerlab", data)
    with pytest.raises(UnknownTableError) as caught:
        read(lab)
    assert caught.value.table == str(data)
    assert read(lab, any_path=True) == str(data)
    remember(data)
    assert read(lab) == str(data)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links")
def test_a_link_out_of_the_folder_is_asked_about(tmp_path: pathlib.Path) -> None:
    data = table(tmp_path / "data")
    lab = saved(tmp_path / "mail" / "a.layerlab", tmp_path / "mail" / "link.csv")
    (tmp_path / "mail" / "link.csv").symlink_to(data)
    with pytest.raises(UnknownTableError):
        read(lab)
    remember(tmp_path / "mail" / "link.csv")  # by the name under which it was opened
    assert read(lab) == str(tmp_path / "mail" / "link.csv")


def test_a_table_that_moved_along_outside_the_folder_is_asked_about(
    tmp_path: pathlib.Path,
) -> None:
    data = table(tmp_path / "one" / "data")
    remember(data)
    saved(tmp_path / "one" / "labs" / "a.layerlab", data)
    (tmp_path / "one").rename(tmp_path / "two")
    with pytest.raises(UnknownTableError) as caught:
        read(tmp_path / "two" / "labs" / "a.layerlab")
    assert caught.value.table == str(tmp_path / "two" / "data" / "table.csv")
    found = read(tmp_path / "two" / "labs" / "a.layerlab", any_path=True)
    assert found == str(tmp_path / "two" / "data" / "table.csv")


def test_a_path_beside_may_not_lead_anywhere_by_itself(tmp_path: pathlib.Path) -> None:
    for beside in ("/etc/passwd", "../../etc/passwd", "C:\\a.csv", "a\0b"):
        with pytest.raises(UnknownTableError):
            locate(task("/nowhere/t.csv"), str(tmp_path / "a.layerlab"), beside, False)


def test_what_the_lab_itself_kept_reopens_unasked(
    tmp_path: pathlib.Path, home: pathlib.Path
) -> None:
    """Also of versions that did not note what was opened."""
    data = table(tmp_path / "data")
    assert read(saved(home / "last.layerlab", data)) == str(data)
    assert read(saved(home / "kept" / "a.layerlab", data)) == str(data)
    with pytest.raises(UnknownTableError):
        read(saved(tmp_path / "other" / "a.layerlab", data))


def test_a_path_of_a_task_without_files_is_dropped(
    tmp_path: pathlib.Path, looked_at: list[str]
) -> None:
    path = tmp_path / "a.json"
    path.write_text(to_json(LabSpec(task=TaskSpec(name="wave", path="/net/x/a.csv"))))
    assert read(path) is None
    assert not [name for name in looked_at if "/net/" in name]


# ---- what was opened


def test_what_was_opened_is_remembered_newest_last_and_bounded(
    tmp_path: pathlib.Path, home: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "MAX_OPENED", 3)
    for name in ("a.csv", "b.csv", "c.csv", "a.csv", "d.csv"):
        remember(tmp_path / name)
    opened.forget()  # another start
    assert [was_opened(str(tmp_path / f"{name}.csv")) for name in "abcd"] == [
        True,
        False,
        True,
        True,
    ]
    assert was_opened(str(tmp_path / "x" / ".." / "a.csv"))


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b'{"version": 1, "tables": 3}', b"[" * 9999]
)
def test_a_damaged_list_is_made_again(
    tmp_path: pathlib.Path, home: pathlib.Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    (home / "opened.json").write_bytes(content)
    assert not was_opened(str(tmp_path / "a.csv"))
    remember(tmp_path / "a.csv")
    opened.forget()
    assert was_opened(str(tmp_path / "a.csv"))


def test_a_list_of_a_newer_version_is_left_alone(
    tmp_path: pathlib.Path, home: pathlib.Path
) -> None:
    home.mkdir()
    content = b'{"version": 2, "files": {}}'
    (home / "opened.json").write_bytes(content)
    remember(tmp_path / "a.csv")
    assert was_opened(str(tmp_path / "a.csv"))  # in this process
    assert (home / "opened.json").read_bytes() == content


def test_where_nothing_can_be_written_it_holds_for_the_process(
    tmp_path: pathlib.Path, home: pathlib.Path
) -> None:
    home.write_text("not a folder")
    remember(tmp_path / "a.csv")
    assert was_opened(str(tmp_path / "a.csv"))


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with names")
def test_a_pipe_as_a_table_is_not_waited_for(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "table.csv")
    with pytest.raises(LabError, match="is not a regular file"):
        read(saved(tmp_path / "a.layerlab", tmp_path / "table.csv"))
