"""Start a built program as its users do, and complain of whatever is not right.

    python packaging/smoke_test.py dist/layerlab [--only NAME]

Run by the Python of `.venv` on Linux, best as root: then the program runs as a user of its
own and without a network. It fails on any traceback or warning, any process left behind,
and any file outside the user's folders. It waits for conditions, never for a time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pathlib
import signal
import struct
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable

import trim
from places import places
from sandbox import Done, Home, Sandbox, TroubleError, wait_for, without_network
from screen import Rect, Screen

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "app"))
OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}
SOURCE = "_internal/layerlab/nets/engines/compiled/numbers.py"  # one that kernels are made of
TRAIN = ("train", "--updates", "40", "--engine", "compiled")
COMPARES = "numpy-or-torch"  # the one page that trains in float64 too
TOLERANCE = 1e-6  # between the losses of engines, in float64 after few updates


class Check:
    """What is examined, one method each, in the order in which they stand here."""

    def __init__(self, sandbox: Sandbox, engines: tuple[str, ...]) -> None:
        self.box, self.engines = sandbox, engines
        self.notes: list[str] = []

    def only_the_owner_may_write(self) -> None:
        """No file of the bundle can be changed by others than whoever installs it."""
        loose = trim.writable_by_others(self.box.source)
        if loose:
            raise TroubleError(f"others may write {', '.join(map(str, loose[:9]))}")

    def it_is_ready(self) -> None:
        """`doctor` finds everything, in an empty home; the version and the specs are said."""
        home = self.box.home("empty")
        found = json.loads(home.run("doctor", "--json", compiles=True).expect().out)
        works = tuple(name for name, problem in found["engines"].items() if not problem)
        if works != self.engines or not found["ready"]:
            raise TroubleError(f"engines {works}, not {self.engines}: {found}")
        missing = [name for name, version in found["packages"].items() if version is None]
        if missing != ([] if "torch" in self.engines else ["torch"]):
            raise TroubleError(f"packages without a version: {missing}")
        version = home.run("--version").expect().out.strip()
        if version != f"Layerlab {found['layerlab']}":
            raise TroubleError(f"--version says {version!r}")
        spec = home.run("spec", "--default").expect().out
        (home.work / "default.json").write_text(spec)
        home.run("spec", "--check", "default.json").expect()
        home.run("spec", "--check", "nowhere.json").expect(2, "layerlab: ")

    def engines_agree(self) -> None:
        """Every engine trains; every data set is there."""
        home = self.box.home("engines")
        common = ("train", "--updates", "60", "--json", "--set", "train.dtype=float64")
        losses = {
            name: _losses(home.run(*common, "--engine", name, compiles=name == "compiled"))
            for name in self.engines
        }
        for name, found in losses.items():
            pairs = zip(found, losses["numpy"], strict=True)
            if not all(abs(a - b) <= TOLERANCE * abs(b) for a, b in pairs):
                raise TroubleError(f"{name} does not agree with numpy: {losses}")
        for task in ("digits", "iris", "wine", "breast-cancer", "diabetes", "diagonal-flip"):
            run = ("train", "--task", task, "--updates", "5", "--engine", "numpy")
            home.run(*run, "--set", "train.seeds=2").expect()
        home.run("gradcheck").expect()

    def tables_are_read(self) -> None:
        """A text file and a spreadsheet, which takes a library of its own."""
        home = self.box.home("tables")
        (home.work / "table.csv").write_text("a;b\n0,5;1\n1,5;3\n2,5;4\n")
        _write_spreadsheet(home.work / "table.xlsx", (("a", "b"), (0.5, 1), (1.5, 3), (2.5, 4)))
        for name in ("table.csv", "table.xlsx"):
            found = json.loads(home.run("data", name, "--json").expect().out)["read"]
            if (found["rows"], found["inputs"]) != (3, ["a"]):
                raise TroubleError(f"{name} is read as {found}")

    def kernels_are_ready(self) -> None:
        """The first start in float32 compiles nothing, whatever the width of vectors."""
        from layerlab.nets.engines.compiled import target

        for width in target.widths():
            home = self.box.home(f"{width} bytes", **{target.VARIABLE: str(width)})
            first = home.run(*TRAIN).expect()
            if home.kernels():
                raise TroubleError(f"the kernels for vectors of {width} bytes were compiled")
            self.notes.append(f"first start at {width} bytes {first.seconds:.1f} s")

    def kernels_are_kept(self) -> None:
        """float64 is compiled once; the second start finds it; a damaged file is replaced."""
        home = self.box.home("Zoë's home, 教室")
        cold = _train(home).expect()
        kernels = _states(home)
        if not kernels:
            raise TroubleError(f"no kernel in {home.cache}")
        warm = _train(home).expect()
        if _states(home) != kernels:
            raise TroubleError("the second start has compiled again")
        self.notes.append(f"compiling start {cold.seconds:.1f} s, next {warm.seconds:.1f} s")
        for path in home.kernels():
            damage = bytearray(path.read_bytes())
            damage[len(damage) // 2] ^= 1
            path.write_bytes(damage)
        damaged = _states(home)
        _train(home).expect(0, "layerlab: the cache folder")
        if any(damaged[name] == state for name, state in _states(home).items()):
            raise TroubleError("a damaged kernel was not made again")
        for path in home.kernels():
            raw = path.read_bytes()
            if hashlib.sha256(raw[32:]).digest() != raw[:32]:
                raise TroubleError(f"{path.name} is damaged still")
        if not cold.out == warm.out == _train(home).expect().out:
            raise TroubleError("kernels from the cache train otherwise than new ones")

    def kernels_stay_in_memory(self) -> None:
        """A cache folder that cannot be written costs one warning and nothing else."""
        home = self.box.home("no cache")
        home.put(".cache", "a file where the folder should be")
        _train(home).expect(0, "layerlab: the cache folder")

    def pictures_are_drawn(self) -> None:
        """`shot` draws the window, in the language of no country too."""
        for name, language in (("plain", "C"), ("Schüler 1 – 学生", "C.UTF-8")):
            home = self.box.home(name, LANG=language, **OFFSCREEN)
            picture = home.work / "bild – 窗.png"
            home.run("shot", "--out", picture.name, "--updates", "60").expect()
            _check_picture(picture, (1440, 900))

    def pages_are_drawn(self) -> None:
        """`shot` draws the gallery, every page of it, and claims that were checked."""
        home = self.box.home("pages", **OFFSCREEN)
        output = home.run("experiments", "--json").expect().out.splitlines()
        for key in ["gallery", *(json.loads(line)["key"] for line in output)]:
            run = ("shot", "--experiment", key, "--out", f"{key}.png")
            home.run(*run, compiles=key == COMPARES).expect()
            _check_picture(home.work / f"{key}.png", (1440, 900))
        run = ("shot", "--claims", "D1,D34", "--out", "claims.png")
        home.run(*run, compiles=True).expect()
        _check_picture(home.work / "claims.png", (1440, 900))
        self.notes.append(f"{len(output)} pages")

    def a_window_is_used(self) -> None:
        """A spec is opened by its path, its width dragged, the window closed; then again."""
        home = self.box.home("Käthe Müller")
        spec = home.work / "my lab é.json"
        home.environment |= {"LANG": "C"}
        spec.write_text(home.run("spec", "--task", "spiral").expect().out)
        with Screen(self.box.folder) as screen:
            home.environment |= {"DISPLAY": screen.display}
            where = places(spec, screen)
            began_s = time.monotonic()
            running = home.start(spec.name)
            window = _wait_for_window(screen, running.check_alive)
            self.notes.append(f"window after {time.monotonic() - began_s:.1f} s")
            x, y, width, height = where["prediction"]
            prediction: Rect = x, y, width, height
            before = screen.settled("a trained network is drawn", prediction)
            x, y = where["handle"]
            seen = screen.drag((x, y), x + 40, prediction)
            screen.settled("another network is drawn", prediction, other_than=before)
            self.notes.append(f"{len(seen)} different pictures during the drag")
            if len(seen) < 3:
                raise TroubleError("the picture did not follow the drag")
            running.check_alive()
            screen.close(window)
            running.wait().expect()
            if home.kernels():
                raise TroubleError("the window has compiled what it came with")
            self._check_last_lab(home, spec)
            running = home.start()
            window = _wait_for_window(screen, running.check_alive)
            screen.settled("the last lab is drawn again", prediction, other_than=before)
            screen.close(window)
            running.wait().expect()

    def _check_last_lab(self, home: Home, spec: pathlib.Path) -> None:
        last = home.folder / ".local" / "share" / "layerlab" / "last.layerlab"
        opened = home.run("spec", "--check", str(spec)).expect().out.partition(": ")[2]
        kept = home.run("spec", "--check", str(last)).expect().out.partition(": ")[2]
        if not kept.startswith("spiral") or kept == opened:
            raise TroubleError(f"opened {opened.strip()}, dragged, and kept {kept.strip()}")

    def nothing_outlives_its_parent(self) -> None:
        """A program that is killed takes the process of torch with it."""
        if "torch" not in self.engines:
            return
        home = self.box.home("killed")
        running = home.start("train", "--engine", "torch", "--updates", "10000000")

        def has_started() -> bool:
            running.check_alive()
            return len(home.processes()) > 1

        wait_for("the process of torch starts", has_started)
        os.kill(running.process.pid, signal.SIGKILL)
        running.wait()

    def an_update_compiles_anew(self) -> None:
        """Another version of the program leaves the kernels of this one alone."""
        home = self.box.home("updated")
        _train(home).expect()
        former = _states(home)
        self.box.replace_file(SOURCE, lambda text: text + b"\n# another version\n")
        _train(home).expect()
        now = _states(home)
        if not (former.items() < now.items() and len(now) == 2 * len(former)):
            raise TroubleError(f"kernels before an update {former}, after it {now}")


def _train(home: Home) -> Done:
    return home.run(*TRAIN, "--set", "train.dtype=float64", compiles=True)


def _write_spreadsheet(path: pathlib.Path, rows: Iterable[Iterable[object]]) -> None:
    """Write a workbook of one sheet, with texts and numbers."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    document = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    related = '<Relationships xmlns="{}"><Relationship Id="r" Type="{}/{}" Target="{}"/>'
    cells = "".join(
        "<row>"
        + "".join(
            f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            if isinstance(cell, str)
            else f"<c><v>{cell}</v></c>"
            for cell in row
        )
        + "</row>"
        for row in rows
    )
    with zipfile.ZipFile(path, "w") as parts:
        for name, kind, target in (
            ("_rels/.rels", "officeDocument", "xl/workbook.xml"),
            ("xl/_rels/workbook.xml.rels", "worksheet", "sheet.xml"),
        ):
            text = related.format(package, document, kind, target)
            parts.writestr(name, f"{text}</Relationships>")
        parts.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{document}"><sheets>'
            '<sheet name="One" sheetId="1" r:id="r"/></sheets></workbook>',
        )
        parts.writestr(
            "xl/sheet.xml",
            f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
        )


def _states(home: Home) -> dict[str, tuple[int, int]]:
    """Return name -> number and time of the file of each kernel: new ones have others."""
    found = {path.name: path.stat() for path in home.kernels()}
    return {name: (status.st_ino, status.st_mtime_ns) for name, status in found.items()}


def _losses(done: Done) -> list[float]:
    final = json.loads(done.expect().out.strip().rpartition("\n")[2])
    losses = final["loss"]
    if not final["final"] or not losses:
        raise TroubleError(f"no losses in {final}")
    return [float(loss) for loss in losses]


def _check_picture(path: pathlib.Path, size: tuple[int, int]) -> None:
    """Raise TroubleError unless a file is a picture of that size with something on it."""
    raw = path.read_bytes()
    width, height = struct.unpack(">II", raw[16:24])
    data, at = b"", 8
    while at < len(raw):
        (length,) = struct.unpack(">I", raw[at : at + 4])
        if raw[at + 4 : at + 8] == b"IDAT":
            data += raw[at + 8 : at + 8 + length]
        at += 12 + length
    rows = zlib.decompress(data)
    row_bytes = len(rows) // height
    different = len({rows[k * row_bytes : (k + 1) * row_bytes] for k in range(height)})
    if (width, height) != size or different < height // 10:
        raise TroubleError(f"{path.name}: {width}x{height}, {different} different rows")


def _wait_for_window(screen: Screen, check_alive: Callable[[], None]) -> str:
    window = ""

    def is_there() -> bool:
        nonlocal window
        check_alive()
        window = screen.window("Layerlab")
        return bool(window)

    wait_for("the window opens", is_there)
    return window


def main() -> int:
    """Examine; return 0 if all is well."""
    parser = argparse.ArgumentParser()
    parser.add_argument("installation", metavar="DIST", type=pathlib.Path)
    parser.add_argument("--only", metavar="NAME", help="one of the checks")
    args = parser.parse_args()
    without_network()
    is_full = args.installation.name.endswith("-full")
    engines = ("numpy", "compiled", *(("torch",) if is_full else ()))
    names = [name for name in vars(Check) if not name.startswith("_")]
    with tempfile.TemporaryDirectory(prefix="layerlab smoke ") as folder:
        os.chmod(folder, 0o755)
        with Sandbox(args.installation.resolve(), pathlib.Path(folder) / "box") as box:
            check = Check(box, engines)
            for name in [args.only] if args.only else names:
                began_s = time.monotonic()
                try:
                    getattr(check, name)()
                except TroubleError as error:
                    print(f"FAILED {name.replace('_', ' ')}\n{error}")
                    return 1
                output = "; ".join(check.notes)
                check.notes.clear()
                print(
                    f"ok     {name.replace('_', ' ')}, {time.monotonic() - began_s:.0f} s"
                    f"{' - ' + output if output else ''}",
                    flush=True,
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
