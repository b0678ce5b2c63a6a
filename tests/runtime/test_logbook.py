"""The logbook: what is written, what a report holds, and that nothing of a person gets in."""

from __future__ import annotations

import faulthandler
import logging
import os
import pathlib
import subprocess
import sys

import pytest
from PySide6.QtCore import qWarning

from layerlab.runtime import logbook
from layerlab.runtime.logbook import Logbook, log_folder, without_names

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOG = logging.getLogger(logbook.NAME)


@pytest.fixture
def book(tmp_path: pathlib.Path):
    made = Logbook(tmp_path / "logs")
    assert made.begin() == ""
    yield made
    if LOG.handlers:
        made.end()


def caught(error: Exception) -> Exception:
    try:
        raise error
    except Exception as raised:
        return raised


def test_it_writes_until_its_end_and_leaves_no_trace_of_itself(book: Logbook) -> None:
    was_on = book._had_faulthandler
    book.note_versions()
    LOG.info("a word")
    assert list(book.folder.glob("fault-*"))
    book.end()
    LOG.info("too late")
    text = (book.folder / "layerlab.log").read_text()
    assert "a word" in text
    assert "numpy" in text
    assert "too late" not in text
    assert not list(book.folder.glob("fault-*"))
    assert faulthandler.is_enabled() == was_on


def test_computers_of_one_home_have_a_file_each_for_faults(
    book: Logbook,
) -> None:
    """Two processes may have one number there; each file is to stay with its own."""
    (own,) = book.folder.glob("fault-*")
    other = Logbook(book.folder)
    assert other.begin() == ""
    assert len(list(book.folder.glob("fault-*"))) == 2
    other.end()
    assert list(book.folder.glob("fault-*")) == [own]


def test_a_report_has_trace_versions_and_the_last_lines(book: Logbook) -> None:
    for k in range(300):
        LOG.info("line %d.", k)
    text = book.report(caught(ValueError("odd")))
    assert "ValueError: odd" in text
    assert "in caught" in text
    assert "Python" in text
    assert "line 299." in text
    assert "line 50." not in text
    assert len(book._recent.lines) == logbook.RECENT
    [kept] = book.folder.glob("report-*.txt")
    assert kept.read_text() == text


def test_old_reports_go(book: Logbook) -> None:
    for _ in range(logbook._REPORTS + 3):
        book.report(caught(ValueError("odd")))
    assert len(list(book.folder.glob("report-*.txt"))) == logbook._REPORTS


def test_the_users_folder_is_not_named(book: Logbook, monkeypatch) -> None:
    monkeypatch.setenv("HOME", "/home/grete")
    monkeypatch.setenv("USERPROFILE", "/home/grete")
    LOG.info("opened /home/grete/class/data.csv")
    text = book.report(caught(ValueError("/home/grete/x")))
    assert "grete" not in text
    assert "~/class/data.csv" in text
    assert without_names("/home/grete") == "~"


def test_messages_of_qt_are_written_and_printed(book: Logbook, capfd) -> None:
    qWarning("something is odd")
    assert "WARNING Qt: something is odd" in "\n".join(book._recent.lines)
    assert "something is odd" in capfd.readouterr().err


def test_a_folder_that_cannot_be_made_stops_nothing(tmp_path: pathlib.Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where the folder should be")
    book = Logbook(blocked)
    book.begin()
    try:
        assert "no log is written" in book.trouble
        assert "ValueError: odd" in book.report(caught(ValueError("odd")))
    finally:
        book.end()
    assert blocked.read_text() == "a file where the folder should be"


def test_a_full_file_is_put_aside_by_the_next_start(
    tmp_path: pathlib.Path, monkeypatch
) -> None:
    monkeypatch.setattr(logbook, "_FULL", 100)
    for k in range(3):
        book = Logbook(tmp_path)
        book.begin()
        LOG.info("%d %s", k, "x" * 200)
        book.end()
    assert " 2 xxx" in (tmp_path / "layerlab.log").read_text()
    assert " 1 xxx" in (tmp_path / "older.log").read_text()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_process_that_dies_of_a_fault_is_told_of_at_the_next_start(
    tmp_path: pathlib.Path,
) -> None:
    code = (
        "import faulthandler, logging, pathlib, sys\n"
        "from layerlab.runtime.logbook import Logbook\n"
        f"Logbook(pathlib.Path({str(tmp_path)!r})).begin()\n"
        "logging.getLogger('layerlab').info('the last word')\n"
        "faulthandler._sigabrt()"
    )
    died = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, env=os.environ
    )
    assert died.returncode != 0
    book = Logbook(tmp_path)
    sentence = book.begin()
    book.end()
    [report] = tmp_path.glob("report-*.txt")
    assert "ended in a fault" in sentence
    assert str(report) in sentence
    text = report.read_text()
    assert "Abort" in text
    assert "the last word" in text
    again = Logbook(tmp_path)
    assert again.begin() == ""
    again.end()


def test_where_it_is(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLAB_HOME", str(tmp_path))
    assert log_folder() == tmp_path / "logs"
    monkeypatch.delenv("LAYERLAB_HOME")
    assert "layerlab" in log_folder().parts
    assert ROOT not in log_folder().parents
