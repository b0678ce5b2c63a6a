"""Recent files: the menu lists what was opened or saved, and opens it again."""

from layerlab.core.options import MAX_RECENT, Options
from layerlab.core.spec import LabSpec, edit
from layerlab.nets.tasks import recommended_for_csv
from layerlab.runtime import labfile, opened
from layerlab.runtime.settings import read_options
from tests.helpers.import_sheet import open_table

OPTIONS = Options(speed=None, engine="numpy")


def entries(lab):
    menu = lab.window.recent_menu
    menu.aboutToShow.emit()
    return {action.toolTip(): action for action in menu.actions() if action.isEnabled()}


def saved(folder, name, width):
    path = folder / f"{name}.layerlab"
    labfile.save(path, edit(LabSpec(), "net.width", width))
    return str(path)


def test_files_are_listed_the_newest_first_and_open_again(open_lab, tmp_path, qtbot):
    lab = open_lab(options=OPTIONS)
    one, two = saved(tmp_path, "one", 3), saved(tmp_path, "two & a half", 4)
    table = tmp_path / "table.csv"
    table.write_text("x,y\n" + "".join(f"{k},{2 * k}\n" for k in range(30)))
    for path in (one, two):
        lab.pages.open_path(path)
        qtbot.waitUntil(lambda path=path: lab.recent.paths[:1] == (path,))
    open_table(qtbot, lab, table)
    assert [path for path in entries(lab) if path in (one, two, str(table))] == [
        str(table),
        two,
        one,
    ]
    entries(lab)[one].trigger()
    qtbot.waitUntil(lambda: lab.store.spec.net.hidden == (3, 3))
    assert lab.recent.paths == (one, str(table), two)
    assert entries(lab)[two].text() == f"&3  two && a half.layerlab  ·  {tmp_path.name}"


def test_a_file_that_is_gone_is_one_sentence_and_the_lab_stays(open_lab, tmp_path, qtbot):
    lab = open_lab(options=Options(engine="numpy", recent=(str(tmp_path / "gone.layerlab"),)))
    entries(lab)[str(tmp_path / "gone.layerlab")].trigger()
    qtbot.waitUntil(lab.window.banner.isVisible)
    assert "gone.layerlab" in lab.window.banner.text.text()
    assert lab.store.spec == LabSpec()


def test_they_are_kept_between_starts_limited_and_forgotten(open_lab, tmp_path):
    lab = open_lab(options=OPTIONS)
    for k in range(MAX_RECENT + 3):
        lab.recent.remember(tmp_path / f"{k}.layerlab")
    assert len(lab.recent.paths) == MAX_RECENT
    lab.window.close()
    assert read_options().recent == lab.recent.paths
    menu = lab.window.recent_menu
    menu.aboutToShow.emit()
    menu.actions()[-1].trigger()
    assert lab.recent.paths == ()


def test_a_lab_is_not_followed_by_its_table_at_the_next_edit(open_lab, tmp_path, qtbot):
    table, path = tmp_path / "table.csv", tmp_path / "own.layerlab"
    table.write_text("x,y\n" + "".join(f"{k},{2 * k}\n" for k in range(30)))
    labfile.save(path, recommended_for_csv(table))
    lab = open_lab(options=OPTIONS)
    opened.remember(table)
    lab.pages.open_path(str(path))
    qtbot.waitUntil(lambda: lab.store.spec.task.path == str(table))
    qtbot.waitUntil(lambda: lab.recent.paths == (str(path),))
    lab.store.edit("net.width", 5)
    assert lab.recent.paths == (str(path),)
