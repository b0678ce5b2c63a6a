"""Settings: of any version, of several windows, and where the file is damaged."""

import json
import os

import pytest

from layerlab.core.errors import LabError
from layerlab.core.options import Options
from layerlab.core.spec import replace
from layerlab.runtime import settings
from tests.helpers.locks import lock_from


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLAB_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def fields():
    return json.loads(settings.settings_file().read_bytes())


def test_a_newer_version_is_read_and_its_own_settings_stay():
    settings.settings_file().write_text('{"zoom": 1.5, "lessons": {"seen": [1, 2]}}')
    notices = []
    options = settings.read_options(notices)
    assert (options.zoom, notices) == (1.5, [])
    settings.write_options(replace(options, theme="light"), options)
    assert fields() == {"zoom": 1.5, "theme": "light", "lessons": {"seen": [1, 2]}}


def test_a_value_that_does_not_fit_costs_itself_alone_and_stays_until_it_is_changed():
    settings.settings_file().write_text('{"theme": "sepia", "zoom": 1.5}')
    notices = []
    options = settings.read_options(notices)
    assert options == Options(zoom=1.5)
    assert len(notices) == 1
    assert "theme" in notices[0]
    assert "sepia" in notices[0]
    settings.write_options(replace(options, zoom=1.2), options)
    assert fields() == {"theme": "sepia", "zoom": 1.2}
    settings.write_options(replace(options, theme="dark"), options)
    assert fields()["theme"] == "dark"


def test_two_windows_keep_what_each_of_them_changed():
    settings.write_options(Options())
    base = settings.read_options()
    settings.write_options(replace(base, theme="light"), base)
    settings.write_options(replace(base, zoom=1.4), base)
    assert settings.read_options() == Options(theme="light", zoom=1.4)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[1]", b"\xff", b"[" * 100_000, b'{"zoom": 1e999}']
)
def test_a_damaged_file_is_kept_aside_and_named(home, raw):
    settings.settings_file().write_bytes(raw)
    with pytest.raises(LabError) as caught:
        settings.read_options()
    (kept,) = (home / "kept").iterdir()
    assert str(kept) in str(caught.value)
    settings.write_options(Options(zoom=1.3))
    assert settings.read_options().zoom == 1.3
    assert kept.read_bytes() == raw


def test_without_a_file_all_settings_are_written():
    assert settings.read_options() == Options()
    settings.write_options(Options(), Options())
    assert fields().keys() == set(Options.__struct_fields__)


def test_what_is_no_file_or_too_large_is_one_sentence(home):
    settings.settings_file().mkdir()
    with pytest.raises(LabError, match=r"settings\.json"):
        settings.read_options()
    settings.settings_file().rmdir()
    settings.settings_file().write_bytes(b" " * (settings.MAX_BYTES + 1))
    with pytest.raises(LabError, match=r"settings\.json"):
        settings.read_options()


def test_settings_that_do_not_read_are_replaced_only_once_there_is_a_copy(home, monkeypatch):
    raw = b" " * (settings.MAX_BYTES + 1)
    settings.settings_file().write_bytes(raw)
    with monkeypatch.context() as patch:
        refusal = LabError("settings.json cannot be kept aside: no space left on device")
        patch.setattr(settings, "keep_aside", lambda *_: (_ for _ in ()).throw(refusal))
        with pytest.raises(LabError, match="no space left"):
            settings.write_options(Options(zoom=1.3))
    assert settings.settings_file().read_bytes() == raw
    settings.write_options(Options(zoom=1.3))
    assert settings.read_options().zoom == 1.3
    (kept,) = (home / "kept").iterdir()
    assert kept.read_bytes() == raw


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAYERLAB_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(LabError, match="cannot be made"):
        settings.write_options(Options())


def test_another_computer_that_writes_is_waited_for_and_keeps_its_lock(home, monkeypatch):
    lock_from(home / "settings.lock", "another-computer")
    monkeypatch.setattr(settings, "WAIT_MS", 40)
    settings.write_options(Options(zoom=1.5))
    assert (home / "settings.lock").exists()
    assert fields()["zoom"] == 1.5
    os.utime(home / "settings.lock", (1, 1))  # of one that was cut off
    settings.write_options(Options(zoom=1.2))
    assert not (home / "settings.lock").exists()
    assert fields()["zoom"] == 1.2
