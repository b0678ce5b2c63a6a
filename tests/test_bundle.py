"""The recipe of the bundles, and that the smoke test notices what it is there for."""

from __future__ import annotations

import os
import pathlib
import shutil
import sys
import types
from typing import Any

import pytest

from layerlab.core import program
from layerlab.core.libraries import is_installed
from tests.helpers.scripts import ROOT, script

needs_objdump = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("objdump") is None,
    reason="needs objdump, which is in the package binutils",
)
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="about Linux")


# ---- what goes in


@pytest.fixture(scope="module")
def contents() -> types.ModuleType:
    return script("contents")


@pytest.fixture(scope="module")
def trim() -> types.ModuleType:
    return script("trim")


def test_parts_of_libraries_are_found_by_what_the_lab_imports(contents: Any) -> None:
    assert {"scipy.optimize", "scipy.special"} <= set(contents.imported())
    assert {"scipy.special", "scipy.sparse"} <= contents.used_modules()
    unused = set(contents.unused_parts())
    assert "scipy.cluster" in unused
    assert not unused & contents.used_modules()


def test_of_pyqtgraph_comes_what_its_import_loads(contents: Any) -> None:
    """Qt's modules too that it imports by names which it puts together."""
    used, unused = contents.used_modules(), set(contents.unused_parts())
    assert {"pyqtgraph.graphicsItems.AxisItem", "PySide6.QtSvg"} <= used
    assert not {"PySide6.QtTest", "PySide6.QtNetwork", "PySide6.QtOpenGL"} & used
    others = "console dockarea examples exporters flowchart jupyter opengl"
    assert {f"pyqtgraph.{name}" for name in others.split()} <= unused
    assert "pyqtgraph" not in contents.packages_with_data("lite")  # pictures, colour maps


def test_the_flavours_differ_by_torch(contents: Any) -> None:
    assert "torch" in contents.excluded("lite")
    assert "torch" not in contents.excluded("full")
    assert set(contents.requirements("full")) - set(contents.requirements("lite")) == {"torch"}


def test_nothing_that_the_lab_imports_is_left_out(contents: Any) -> None:
    without = contents.excluded("full")
    needed = {*contents.imported(), "numba", "PySide6.QtSvg", "torch", "safetensors.numpy"}
    for name in needed:
        assert not [out for out in without if f"{name}.".startswith(f"{out}.")], name


def test_files_of_small_libraries_come_along(contents: Any) -> None:
    """Without its typeface a formula cannot be drawn, and nothing imports a typeface."""
    flavour = "full" if is_installed("torch") else "lite"
    found = set(contents.packages_with_data(flavour))
    assert "ziamath" in found
    assert not {"numpy", "PySide6", "torch"} & found


def test_data_sets_come_along_without_the_library_that_has_them(contents: Any) -> None:
    files = dict(contents.data_sets())
    assert set(files.values()) == {"sklearn/datasets/data"}
    assert all(pathlib.Path(file).is_file() for file in files)
    assert len(files) == 6
    assert "sklearn" in contents.excluded("full")


def test_resources_lie_as_in_the_wheel(contents: Any) -> None:
    for source, target in contents.resources():
        assert pathlib.Path(source).is_dir()
        assert target.startswith("layerlab/resources/")


@pytest.mark.parametrize(
    ("place", "is_wanted"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", False),
        ("PySide6/Qt/plugins/iconengines/libqsvgicon.so", True),
        ("PySide6/Qt/plugins/imageformats/libqjpeg.so", True),
        ("PySide6/Qt/plugins/imageformats/libqwebp.so", False),
        ("PySide6/Qt/plugins/tls/libqopensslbackend.so", False),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("PySide6/QtWidgets.abi3.so", True),
        ("layerlab/resources/icons/lab.svg", True),
        ("layerlab/resources/programs/common/adam.py", True),
        ("layerlab/resources/programs/common/__pycache__/adam.cpython-311.pyc", False),
        ("layerlab/nets/engines/compiled/kernel.py", True),
        ("sklearn/datasets/data/digits.csv.gz", True),
        ("numpy/_core/tests/data/astype_copy.pkl", False),
        ("numpy/_core/include/numpy/arrayobject.h", False),
        ("torch/lib/libtorch_cpu.so", True),
        ("torch/bin/protoc", False),
        ("torch/lib/libdnnl.a", False),
        ("numpy-2.4.6.dist-info/METADATA", True),
        ("numpy-2.4.6.dist-info/RECORD", False),
        ("numpy-2.4.6.dist-info/licenses/LICENSE.txt", False),  # those are gathered
    ],
)
def test_which_files_ship(contents: Any, place: str, is_wanted: bool) -> None:
    assert contents.is_wanted(place) == is_wanted


# ---- what nothing needs any more

FILES = [
    ("numpy/core.so", "/src/core.so", "EXTENSION"),
    ("libneeded.so.1", "/src/libneeded.so.1", "BINARY"),
    ("libdeeper.so.1", "/src/libdeeper.so.1", "BINARY"),
    ("libalone.so.1", "/src/libalone.so.1", "BINARY"),
    ("libpython3.11.so.1.0", "/src/libpython3.11.so.1.0", "BINARY"),
    ("PySide6/Qt/lib/libQt6Core.so.6", "/src/libQt6Core.so.6", "BINARY"),
    ("PySide6/Qt/lib/libQt6Quick.so.6", "/src/libQt6Quick.so.6", "BINARY"),
    ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6", "SYMLINK"),
    ("libQt6Quick.so.6", "PySide6/Qt/lib/libQt6Quick.so.6", "SYMLINK"),
    ("layerlab/resources/icons/lab.svg", "/src/lab.svg", "DATA"),
]
LINKS = {
    "/src/core.so": ["libneeded.so.1", "libQt6Core.so.6", "libc.so.6", "libX11.so.6"],
    "/src/libneeded.so.1": ["libdeeper.so.1"],
    "/src/libdeeper.so.1": ["libneeded.so.1"],
    "/src/libQt6Quick.so.6": ["libalone.so.1"],
}


def links(source: str) -> list[str]:
    return LINKS.get(source, [])


def test_a_library_goes_when_nothing_needs_it(trim: Any) -> None:
    kept, dropped = trim.needed(FILES, links)
    gone = {"libalone.so.1", "PySide6/Qt/lib/libQt6Quick.so.6", "libQt6Quick.so.6"}
    assert {place for place, _, _ in dropped} == gone
    assert {place for place, _, _ in kept} == {place for place, _, _ in FILES} - gone


@linux_only
def test_what_is_asked_of_the_system_is_told_from_what_is_missing(trim: Any) -> None:
    kept, _ = trim.needed(FILES, links)
    assert trim.unresolved(kept, links) == ({"libX11.so.6"}, set())
    without = [entry for entry in kept if entry[0] != "libdeeper.so.1"]
    assert trim.unresolved(without, links)[1] == {"libdeeper.so.1"}


@linux_only
def test_the_same_library_twice_is_once_and_a_link(trim: Any, tmp_path: pathlib.Path) -> None:
    entries = []
    for folder, content in (("a", b"x"), ("b", b"x"), ("c", b"y")):
        file = tmp_path / folder / "libsame.so"
        file.parent.mkdir()
        file.write_bytes(content * trim._LARGE)
        entries.append((f"{folder}.libs/libsame.so", str(file), "BINARY"))
    first, second, third = trim.linked(entries)
    assert (first, third) == (entries[0], entries[2])
    assert second == ("b.libs/libsame.so", "../a.libs/libsame.so", "SYMLINK")


@pytest.mark.skipif(os.name != "posix", reason="about modes")
def test_only_the_owner_may_write_a_bundle(trim: Any, tmp_path: pathlib.Path) -> None:
    folder, outside = tmp_path / "layerlab", tmp_path / "outside"
    (folder / "_internal").mkdir(parents=True)
    for path in (folder / "layerlab", folder / "_internal" / "lib.so", outside):
        path.write_text("")
        path.chmod(0o777)
    (folder / "_internal" / "link.so").symlink_to(outside)
    folder.chmod(0o775)
    (folder / "_internal").chmod(0o755)
    loose = {folder, folder / "layerlab", folder / "_internal" / "lib.so"}
    assert set(trim.writable_by_others(folder)) == loose
    with pytest.raises(SystemExit, match=r"others may write .*layerlab \(3 files\)"):
        script("linux_packages").check_modes(folder)
    trim.keep_from_others(folder)
    assert trim.writable_by_others(folder) == []
    assert (folder / "layerlab").stat().st_mode & 0o777 == 0o755
    assert outside.stat().st_mode & 0o777 == 0o777  # where a link leads is not the bundle's
    script("linux_packages").check_modes(folder)


@needs_objdump
def test_the_loader_knows_what_python_is_linked_against(trim: Any) -> None:
    import _ctypes

    assert any(name.startswith("libffi.so") for name in trim.linked_against(_ctypes.__file__))


# ---- the program as a process


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ({}, "C.UTF-8"),
        ({"LANG": "C"}, "C.UTF-8"),
        ({"LANG": "de_DE.UTF-8"}, None),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "C.UTF-8"),
        ({"LC_ALL": "C"}, None),
    ],
)
def test_a_bundle_speaks_utf_8(
    monkeypatch: pytest.MonkeyPatch, language: dict[str, str], wanted: str | None
) -> None:
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in language.items():
        monkeypatch.setenv(name, value)
    former = os.environ.get("LC_CTYPE")
    program.begin()
    assert os.environ.get("LC_CTYPE") == former  # only a bundle needs it
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    program.begin()
    assert os.environ.get("LC_CTYPE") == wanted
    monkeypatch.delenv("LC_CTYPE", raising=False)


# ---- the smoke test notices


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    module = script("sandbox")
    monkeypatch.setattr(module, "LEAVE_S", 0.2)
    return module


def examine(module: Any, folder: pathlib.Path, does: str, **options: bool) -> Any:
    """Run a program that does this, and expect that it does nothing wrong."""
    for path in (folder, *folder.parents):  # the program runs as another user
        if path.stat().st_uid == os.geteuid() and path.is_relative_to("/tmp"):
            path.chmod(path.stat().st_mode | 0o055)
    built = folder / "built"
    built.mkdir()
    (built / "layerlab").write_text(f"#!/bin/sh\n{does}\n")
    (built / "layerlab").chmod(0o755)
    with module.Sandbox(built, folder / "box") as box:
        return box.home("home").run("train", **options).expect()


@linux_only
def test_a_good_program_passes(sandbox: Any, tmp_path: pathlib.Path) -> None:
    done = examine(
        sandbox,
        tmp_path,
        'cd "$HOME"; mkdir -p .cache/layerlab; echo > .cache/layerlab/x\necho loss 0.1',
    )
    assert done.out == "loss 0.1\n"
    assert not (tmp_path / "box").exists()


@linux_only
@pytest.mark.parametrize(
    ("does", "message"),
    [
        ("exit 3", "exit code 3, not 0"),
        ("echo qt.qpa: hm >&2", "qt.qpa: hm"),
        ("echo Traceback", "exit code 0, not 0"),
        ("sleep 60 &", "processes were left behind"),
        ('echo > "$HOME/.layerlabrc"', "files were left behind"),
        ('echo > "$TMPDIR/x"', "files were left behind"),
    ],
)
def test_a_bad_program_is_caught(
    sandbox: Any, tmp_path: pathlib.Path, does: str, message: str
) -> None:
    with pytest.raises(sandbox.TroubleError, match=message):
        examine(sandbox, tmp_path, does)


@linux_only
def test_only_what_compiles_may_take_long(
    sandbox: Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sandbox.LIMIT_S < sandbox.COMPILING_S
    monkeypatch.setattr(sandbox, "LIMIT_S", 0.05)
    slow = 'while [ ! -e "$HOME/.cache/layerlab/done" ]; do sleep 0.1; done'
    compiled = (
        'mkdir -p "$HOME/.cache/layerlab"; sleep 0.3; echo > "$HOME/.cache/layerlab/done"'
    )
    with pytest.raises(sandbox.TroubleError, match="did not end within 0 s"):
        examine(sandbox, tmp_path, slow)
    (tmp_path / "again").mkdir()
    examine(sandbox, tmp_path / "again", f"{compiled}; {slow}", compiles=True)


@linux_only
def test_the_installation_cannot_be_written(sandbox: Any, tmp_path: pathlib.Path) -> None:
    with pytest.raises(sandbox.TroubleError, match="cannot create"):
        examine(sandbox, tmp_path, 'echo > "$(dirname "$0")/state"')


@linux_only
@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs a user of its own")
def test_a_file_where_everybody_may_write_is_found(
    sandbox: Any, tmp_path: pathlib.Path
) -> None:
    stray = pathlib.Path(f"/var/tmp/layerlab-{os.getpid()}")
    try:
        with pytest.raises(sandbox.TroubleError, match="outside the user's folders"):
            examine(sandbox, tmp_path, f"echo > {stray}")
    finally:
        stray.unlink(missing_ok=True)


def test_the_recipe_compiles() -> None:
    recipe = ROOT / "packaging" / "layerlab.spec"
    compile(recipe.read_text(encoding="utf-8"), str(recipe), "exec")


# ---- licences, icons, packages


def test_every_part_is_named_with_its_licence() -> None:
    licences = script("licences")
    places = [("PySide6/QtGui.abi3.so", "/src/QtGui.abi3.so", "EXTENSION")]
    modules = [
        "numpy.linalg",
        "scipy",
        "numba",
        "pyqtgraph",
        "colorama.ansi",
        "layerlab",
        "json",
    ]
    parts = licences.parts(modules, places)
    text = licences.document(parts)
    listed = text.partition("=" * 72)[0]
    wanted = ["Layerlab 0.1.0: MIT", "Inter: SIL", "numpy ", "numba ", "LGPL-3.0-only"]
    wanted += ["pyqtgraph 0.14", "colorama "]
    for words in (*wanted, "WITH Bootloader-exception", "Lesser General Public License"):
        assert words in listed
    assert "see below" not in listed
    assert "Redistribution and use" in text


def test_icons_are_what_each_system_reads(tmp_path: pathlib.Path, qapp: Any) -> None:
    icons = script("icons")
    icons.write(tmp_path)
    assert icons.png(48)[:4] == b"\x89PNG"
    assert int.from_bytes(icons.png(48)[16:20], "big") == 48
    ico, icns = (
        (tmp_path / "layerlab.ico").read_bytes(),
        (tmp_path / "layerlab.icns").read_bytes(),
    )
    count = int.from_bytes(ico[4:6], "little")
    last = 6 + 16 * (count - 1)
    length, at = (int.from_bytes(ico[last + k : last + k + 4], "little") for k in (8, 12))
    assert (count, len(ico)) == (len(icons.ICO), at + length)
    assert ico[at : at + 4] == b"\x89PNG"
    assert icns[:4] == b"icns"
    assert int.from_bytes(icns[4:8], "big") == len(icns)


@needs_objdump
def test_the_package_asks_for_what_its_libraries_need(tmp_path: pathlib.Path) -> None:
    import _ctypes

    packages = script("linux_packages")
    (tmp_path / "layerlab").mkdir()
    module = tmp_path / "layerlab" / "_ctypes.so"
    module.write_bytes(pathlib.Path(_ctypes.__file__).read_bytes())
    (tmp_path / "layerlab" / "text").write_text("no library")
    with pytest.raises(SystemExit, match="no package is known for libffi"):
        packages.dependencies(tmp_path / "layerlab")
    for name in packages.trim.linked_against(str(module)):
        (module.parent / name).write_text("stands for it")
    [c_library] = packages.dependencies(tmp_path / "layerlab")
    assert c_library.startswith("libc6 (>= 2.")


def test_a_saved_lab_is_opened_by_its_entry() -> None:
    entry = (ROOT / "packaging" / "linux" / "layerlab.desktop").read_text()
    kind = (ROOT / "packaging" / "linux" / "layerlab.xml").read_text()
    assert "MimeType=application/x-layerlab;" in entry
    assert 'type="application/x-layerlab"' in kind
    assert "*.layerlab" in kind
