"""The house's rules: who imports whom, what starts light, how long a file may be."""

from __future__ import annotations

import ast
import io
import pathlib
import re
import subprocess
import sys
import tokenize

import pytest

from tests.helpers.imports import circles, import_graph

ROOT = pathlib.Path(__file__).resolve().parents[1]
MAX_LINES = 500
MAX_SKIPS = 20
HEAVY = {
    "torch",
    "sklearn",
    "scipy",
    "networkx",
    "pandas",
    "numba",
    "PySide6",
    "pyqtgraph",
}


def modules_after(code: str) -> set[str]:
    """Return the top-level modules that are loaded after a piece of code."""
    report = "\nimport sys; print('loaded:', *{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code + report],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("loaded:")[2].split())


def test_the_contracts_of_the_rooms_are_kept() -> None:
    command = [str(pathlib.Path(sys.executable).with_name("lint-imports")), "--no-logo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_finder_of_circles_sees_imports_of_all_kinds(tmp_path: pathlib.Path) -> None:
    package = tmp_path / "lab"
    package.mkdir()
    sources = {
        "__init__": "",
        "types": "if TYPE_CHECKING:\n    from lab.user import User",
        "user": "from lab.middle import x",
        "middle": "def late():\n    import lab.types",
        "near": "from . import far",
        "far": "from .near import x",
        "plain": "import os\nfrom lab import user",
    }
    for name, source in sources.items():
        (package / f"{name}.py").write_text(source, encoding="utf-8")
    graph = import_graph(package)
    assert graph["lab.plain"] == {"lab.user"}
    assert circles(graph) == [["lab.far", "lab.near"], ["lab.middle", "lab.types", "lab.user"]]


def test_no_modules_import_each_other_not_even_for_types() -> None:
    graph = import_graph(ROOT / "app" / "layerlab")
    assert len(graph) > 500
    assert circles(graph) == []


@pytest.mark.parametrize(
    ("rooms", "forbidden"),
    [
        ("core.spec core.declared core.errors", HEAVY | {"numpy"}),
        ("core.frames core.registry core.state core.layout", HEAVY),
        ("nets nets.engines nets.problem nets.tasks", HEAVY),
        ("nets.probes nets.gradcheck", {"torch", "PySide6", "pyqtgraph"}),
        ("claims", HEAVY),
        ("runtime.labfile", HEAVY),
        ("cli __main__", HEAVY | {"numpy", "msgspec"}),
        ("compose.start compose.shot", {"torch", "sklearn", "networkx", "numba", "pyqtgraph"}),
        ("compose.session compose.run_recorder", {"sqlite3"}),
        ("compose.ask_qt", HEAVY - {"PySide6"}),
        ("experiments claims.listing", {"torch", "networkx", "PySide6"}),
    ],
)
def test_importing_a_room_loads_no_more_than_it_may(rooms: str, forbidden: set[str]) -> None:
    code = "import " + ", ".join(f"layerlab.{room}" for room in rooms.split())
    assert not modules_after(code) & forbidden


@pytest.mark.parametrize(
    "arguments", [["--help"], ["train", "--help"], ["claims", "--help"], ["spec", "--default"]]
)
def test_the_command_starts_light(arguments: list[str]) -> None:
    code = (
        "import layerlab.cli, contextlib\n"
        f"with contextlib.suppress(SystemExit): layerlab.cli.main({arguments})"
    )
    assert not modules_after(code) & (HEAVY | {"numpy"})


def test_every_page_has_a_folder_and_a_file_of_tests() -> None:
    folders = (ROOT / "app/layerlab/experiments").glob("*/experiment.py")
    pages = {folder.parent.name for folder in folders}
    assert len(pages) > 10
    tests = {path.stem.removeprefix("test_") for path in ROOT.glob("tests/experiments/test_*")}
    assert pages - tests == set(), "each wants tests/experiments/test_KEY.py"


# Textbooks have other words for these: initialized, standard deviation, reported, predicted.
HOUSE_WORDS = re.compile(
    r"\b(born|birth|told|anew|silenc?ed|silent|spreads?|misreads?|overrules?)\b", re.IGNORECASE
)


def test_the_lab_speaks_in_the_words_of_textbooks() -> None:
    """What files of older versions call a knob or a page is `former`."""
    assert HOUSE_WORDS.search("born dead, with a spread of 1")
    docs = [*ROOT.glob("resources/docs/*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    files = [*(ROOT / "app").rglob("*.py"), *(ROOT / "resources/programs").rglob("*.py"), *docs]
    assert len(files) > 500
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if HOUSE_WORDS.search(line) and "former" not in line
    ]
    assert found == []


OF_EVERY_PAGE = {"Result", "View"}


def test_a_class_has_the_name_of_what_it_is() -> None:
    """One name for one thing, or for two in rooms that know nothing of each other."""
    places: dict[str, list[str]] = {}
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(path.relative_to(ROOT).as_posix())
    assert len(places) > 500
    assert len(places["Result"]) > 10
    shared = {name: found for name, found in places.items() if len(found) > 2}
    assert {name: found for name, found in shared.items() if name not in OF_EVERY_PAGE} == {}


# Files of their own, whose form and size they know, and what is no file of a person's.
OWN_FILES = {
    "app/layerlab/core/disk.py",
    "app/layerlab/core/outlet.py",
    "app/layerlab/core/temporaries.py",
    "app/layerlab/nets/engines/compiled/cache.py",
    "app/layerlab/nets/engines/compiled/guarded.py",
    "app/layerlab/runtime/logbook.py",
    "app/layerlab/cli.py",
}
DIRECT = {"read_bytes", "read_text", "write_bytes", "write_text"}


def direct_calls(source: str) -> list[str]:
    """Return the calls that read or write a file past `core.disk`; resources are ours."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        call = ast.unparse(node.func)
        receiver, _, method = call.rpartition(".")
        if call in ("open", "os.open", "io.open") or (receiver and method in DIRECT):
            found.append(ast.unparse(node))
    return [call for call in found if not call.startswith(("resource(", "_resource("))]


def test_files_are_read_and_written_in_one_place() -> None:
    assert direct_calls("open(a)\np.read_text()\nresource(b).read_bytes()\nwindow.open()") == [
        "open(a)",
        "p.read_text()",
    ]
    paths = ROOT.glob("app/**/*.py")
    files = {p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8") for p in paths}
    calls = {name: direct_calls(text) for name, text in files.items() if name not in OWN_FILES}
    assert {name: found for name, found in calls.items() if found} == {}


def test_the_formatter_decides() -> None:
    """What it leaves alone is a table of values, and says so after a second `#`."""
    rooms = ("app", "packaging", "resources", "tests")
    files = [p for room in rooms for p in ROOT.glob(f"{room}/**/*.py")]
    texts = [path.read_text(encoding="utf-8") for path in files]
    comments = [
        token.string
        for text in texts
        if "fmt:" in text
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    ]
    skips = [comment for comment in comments if re.search(r"\b(fmt|yapf):", comment)]
    assert len(files) > 600
    assert 1 <= len(skips) <= MAX_SKIPS
    assert [skip for skip in skips if not re.fullmatch(r"# fmt: skip # \w.{8,}", skip)] == []


def test_no_file_outgrows_a_reader() -> None:
    rooms = ("app/**", "packaging", "resources/**")
    files = [p for room in rooms for p in ROOT.glob(f"{room}/*.py")]
    lengths = {str(f.relative_to(ROOT)): len(f.read_text().splitlines()) for f in files}
    assert len(lengths) > 30
    assert {name: n for name, n in lengths.items() if n > MAX_LINES} == {}


def undeclared_hints(source: str) -> list[str]:
    """Return the texts that ask for a drag or a click but are no `MouseHint`."""
    tree = ast.parse(source)
    hints = [node for node in ast.walk(tree) if _called(node) == "MouseHint"]
    declared = {text for hint in hints for text in ast.walk(hint)}
    texts = [n for n in ast.walk(tree) if _called(n) == "_" and n not in declared]
    words = [ast.literal_eval(text.args[0]) for text in texts if isinstance(text, ast.Call)]
    return [word for word in words if re.search(r"^(drag|click) |, (drag|click)[ :]", word)]


def _called(node: ast.AST) -> str:
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def test_hints_of_the_mouse_are_declared() -> None:
    """Figures leave them out; no word in a text says so in every language."""
    fine = 'MouseHint(_("drag the dot")), _("click: it grows"), _("Drag this.")'
    assert undeclared_hints(fine) == []
    wrong = 'x = _("click a row"), _("16 seeds, drag K", seeds=16)'
    assert undeclared_hints(wrong) == ["click a row", "16 seeds, drag K"]
    declarations = "experiment.py"  # which hold no notes of cards
    files = [f for f in (ROOT / "app").rglob("*.py") if f.name != declarations]
    found = {f.name: undeclared_hints(f.read_text(encoding="utf-8")) for f in files}
    assert {name: texts for name, texts in found.items() if texts} == {}
